/* SPDX-License-Identifier: BSD-3-Clause */
/** @file text.h  What rank 0 tells the user. All functions are local and used on rank 0 only. */
#ifndef FAN_COPY_REPORT_TEXT_H
#define FAN_COPY_REPORT_TEXT_H

#include "copy/coding/xxh3.h"
#include "copy/job/outcome.h"
#include "copy/options/options.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct fan_copy_report {
    const fan_copy_options *options;
    FILE *json; /**< or NULL */
    char host[FAN_COPY_HOST];
    char error[FAN_COPY_TEXT]; /**< why nobody has the file, or "" */
    int64_t bytes;             /**< of all regular files */
    int64_t files;             /**< regular files */
    int64_t sent;              /**< bytes that some host lacked and the source read for that */
    int64_t travelled;         /**< bytes of the stream, after compression */
    double link; /**< bytes per second of one copy to one host, 0 if it was not measured */
    char hash
        [FAN_COPY_XXH3_TEXT]; /**< of a source that is one file and was sent as a whole, else "" */
    char *libraries;          /**< lines that say how to use those of --with-libs, or NULL */
    int size;
    fan_copy_outcome *outcomes; /**< of all writers */
    bool *told;                 /**< whose error has been printed */
} fan_copy_report;

/** Open the JSON file: a wrong name shall be known early. False, with a message, if that fails. */
bool fan_copy_report_open(fan_copy_report *report, const fan_copy_options *options, int size);

/** Print "fanout-copy: HOST: PATH: TEXT", which stops the whole copy, and keep it for JSON. */
void fan_copy_report_error(fan_copy_report *report, const char *path, const char *text);

/** Print the outcomes' errors that have not been printed yet. */
void fan_copy_report_failures(fan_copy_report *report);

/** Print the outcomes' notes. */
void fan_copy_report_notes(const fan_copy_report *report);

/** What others have written for a rank, it has as well. */
void fan_copy_report_share(fan_copy_report *report);

/**
 * Note that the program's libraries are in `directory`: the summary will say how to start it with
 * them.
 */
void fan_copy_report_libraries(fan_copy_report *report, const char *program, const char *directory);

/** How many writers have all. */
int fan_copy_report_whole(const fan_copy_report *report);

/** How many writers have failed. */
int fan_copy_report_failed(const fan_copy_report *report);

/** Seconds from the first byte until the last writer was done. */
double fan_copy_report_seconds(const fan_copy_report *report);

/** Print summary and JSON report, as the options say. False, with a message, if that fails. */
bool fan_copy_report_end(fan_copy_report *report);

#endif
