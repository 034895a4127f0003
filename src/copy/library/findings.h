/* SPDX-License-Identifier: BSD-3-Clause */
/** @file findings.h  What came of a call, as all ranks are to know it. */
#ifndef FAN_COPY_LIBRARY_FINDINGS_H
#define FAN_COPY_LIBRARY_FINDINGS_H

#include "fanout_copy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fan_copylib_kind {
    FAN_COPYLIB_GOOD,
    FAN_COPYLIB_ARGUMENT,
    FAN_COPYLIB_MEMORY,
    FAN_COPYLIB_SOURCE, /* it could not be read as a whole */
    FAN_COPYLIB_WRITER, /* some rank has no copy */
    FAN_COPYLIB_TIMEOUT,
    FAN_COPYLIB_NETWORK
} fan_copylib_kind;

/** The part that is of one size. */
typedef struct fan_copylib_numbers {
    fan_copylib_kind kind;
    int writers, whole;
    int problem_count;
    int64_t bytes;
    double seconds;
    uint64_t text_bytes;
} fan_copylib_numbers;

typedef struct fan_copylib_findings {
    fan_copylib_numbers numbers;
    char *text; /**< host, path and text of each problem, each with a NUL behind it; or NULL */
    size_t room;
} fan_copylib_findings;

/** Note a problem; not if there is no memory to do so. Local. */
void fan_copylib_findings_add(fan_copylib_findings *findings, const char *host, const char *path,
                              const char *text);

/** Brings `bytes` of one rank to others. */
typedef void fan_copylib_spread_fn(void *state, void *data, size_t bytes);

/** The findings of one rank become those of others. Collective as `spread` is. */
void fan_copylib_findings_share(fan_copylib_findings *findings, fan_copylib_spread_fn *spread,
                                void *state);

/** The result for the user, in memory of its own; NULL if there is none. Local. */
fanout_copy_result *fan_copylib_findings_result(const fan_copylib_findings *findings);

/** Release what it holds. */
void fan_copylib_findings_free(fan_copylib_findings *findings);

#endif
