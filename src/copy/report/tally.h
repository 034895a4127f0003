/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file tally.h  What came of a whole copy, on rank 0: the outcomes of all writers and what was
 * counted. All functions are local.
 */
#ifndef FAN_COPY_REPORT_TALLY_H
#define FAN_COPY_REPORT_TALLY_H

#include "copy/coding/xxh3.h"
#include "copy/job/outcome.h"
#include "copy/report/loss.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct fan_copy_tally {
    char *const *sources; /**< [source_count], as the user named them */
    int source_count;
    char host[FAN_COPY_HOST];
    char error[FAN_COPY_TEXT]; /**< why the whole copy failed, or "" */
    int64_t bytes;             /**< of all regular files */
    int64_t files;             /**< regular files */
    int64_t sent;              /**< bytes that some host lacked and the source read for that */
    int64_t travelled;         /**< bytes of the stream, after compression */
    double link; /**< bytes per second of one copy to one host, 0 if it was not measured */
    /** of a source that is one file and was sent as a whole, else "" */
    char hash[FAN_COPY_XXH3_TEXT];
    int64_t changed; /**< files that changed while they were copied, with --ignore-changed */
    char *libraries; /**< lines that say how to use those of --with-libs, or NULL */
    int hosts;       /**< that are to have everything, with those that take no part */
    int whole_apart; /**< those that take no part and have everything already */
    const fan_copy_loss *losses; /**< [loss_count] hosts that were lost before; kept */
    int loss_count;
    bool losses_kept; /**< what they have can be gone on with */
    int size;
    fan_copy_outcome *outcomes; /**< of all writers */
    bool *told;                 /**< whose error has been told */
} fan_copy_tally;

/** Begin, for `size` writers. `sources` is kept. Ends the job if memory is short. */
void fan_copy_tally_open(fan_copy_tally *tally, char *const *sources, int source_count, int size);

/** Hosts were lost that were to have everything. */
void fan_copy_tally_lose(fan_copy_tally *tally, const fan_copy_loss *losses, int count, bool kept);

/** A rank also has what another rank has written for it. */
void fan_copy_tally_share(fan_copy_tally *tally);

/** How many writers have everything, with those that take no part. */
int fan_copy_tally_whole(const fan_copy_tally *tally);

/** How many writers have failed. */
int fan_copy_tally_failed(const fan_copy_tally *tally);

/** Seconds from the first byte until the last writer was done. */
double fan_copy_tally_seconds(const fan_copy_tally *tally);

/**
 * The time that the copy took, in units of the time in which the data would travel once, to one
 * host. 0 if it is not known.
 */
double fan_copy_tally_of_one_copy(const fan_copy_tally *tally);

/** Release all. */
void fan_copy_tally_close(fan_copy_tally *tally);

#endif
