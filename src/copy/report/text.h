/* SPDX-License-Identifier: BSD-3-Clause */
/** @file text.h  What rank 0 tells the user in words. All functions are local. */
#ifndef FAN_COPY_REPORT_TEXT_H
#define FAN_COPY_REPORT_TEXT_H

#include "copy/report/tally.h"

#include <stdbool.h>
#include <stdio.h>

/** Print "fanout-copy: HOST: PATH: TEXT" on standard error. */
void fan_copy_text_message(const char *host, const char *path, const char *text);

/** Print the outcomes' notes. */
void fan_copy_text_notes(const fan_copy_tally *tally);

/**
 * Note that the program's libraries are in `directory`: the summary will say how to start it with
 * them.
 */
void fan_copy_text_libraries(fan_copy_tally *tally, const char *program, const char *directory);

/** Print the summary. `per_rank`: every rank has a copy of its own. */
void fan_copy_text_summary(FILE *stream, const fan_copy_tally *tally, bool per_rank);

#endif
