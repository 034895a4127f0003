/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file driven.h  What the process that has started this job (--hosts) tells its ranks: the value
 * of --driven, which no user types. All functions are local.
 */
#ifndef FAN_COPY_JOB_DRIVEN_H
#define FAN_COPY_JOB_DRIVEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct fan_copy_driven {
    bool given;      /**< there is such a process; it has the report printed */
    bool again;      /**< go on with what an earlier job of the same copy has left */
    bool keeps;      /**< not told: what arrives can be gone on with, so it stays if the job dies */
    bool orphans;    /**< the host of the source is lost: go on from what all have together */
    bool reads_only; /**< the hosts of the sources are not of those that get a copy */
    const char *apart;  /**< those of them that are not, with colons between; or NULL */
    const char *source; /**< the name of the source's host, as it calls itself; or NULL */
    const char *input;  /**< what is read in place of standard input, or NULL */
    uint64_t copy;      /**< its number: any, the same for all of these jobs */
    double elapsed; /**< seconds since the first of these jobs was started, when it was told that */
    time_t began;   /**< not told: when that was, by the clock of this host, or somewhat later */
    int total;      /**< hosts that are to get a copy, in all jobs together */
    int whole;      /**< those that have one already and take no part in this job */
} fan_copy_driven;

/** Whether the host of a source, which calls itself `host`, gets no copy. */
bool fan_copy_driven_reads_only(const fan_copy_driven *driven, const char *host);

/** The value of --driven, to be freed. */
char *fan_copy_driven_format(const fan_copy_driven *driven);

/** Take the value apart, which is changed and must stay. False if it is not one. */
bool fan_copy_driven_parse(char *text, fan_copy_driven *driven);

#endif
