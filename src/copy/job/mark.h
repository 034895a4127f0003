/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file mark.h  What rank 0 tells the process that has started the job, among what it prints on
 * standard output: the only way from there that every launcher keeps open.
 *
 * A mark is "RS fanout-copy KIND HASH TEXT" and a newline, where RS is the ASCII character 30 and
 * HASH the XXH3 hash of KIND and TEXT: what other processes print in its midst makes it no mark.
 */
#ifndef FAN_COPY_JOB_MARK_H
#define FAN_COPY_JOB_MARK_H

#include <stdbool.h>

enum { FAN_COPY_MARK_SIGN = '\036' };

#define FAN_COPY_MARK_BEGUN  "begun"  /**< TEXT: an array with the names of the hosts */
#define FAN_COPY_MARK_AT     "at"     /**< TEXT: an array with the percent that each host has */
#define FAN_COPY_MARK_REPORT "report" /**< TEXT: an object with report, summary and status */

/** Print a mark. `text` has no newline. Local. */
void fan_copy_mark(const char *kind, const char *text);

/**
 * Take a line apart that begins with the sign and whose newline has become its end. It is changed.
 *
 * @return whether it is a mark; if not, it is unchanged
 */
bool fan_copy_mark_parse(char *line, const char **kind, const char **text);

#endif
