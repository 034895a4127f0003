/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file report.h  The tally of a copy and how the options want it to be told. All functions are
 * local and used on rank 0 only.
 */
#ifndef FAN_COPY_REPORT_H
#define FAN_COPY_REPORT_H

#include "copy/options/options.h"
#include "copy/report/tally.h"
#include "copy/wire/sender.h"

#include <stdio.h>

typedef struct fan_copy_report {
    const fan_copy_options *options;
    FILE *json; /**< or NULL */
    fan_copy_tally tally;
} fan_copy_report;

/** Open the JSON file: a wrong name is noticed early. False, with a message, if that fails. */
bool fan_copy_report_open(fan_copy_report *report, const fan_copy_options *options, int size);

/** Print "fanout-copy: HOST: PATH: TEXT", which stops the whole copy, and keep it for JSON. */
void fan_copy_report_error(fan_copy_report *report, const char *path, const char *text);

/**
 * All was read: count it, and name the files that changed meanwhile.
 *
 * @param lacking    bytes that some host lacked
 * @param travelled  bytes of the stream
 */
void fan_copy_report_transfer(fan_copy_report *report, const fan_copy_sender *sender,
                              int64_t lacking, int64_t travelled);

/** Where progress is shown: a stream to be closed unless it is stderr, or NULL. */
FILE *fan_copy_report_terminal(const fan_copy_options *options);

/** Take standard input, or what stands for it, if it is needed. False, with a message, if not. */
bool fan_copy_report_input(fan_copy_report *report);

/** Open what --digest and --expect-digest need, if nothing has failed; else with a message. */
void fan_copy_report_sums(fan_copy_report *report, fan_copy_sums *sums,
                          const fan_copy_manifest *manifest);

/** With --digest: print the lines. False, with a message, if a file could not be read. */
bool fan_copy_report_digests(fan_copy_report *report, fan_copy_sums *sums);

/** Print summary and JSON report, as the options say. False, with a message, if that fails. */
bool fan_copy_report_end(fan_copy_report *report);

#endif
