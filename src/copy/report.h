/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file report.h  The tally of a copy and how the options want it to be told. All functions are
 * local and used by those who read, of whom
 * rank 0 is the one that tells the user, unless they say something else.
 */
#ifndef FAN_COPY_REPORT_H
#define FAN_COPY_REPORT_H

#include "copy/job/ranks.h"
#include "copy/options/options.h"
#include "copy/report/audience.h"
#include "copy/report/tally.h"
#include "copy/survive/survival.h"
#include "copy/wire/sender.h"

#include <stdio.h>
#include <sys/types.h>

#define FAN_COPY_REPORT_CUT_OFF                                                                    \
    "standard input may have more: the process that passes it on, the launcher or that of "        \
    "--hosts, has died"

typedef struct fan_copy_report {
    const fan_copy_options *options;
    const fan_copy_audience *audience;
    bool several;       /**< several hosts have sources */
    bool apart;         /**< this is one of the others, not rank 0 */
    int default_source; /**< in the job: on its host are those that name none */
    pid_t giver;        /**< the launcher's process that passes standard input on, or 0 */
    FILE *json;         /**< or NULL */
    fan_copy_tally tally;
    char *advice; /**< what the user may do if the job ends now, or NULL */
} fan_copy_report;

/**
 * Begin. On rank 0 open the JSON file: a wrong name is noticed early. False, with a message, if
 * that fails.
 */
bool fan_copy_report_open(fan_copy_report *report, const fan_copy_options *options,
                          const fan_copy_ranks *ranks, const fan_copy_survival *survival,
                          const fan_copy_audience *audience);

/**
 * Look at the sources that this rank reads: fill the manifest, open what checksums need. What is
 * wrong is told, and is the error of the tally.
 */
void fan_copy_report_source(fan_copy_report *report, const fan_copy_ranks *ranks,
                            fan_copy_manifest *manifest, fan_copy_sums *sums);

/** On rank 0: how much all of it is. */
void fan_copy_report_count(fan_copy_report *report, const fan_copy_manifest *manifest);

/**
 * Rank 0 learns the errors of the other readers, and how many files have changed there. Collective
 * over the writers; ranks that do not read give a report of zeros.
 */
void fan_copy_report_collect(fan_copy_report *report, const fan_copy_ranks *ranks);

/**
 * With --digest: the lines of the other readers on rank 0, to be freed; NULL elsewhere. The
 * same.
 */
char *fan_copy_report_collect_digests(fan_copy_report *report, fan_copy_sums *sums,
                                      const fan_copy_ranks *ranks);

/** Tell what stops the whole copy, and keep it for JSON. */
void fan_copy_report_error(fan_copy_report *report, const char *path, const char *text);

/** Tell the errors of the outcomes that have not been told yet. */
void fan_copy_report_failures(fan_copy_report *report);

/** All was read here, and what changed meanwhile is named, as below. */
void fan_copy_report_sent(fan_copy_report *report, const fan_copy_sender *sender,
                          fan_copy_set *told);

/**
 * Name the files that changed meanwhile, also where a part was read once more: each once. `told`:
 * the entries that were named before; these are added to it.
 */
void fan_copy_report_changes(fan_copy_report *report, const fan_copy_sender *sender,
                             fan_copy_set *told);

/** Where progress is shown: a stream to be closed unless it is stderr, or NULL. */
FILE *fan_copy_report_terminal(const fan_copy_options *options);

/**
 * Whether the end of standard input was that of the data. False if the process that reads it for
 * this job, or the launcher, has died. May wait for a twentieth of a second.
 */
bool fan_copy_report_input_is_whole(const fan_copy_report *report);

/**
 * All that is known before the data: tell the process that has started the job, or be ready to tell
 * the user how to go on.
 */
void fan_copy_report_begun(fan_copy_report *report);

/**
 * With --digest: print the lines, and those that others have (or NULL). False, with a message, if a
 * file could not be read.
 */
bool fan_copy_report_digests(fan_copy_report *report, fan_copy_sums *sums, const char *others);

/** Release all of it, and tell nothing: there is going to be another one. */
void fan_copy_report_abandon(fan_copy_report *report);

/**
 * Tell what came of the copy; print summary and JSON report, as the options say, or give both to
 * the process that has started the job. False, with a message, if that fails.
 *
 * @param status  what the copy ends with
 */
bool fan_copy_report_end(fan_copy_report *report, int status);

#endif
