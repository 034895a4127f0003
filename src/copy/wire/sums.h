/* SPDX-License-Identifier: BSD-3-Clause */
/** @file sums.h  The checksums of the data on its way: of --digest, and of --expect-digest. */
#ifndef FAN_COPY_WIRE_SUMS_H
#define FAN_COPY_WIRE_SUMS_H

#include "copy/coding/expected.h"
#include "copy/source/digest_lines.h"

typedef struct fan_copy_sums {
    char *const *sources;
    const fan_copy_expected *expected;
    fan_copy_digest_lines printed, compared; /**< those that are not wanted are not opened */
    char error[FAN_COPY_TEXT];               /**< why a call failed, and what to do, or "" */
} fan_copy_sums;

/**
 * Begin those that are wanted. What is to have an expected sum must be one regular file.
 *
 * @param algorithm  to be printed, or NULL
 * @param expected   its `sum` is "" if none is expected; kept, as are the others
 * @return false, with the error
 */
bool fan_copy_sums_open(fan_copy_sums *sums, const char *algorithm,
                        const fan_copy_expected *expected, char *const *sources,
                        const fan_copy_manifest *manifest);

/** Only the entries [first, end) are read here; before anything is added. Until then all are. */
void fan_copy_sums_limit(fan_copy_sums *sums, int64_t first, int64_t end);

/** Data of an entry that was read, in order. */
void fan_copy_sums_add(fan_copy_sums *sums, int64_t entry, int64_t offset, const void *data,
                       size_t bytes);

/**
 * All was read: whether it has the expected sum, if there is one. False, with the error, if not.
 */
bool fan_copy_sums_right(fan_copy_sums *sums);

/** All was read: print what is to be printed. False, with the error, as above. */
bool fan_copy_sums_print(fan_copy_sums *sums, FILE *file);

void fan_copy_sums_close(fan_copy_sums *sums);

#endif
