/* SPDX-License-Identifier: BSD-3-Clause */
/** @file algorithm_names.h  Names and numbers of the algorithms, shared by tune and plan. */
#ifndef FAN_TUNE_ALGORITHM_NAMES_H
#define FAN_TUNE_ALGORITHM_NAMES_H

typedef enum fan_algorithm {
    FAN_AUTO, /**< let the planner choose */
    FAN_CHAIN,
    FAN_GROUP,
    FAN_FULL,
    FAN_KTREE,
    FAN_KEXCHANGE,
    FAN_ALGORITHMS
} fan_algorithm;

/** Names by number. */
extern const char *const fan_algorithm_names[FAN_ALGORITHMS];

#endif
