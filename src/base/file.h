/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file file.h  Reading and writing all of it: read(2) and write(2) may do less than they are asked
 * to, and a signal may interrupt them; and waiting until they can. Local, thread-safe as those are.
 */
#ifndef FAN_BASE_FILE_H
#define FAN_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** Read `bytes`, fewer only at the end of the file. Returns how many, or -1 with errno. */
ssize_t fan_file_read(int fd, void *data, size_t bytes);

/** The same from `offset` on; the position of `fd` stays. */
ssize_t fan_file_read_at(int fd, void *data, size_t bytes, int64_t offset);

/** Write all of it. False, with errno, if that fails: some of it may have been written. */
bool fan_file_write(int fd, const void *data, size_t bytes);

/** The same at `offset`; the position of `fd` stays. */
bool fan_file_write_at(int fd, const void *data, size_t bytes, int64_t offset);

/**
 * Wait until something can be done with `fd`, or it has failed.
 *
 * @param events   of poll(2)
 * @param seconds  at most; 0: as long as it takes
 * @return false if that time is over
 */
bool fan_file_wait(int fd, short events, double seconds);

#endif
