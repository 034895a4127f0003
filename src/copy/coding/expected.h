/* SPDX-License-Identifier: BSD-3-Clause */
/** @file expected.h  --expect-digest: the sum that the source must have. */
#ifndef FAN_COPY_CODING_EXPECTED_H
#define FAN_COPY_CODING_EXPECTED_H

#include "copy/coding/openssl_digest.h"

/** `sum` is "" if none is expected. */
typedef struct fan_copy_expected {
    char algorithm[32];
    char sum[FAN_COPY_OPENSSL_DIGEST_TEXT]; /**< in hexadecimal, small letters */
} fan_copy_expected;

/** ALGORITHM:SUM. False, with what is wrong and what to write, if it is not that. */
bool fan_copy_expected_parse(const char *text, fan_copy_expected *expected, char *wrong,
                             size_t size);

#endif
