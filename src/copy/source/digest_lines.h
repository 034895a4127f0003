/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file digest_lines.h  --digest: a checksum of each file, taken from what is read for the copy;
 * only holes and what is not sent are read for it.
 */
#ifndef FAN_COPY_SOURCE_DIGEST_LINES_H
#define FAN_COPY_SOURCE_DIGEST_LINES_H

#include "copy/coding/openssl_digest.h"
#include "copy/job/outcome.h"
#include "copy/model/manifest.h"

#include <stdio.h>

typedef struct fan_copy_digest_lines {
    char *const *sources;
    const fan_copy_manifest *manifest;
    fan_copy_openssl_digest *sum;
    int64_t end;      /**< entries from here on are not for this rank */
    int64_t entry;    /**< that is being summed; those before are done */
    int64_t position; /**< bytes of it that are */
    FILE *lines;      /**< so far */
    char *text;       /**< what they are */
    size_t length;
    char error[FAN_COPY_TEXT]; /**< or "" */
} fan_copy_digest_lines;

/**
 * Begin.
 *
 * @param algorithm  the name that OpenSSL gives it
 * @param sources    what was named on the command line; kept
 * @return false, with the error, if OpenSSL does not have the algorithm
 */
bool fan_copy_digest_lines_open(fan_copy_digest_lines *digests, const char *algorithm,
                                char *const *sources, const fan_copy_manifest *manifest);

/** Only the entries [first, end) are read here; before anything is added. Until then all are. */
void fan_copy_digest_lines_limit(fan_copy_digest_lines *digests, int64_t first, int64_t end);

/** Data of an entry that was read, in order. Nothing happens if there is none, or it was never
 * opened. */
void fan_copy_digest_lines_add(fan_copy_digest_lines *digests, int64_t entry, int64_t offset,
                               const void *data, size_t bytes);

/**
 * All was read: print the lines for all files. False, with the error, if a file could not be read.
 */
bool fan_copy_digest_lines_print(fan_copy_digest_lines *digests, FILE *file);

/**
 * All was read: the sum of the only file, in hexadecimal. False, with the error, as above.
 *
 * @param sum  [FAN_COPY_OPENSSL_DIGEST_TEXT]
 */
bool fan_copy_digest_lines_only(fan_copy_digest_lines *digests, char *sum);

void fan_copy_digest_lines_close(fan_copy_digest_lines *digests);

#endif
