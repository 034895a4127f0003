/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file trees.h  k interior-disjoint k-ary trees over a row of places, one for each class.
 *
 * A node that is interior, with k children, in the tree of one class is a leaf in the others, so it
 * sends k / k = all of the data once. k = 2 is the two-tree of P. Sanders, J. Speck and J. L.
 * Traff, "Two-tree algorithms for full bandwidth broadcast, reduction and scan", Parallel Computing
 * 35 (2009).
 */
#ifndef FAN_PLAN_TREES_H
#define FAN_PLAN_TREES_H

#include "plan/schedule.h"

/**
 * The place, from 0, at the top of the tree of `class` among `nodes` places. k is the number of
 * classes.
 */
int fan_trees_top(int nodes, int k, int class);

/**
 * Add the role of `place` among the `nodes` places from `base` on, whose trees are fed by the place
 * `feeder`. Up to k nodes are one exchange group where that loads none of them too much: the top of
 * a class then sends it to all others.
 */
void fan_trees_role(int base, int nodes, int k, int class, int feeder, int place,
                    fan_schedule *schedule);

/** Levels of a complete k-ary tree with at least `nodes` nodes. */
int fan_tree_levels(int nodes, int k);

#endif
