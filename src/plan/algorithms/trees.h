/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file trees.h  k interior-disjoint k-ary trees over a row of places, one for each subfile.
 *
 * A node that is interior, with k children, in the tree of one subfile is a leaf in the others, so
 * it sends k / k = all of the data once. k = 2 is the two-tree of P. Sanders, J. Speck and J. L.
 * Traff, "Two-tree algorithms for full bandwidth broadcast, reduction and scan", Parallel Computing
 * 35 (2009).
 */
#ifndef FAN_PLAN_TREES_H
#define FAN_PLAN_TREES_H

#include "plan/schedule/schedule.h"

#include <stdbool.h>

/** The places that k trees, one for each of k subfiles, are laid over. */
typedef struct fan_forest {
    int base;  /**< the first of the places */
    int nodes; /**< how many, at least 1 */
    int slow;  /**< how many of them, at the end, are leaves of all trees; fewer than `nodes` */
    int k;     /**< number of subfiles */
    /** the last place is a leaf of all trees, near their tops: it sends k times elsewhere */
    bool has_exporter;
} fan_forest;

/**
 * The sends of a node: k, so that it sends the data once, or as many as it takes when those that
 * are not slow send for the slow ones too.
 */
int fan_forest_fanout(const fan_forest *forest);

/** The place at the top of the tree of `subfile`. */
int fan_forest_top(const fan_forest *forest, int subfile);

/**
 * Add the role of `place` in trees that are fed by the place `feeder`. Up to k nodes, none of them
 * slow, are one exchange group where that loads none of them too much: the top of a subfile then
 * sends it to all others.
 */
void fan_forest_role(const fan_forest *forest, int subfile, int feeder, int place,
                     fan_schedule *schedule);

/** The place that feeds `place` in the tree of `subfile`, -1 at the top. */
int fan_forest_parent(const fan_forest *forest, int subfile, int place);

/** Child `number` of `place` in the tree of `subfile`, -1 if it has no more than that. */
int fan_forest_child(const fan_forest *forest, int subfile, int place, int number);

/** Levels of a complete k-ary tree with at least `nodes` nodes. */
int fan_tree_levels(int nodes, int k);

#endif
