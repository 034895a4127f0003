/* SPDX-License-Identifier: BSD-3-Clause */
/** @file check.h  Does a broadcast behave as the method says? From its transfers alone. */
#ifndef FAN_TRACE_JUDGE_CHECK_H
#define FAN_TRACE_JUDGE_CHECK_H

#include "trace/read/run.h"

typedef enum fan_judge_behaviour {
    FAN_PARTITION, /**< every byte arrives once at every rank */
    FAN_DISJOINT,  /**< the root sends every byte once, each subfile to another rank */
    /** a rank sends a subfile to ranks that keep it, its group, while it still receives it */
    FAN_INSIDE,
    FAN_BETWEEN, /**< and to ranks that send it on, other groups */
    /** of descriptors that are the subfiles, each rank that the root feeds gets others, at once */
    FAN_DESCRIPTORS,
    FAN_SECONDARY, /**< secondary groups are served by ranks that have everything */
    FAN_BEHAVIOURS
} fan_judge_behaviour;

typedef enum fan_judge_finding { FAN_HOLDS, FAN_MISSING, FAN_NOT_APPLICABLE } fan_judge_finding;

typedef struct fan_judgement {
    fan_judge_finding finding;
    char text[200]; /**< in words, with numbers */
} fan_judgement;

extern const char *const fan_judge_behaviour_names[FAN_BEHAVIOURS];

fan_judgement fan_judge_check(const fan_cast *cast, fan_judge_behaviour behaviour);

#endif
