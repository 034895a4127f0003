/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file snapshot.h  Regular files whose size does not say how much they hold, as in /proc and /sys:
 * what they hold is read at once, and the copy is made from that. Local.
 */
#ifndef FAN_COPY_WALK_SNAPSHOT_H
#define FAN_COPY_WALK_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/**
 * Find out whether the regular file `path` is one of these. Only a file that occupies no blocks can
 * be, and only such a file is opened.
 *
 * @param status  what stat() says of it
 * @param needed  receives the answer
 * @return 0 or an errno value
 */
int fan_copy_snapshot_needed(const char *path, const struct stat *status, bool *needed);

/**
 * Read what `path` holds into a new file.
 *
 * @param place  the name of the new file
 * @param bytes  receives how much it is
 * @param what   receives what failed
 * @return 0 or an errno value
 */
int fan_copy_snapshot_take(const char *path, const char *place, int64_t *bytes, const char **what);

#endif
