/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json.h  The report for machines. doc/man1/fanout-copy.1 describes its members. */
#ifndef FAN_COPY_REPORT_JSON_H
#define FAN_COPY_REPORT_JSON_H

#include "copy/report/tally.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/** The tally, for the caller to release; NULL if memory is short. Local. */
json_t *fan_copy_json_object(const fan_copy_tally *tally);

/**
 * Write a report: all but ASCII is escaped, and so is DEL, which jansson
 * leaves as it is. False if that fails. Local.
 */
bool fan_copy_json_print(const json_t *root, FILE *file);

/**
 * The text of a mark with the report, the summary and the exit status. To be freed; NULL if memory
 * is short. Local.
 */
char *fan_copy_json_mark(const fan_copy_tally *tally, const char *summary, int status);

/** The text of a mark with the names of all writers' hosts. The same. */
char *fan_copy_json_names(const fan_copy_tally *tally);

#endif
