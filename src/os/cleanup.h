/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file cleanup.h  What must go when this process stops early: the temporary file being written and
 * the directories of trees that are not whole.
 *
 * The thread that waits for signals removes them, so whoever works on files holds the lock
 * meanwhile: what is registered and what is there are then the same.
 */
#ifndef FAN_OS_CLEANUP_H
#define FAN_OS_CLEANUP_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Hold (when all is being removed, this does not return), release what the stopping thread needs
 * before it removes anything. May be nested.
 */
void fan_os_cleanup_lock(void);
void fan_os_cleanup_unlock(void);

/**
 * For a thread that works on what is registered while another one holds the lock and waits for it:
 * does not return when all is being removed. Called before each thing that it makes.
 */
void fan_os_cleanup_pass(void);

/**
 * The same for one of several threads that make files, each from _enter to _leave: what is
 * registered is removed only when all have left, though not after more than a second. When all is
 * being removed, _enter does not return. Not to be nested.
 */
void fan_os_cleanup_enter(void);
void fan_os_cleanup_leave(void);

/** Register what is to be removed: a file, or a directory with all that is in it. Copies the names.
 *
 * @param final_path  what the user calls it; NULL: `path` is a file that nobody misses
 */
void fan_os_cleanup_add(const char *path, const char *final_path);

/** It is gone. As with the lock, this may not return. */
void fan_os_cleanup_forget(const char *path);

/**
 * Register the process group of a command that works for `path`, which is kept: it is told to end
 * before anything else is done. 0: it has ended. As with the lock, this may not return.
 */
void fan_os_cleanup_command(pid_t group, const char *path);

/**
 * Rename what is whole, and forget it. Not while all is being removed: then this does not return.
 * 0, or -1 with errno.
 */
int fan_os_cleanup_commit(const char *path, const char *final_path);

/**
 * Remove a file, or a directory with all that is in it. 0 (also if there is nothing), or -1 with
 * errno.
 */
int fan_os_cleanup_remove(const char *path);

/** Let the owner into all directories here and below, as far as they can be reached. */
void fan_os_cleanup_open(const char *path);

/**
 * Remove all that is registered; waits a second for the lock and for those who have entered, and
 * does not give the lock back.
 *
 * @param stays  which paths are left as they are; NULL: none
 * @return the final path of something that was removed, or NULL if nothing was
 */
const char *fan_os_cleanup_run(bool (*stays)(const char *path));

#endif
