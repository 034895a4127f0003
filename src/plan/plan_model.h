/* SPDX-License-Identifier: BSD-3-Clause */
/** @file plan_model.h  The model that plans are made by. Pure. */
#ifndef FAN_PLAN_PLAN_MODEL_H
#define FAN_PLAN_PLAN_MODEL_H

#include "plan/schedule/model.h"
#include "tune/params.h"

#include <stdbool.h>
#include <stdint.h>

/** The model that the parameters describe. */
fan_model fan_params_model(const fan_params *params);

/** The same with what copying takes where the fullest node has several ranks, `local`. */
fan_model fan_plan_model(const fan_params *params, int local);

enum {
    /** below, the header and the overhead of a message weigh more than it saves */
    FAN_PLAN_SMALLEST_CHUNK = 4 * 1024,
    FAN_PLAN_LARGEST_CHUNK = 1024 * 1024
};

/** Whether a round trip takes long beside what processors do for a message. */
bool fan_plan_is_long(const fan_model *model);

/** That a long stream may have, in bytes. */
int64_t fan_plan_least_chunk(const fan_model *model);

/** That anything may have whose nodes send to `k` others at a time, in bytes. */
int64_t fan_plan_largest_chunk(const fan_model *model, int k);

#endif
