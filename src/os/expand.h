/* SPDX-License-Identifier: BSD-3-Clause */
/** @file expand.h  Replacing % and a letter by a text. */
#ifndef FAN_OS_EXPAND_H
#define FAN_OS_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fan_os_value {
    char letter;
    const char *text;
} fan_os_value;

/** Whether every % of `pattern` is followed by one of `letters`, or by another %. */
bool fan_os_expand_valid(const char *pattern, const char *letters);

/**
 * Replace each % and letter of a valid `pattern` by the text of the letter, and %% by a percent
 * sign.
 *
 * @return 0, or ENAMETOOLONG if the result does not fit
 */
int fan_os_expand(const char *pattern, const fan_os_value *values, size_t count, char *result,
                  size_t size);

#endif
