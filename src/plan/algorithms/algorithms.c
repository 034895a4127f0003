/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/algorithms/algorithms.h"

const fan_algorithm_table fan_algorithms[FAN_ALGORITHMS] = {
    [FAN_CHAIN] = {"one chain through all nodes", fan_chain_normalise, fan_group_role,
                   fan_group_cost},
    [FAN_GROUP] = {"groups of k that exchange subfiles, fed slot to slot", fan_group_normalise,
                   fan_group_role, fan_group_cost},
    [FAN_FULL] = {"groups of k, every member feeds every member of the next", fan_group_normalise,
                  fan_full_role, fan_full_cost},
    [FAN_KTREE] = {"k interior-disjoint k-ary trees", fan_ktree_normalise, fan_ktree_role,
                   fan_ktree_cost},
    [FAN_KEXCHANGE] = {"a group of k that exchanges subfiles, then k interior-disjoint k-ary trees",
                       fan_kexchange_normalise, fan_kexchange_role, fan_kexchange_cost},
};
