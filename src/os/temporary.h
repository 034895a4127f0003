/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file temporary.h  Names and locks of what is not whole yet.
 *
 * The data of DIR/NAME is in DIR/.NAME.fanout-part until it is whole; so is a tree. Its writer
 * keeps it locked with flock(). One that nobody has locked belongs to a run that was killed, and
 * the next run removes it or, with --resume, goes on with it.
 */
#ifndef FAN_OS_TEMPORARY_H
#define FAN_OS_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>

#define FAN_COPY_PART    ".fanout-part"
#define FAN_COPY_JOURNAL ".fanout-journal"
#define FAN_COPY_LIST    ".fanout-list"

/**
 * DIR/.NAME`suffix` for DIR/NAME; a name that would become too long is replaced by its hash. False
 * if that is too long.
 */
bool fan_os_temporary_name(const char *final_path, const char *suffix, char *path, size_t size);

/** Whether `path` is such a name. */
bool fan_os_temporary_is(const char *path);

/** Whether `path` still names what `fd` has open. */
bool fan_os_temporary_is_at(int fd, const char *path);

/** What became of an attempt to create. */
typedef struct fan_os_temporary {
    /** locked as long as it is open; -1 with errno: EBUSY when another process is writing there */
    int fd;
    bool stale;   /**< there was one of a killed run, which was removed */
    bool resumed; /**< there was one of a killed run, which this is */
} fan_os_temporary;

/**
 * From now on one that has a writer is waited for, for so many seconds in all: that of a job which
 * is just ending. Local.
 */
void fan_os_temporary_patience(double seconds);

/** Create the file `path`, readable by its owner only. */
fan_os_temporary fan_os_temporary_file(const char *path);

/**
 * Lock the file of a killed run and open it for reading and writing. -1 if there is none, or if it
 * has a writer.
 */
int fan_os_temporary_take(const char *path);

/**
 * Remove what a killed run has left at `path`, if that has no writer. Whether there was something.
 */
bool fan_os_temporary_remove(const char *path);

/** Create the directory `path`, or take over a stale one if `resume`. */
fan_os_temporary fan_os_temporary_directory(const char *path, bool resume);

#endif
