/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tune/algorithm_names.h"

const char *const fan_algorithm_names[FAN_ALGORITHMS] = {"auto", "chain", "group",
                                                         "full", "ktree", "kexchange"};
