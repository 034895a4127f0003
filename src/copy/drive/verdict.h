/* SPDX-License-Identifier: BSD-3-Clause */
/** @file verdict.h  What came of all jobs together, for the user. Local. */
#ifndef FAN_COPY_DRIVE_VERDICT_H
#define FAN_COPY_DRIVE_VERDICT_H

#include "copy/drive/wanted.h"
#include "copy/hosts/hosts.h"

#include <jansson.h>
#include <stdio.h>

typedef struct fan_copy_drive_verdict {
    const fan_copy_drive_options *options;
    char here[FAN_COPY_HOST];  /**< the name of this host */
    FILE *file;                /**< of --json, or NULL */
    json_t *report;            /**< of the jobs that have ended with one; NULL: none */
    char *summary;             /**< of the last of them, or NULL */
    char error[FAN_COPY_TEXT]; /**< why there is no use in another job; "": nothing */
    int status;                /**< of the last of them */
    bool changed;              /**< files have changed meanwhile */
    int jobs;                  /**< that were started */
} fan_copy_drive_verdict;

/** Open the file of the report. False, with a message, if that fails. */
bool fan_copy_drive_verdict_open(fan_copy_drive_verdict *verdict,
                                 const fan_copy_drive_options *options);

/** A job has ended with this result. */
void fan_copy_drive_verdict_add(fan_copy_drive_verdict *verdict, const json_t *result);

/** How many hosts have everything. */
int fan_copy_drive_verdict_whole(const fan_copy_drive_verdict *verdict);

/** Print a message of this host about the copy as a whole. */
void fan_copy_drive_verdict_say(const fan_copy_drive_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same, and it is why the copy ends. */
void fan_copy_drive_verdict_fail(fan_copy_drive_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Name the hosts that were lost, print summary and report. Returns the exit status. */
int fan_copy_drive_verdict_close(fan_copy_drive_verdict *verdict, const fan_copy_hosts *hosts);

#endif
