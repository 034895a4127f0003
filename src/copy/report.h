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

#define FAN_COPY_REPORT_CUT_OFF "the process of --hosts that reads standard input has died"

typedef struct fan_copy_report {
    const fan_copy_options *options;
    FILE *json; /**< or NULL */
    fan_copy_tally tally;
    char *advice; /**< what the user may do if the job ends now, or NULL */
} fan_copy_report;

/**
 * Look at the source: fill the manifest, open what checksums need, count. False, with a message,
 * if there is nothing to copy.
 */
bool fan_copy_report_source(fan_copy_report *report, fan_copy_manifest *manifest,
                            fan_copy_sums *sums);

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

/**
 * Whether the end of standard input was that of the data. False if the process that reads it for
 * this job has died.
 */
bool fan_copy_report_input_is_whole(const fan_copy_report *report);

/**
 * All that is known before the data: tell the process that has started the job, or be ready to tell
 * the user how to go on.
 */
void fan_copy_report_begun(fan_copy_report *report);

/** With --digest: print the lines. False, with a message, if a file could not be read. */
bool fan_copy_report_digests(fan_copy_report *report, fan_copy_sums *sums);

/**
 * Print summary and JSON report, as the options say, or give both to the process that has started
 * the job. False, with a message, if that fails.
 *
 * @param status  what the copy ends with
 */
bool fan_copy_report_end(fan_copy_report *report, int status);

#endif
