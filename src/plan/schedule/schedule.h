/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file schedule.h  One node's part of a plan: for each subfile its parent and its children, in
 * order.
 *
 * This is all that the engine knows: it receives the chunks of a subfile from the subfile's parent
 * and sends them on to the subfile's children, forward edges before exchange edges.
 */
#ifndef FAN_PLAN_SCHEDULE_SCHEDULE_H
#define FAN_PLAN_SCHEDULE_SCHEDULE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum fan_edge_kind {
    FAN_EDGE_SCATTER,  /**< root to the owner of a subfile */
    FAN_EDGE_FORWARD,  /**< to a node that sends the subfile on */
    FAN_EDGE_EXCHANGE, /**< to a node that keeps it: a group peer, or a leaf of a tree */
    FAN_EDGE_KINDS
} fan_edge_kind;

enum {
    FAN_PARENT_SELF = -1,  /**< the node has the subfile already: it is a source */
    FAN_PARENT_ABSENT = -2 /**< the node takes no part in the subfile in this phase */
};

/** A phase of the work of a node. */
typedef enum fan_phase {
    FAN_PHASE_RECEIVE, /**< primary tree, and the receiving part of a secondary group */
    FAN_PHASE_SERVE    /**< after full receipt: feed secondary groups */
} fan_phase;

typedef struct fan_edge {
    int peer;
    fan_edge_kind kind;
} fan_edge;

/** The part of a node in one subfile. Its children are edges[first .. first + children). */
typedef struct fan_role {
    int parent; /**< a node, or FAN_PARENT_SELF, or FAN_PARENT_ABSENT */
    int first;
    int children;
} fan_role;

typedef struct fan_schedule {
    int node;
    int subfiles;
    fan_role *roles; /**< [subfiles] */
    fan_edge *edges;
    int edge_count;
    size_t edge_room;
    bool out_of_memory; /**< set by fan_schedule_add, so that algorithms need no error paths */
} fan_schedule;

/** An empty schedule: every role absent. */
fan_status fan_schedule_init(fan_schedule *schedule, int node, int subfiles);

void fan_schedule_free(fan_schedule *schedule);

/** Begin the role of `subfile`; the following fan_schedule_add calls add its children. */
void fan_schedule_begin(fan_schedule *schedule, int subfile, int parent);

/** Add a child to the role of `subfile`, the one begun last. */
void fan_schedule_add(fan_schedule *schedule, int subfile, int peer, fan_edge_kind kind);

/**
 * Add exchange edges to the role of `subfile`: to all of the `members` places from `first` on but
 * the one in `slot`. They begin with its right neighbour, so that the members of a group do not all
 * send to one at once.
 */
void fan_schedule_add_others(fan_schedule *schedule, int subfile, int first, int members, int slot);

/** Replace the node and all its peers by what `name` calls them. */
void fan_schedule_rename(fan_schedule *schedule, int (*name)(const void *state, int node),
                         const void *state);

#endif
