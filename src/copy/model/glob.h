/* SPDX-License-Identifier: BSD-3-Clause */
/** @file glob.h  Patterns for paths, with the meaning that they have in rsync. Pure. */
#ifndef FAN_COPY_MODEL_GLOB_H
#define FAN_COPY_MODEL_GLOB_H

#include <stdbool.h>

/**
 * Whether all of `text` matches: * stands for any bytes but a slash, ** for any, ? and [...] for
 * one that is not a slash, a backslash for the character that follows it.
 *
 * @param pattern  a valid one
 */
bool fan_copy_glob_match(const char *pattern, const char *text);

/** Whether every [ of the pattern has its ], within 256 bytes. */
bool fan_copy_glob_valid(const char *pattern);

#endif
