/* SPDX-License-Identifier: BSD-3-Clause */
/** @file algorithms.h  The table of algorithms: how each lays out its trees, what that costs. */
#ifndef FAN_PLAN_ALGORITHMS_H
#define FAN_PLAN_ALGORITHMS_H

#include "plan/schedule/model.h"
#include "plan/schedule/schedule.h"
#include "plan/schedule/shape.h"
#include "tune/algorithm_names.h"

/** One algorithm. All functions are pure. */
typedef struct fan_algorithm_table {
    /** What it is, in a few words. */
    const char *words;

    /**
     * Bring k, b, the secondary groups and the slow places of `shape` to values that the algorithm
     * can use.
     */
    void (*normalise)(fan_shape *shape);

    /**
     * Add the part of the recipient `place` (or FAN_PLACE_ROOT) in the tree of `subfile`; parents
     * and peers are places. Does nothing where the place has no part in the phase.
     */
    void (*role)(const fan_shape *shape, int subfile, int place, fan_phase phase,
                 fan_schedule *schedule);

    /**
     * What the shape costs: the time is
     * rounds * chunks * t + fill * t + hops * (latency + 2 overhead), with t the time per chunk.
     * The constants are fitted to simulations with SimGrid (bench/simgrid, flat) of 4 to 64 nodes,
     * 256 KiB to 4 MiB, chunks of 4 to 16 KiB.
     */
    fan_cost (*cost)(const fan_shape *shape);
} fan_algorithm_table;

/** By fan_algorithm; the entry of FAN_AUTO is empty. */
extern const fan_algorithm_table fan_algorithms[FAN_ALGORITHMS];

/* The functions of the algorithms, one file each. */
void fan_group_normalise(fan_shape *shape);
void fan_group_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                    fan_schedule *schedule);
fan_cost fan_group_cost(const fan_shape *shape);
void fan_chain_normalise(fan_shape *shape);
void fan_full_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                   fan_schedule *schedule);
fan_cost fan_full_cost(const fan_shape *shape);
void fan_ktree_normalise(fan_shape *shape);
void fan_ktree_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                    fan_schedule *schedule);
fan_cost fan_ktree_cost(const fan_shape *shape);
void fan_kexchange_normalise(fan_shape *shape);
void fan_kexchange_role(const fan_shape *shape, int subfile, int place, fan_phase phase,
                        fan_schedule *schedule);
fan_cost fan_kexchange_cost(const fan_shape *shape);

#endif
