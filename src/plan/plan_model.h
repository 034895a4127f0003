/* SPDX-License-Identifier: BSD-3-Clause */
/** @file plan_model.h  The model that plans are made by. Pure. */
#ifndef FAN_PLAN_PLAN_MODEL_H
#define FAN_PLAN_PLAN_MODEL_H

#include "plan/schedule/model.h"
#include "tune/params.h"

/** The model that the parameters describe. */
fan_model fan_params_model(const fan_params *params);

/** The same with what copying takes where the fullest node has several ranks, `local`. */
fan_model fan_plan_model(const fan_params *params, int local);

#endif
