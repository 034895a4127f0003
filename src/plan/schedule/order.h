/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file order.h  In which order nodes become recipients, so that neighbours in a plan are
 * neighbours on the network.
 *
 * Ranks of a host are together, hosts of a switch, switches of a switch; hosts within a switch are
 * in order of name, numbers in them taken as numbers. Slow hosts are last, to be leaves. Seen from
 * a root, its own switch comes first, at each level of the tree of switches, and the rest in order.
 */
#ifndef FAN_PLAN_SCHEDULE_ORDER_H
#define FAN_PLAN_SCHEDULE_ORDER_H

#include "base/status.h"
#include "plan/schedule/topology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A run of positions, end not included. The run of a switch lies in that of its parent. */
typedef struct fan_order_run {
    int first, end;
    int parent; /**< switch; -1 for switch 0, which has all nodes that are not slow */
} fan_order_run;

/** An order of all nodes. Position x is the x-th node in it. */
typedef struct fan_order {
    int nodes;
    int slow;       /**< how many nodes at the end are slow */
    int switches;   /**< runs that differ, at least 1 */
    double slowest; /**< link speed of the slowest node, 1 at most: the usual one */
    int table[];    /**< [fan_order_table_length], what fan_order_make fills in */
} fan_order;

/**
 * The order of `nodes` ranks on the hosts hosts[rank].
 *
 * @param topology  or NULL: order of host names only
 * @param order     receives what free() releases; NULL if it is the order of ranks, on one switch
 * and all equally fast
 * @return FAN_OK or FAN_ERR_MEMORY
 */
fan_status fan_order_make(const char *const *hosts, int nodes, const fan_topology *topology,
                          fan_order **order);

/**
 * An order whose table is still to be filled, for one that comes from elsewhere. NULL: no memory.
 */
fan_order *fan_order_allocate(int nodes, int slow, int switches, double slowest);

/**
 * Make `result` of another order, in which more nodes are slow.
 *
 * @param order    or NULL: that of numbers, all nodes equally fast
 * @param rates    [nodes] not 0 for those that are slow
 * @param slowest  of these, in links of the usual speed
 * @param result   of fan_order_allocate, of as many nodes and switches
 */
void fan_order_set_back(const fan_order *order, const int64_t *rates, double slowest,
                        fan_order *result);

/** Length of the table of an order. */
size_t fan_order_table_length(const fan_order *order);

/**
 * A copy with one node more, numbered `order->nodes`, that is on no switch: storage, from which
 * data comes. NULL: no memory. fan_spare_free releases it.
 */
fan_order *fan_order_add_storage(const fan_order *order);

/**
 * The place of `node`, which is not the root, among the recipients, and the node at a place. They
 * take time in proportion to the levels of switches.
 *
 * @param tail  the last so many of the root's own switch come after all others that are not slow
 */
int fan_order_place(const fan_order *order, int root, int tail, int node);
int fan_order_node(const fan_order *order, int root, int tail, int place);

bool fan_order_is_slow(const fan_order *order, int node);

/** Slow nodes among the recipients; they have the last places. */
int fan_order_slow(const fan_order *order, int root);

/** Recipients, other than slow ones, on the root's own switch; they have the first places. */
int fan_order_neighbours(const fan_order *order, int root);

/** The recipients on one switch: places in a row (no tail). */
typedef struct fan_block {
    int first, nodes;
} fan_block;

/**
 * Number of blocks, or 0 where hosts are not on one level of switches, or some are slow. Blocks are
 * those of the switches that have a recipient. That of the root's own switch, if it has one, is the
 * last.
 */
int fan_order_blocks(const fan_order *order, int root);

/** Block `number`, and the number of the block with a place. */
fan_block fan_order_block(const fan_order *order, int root, int number);
int fan_order_block_of(const fan_order *order, int root, int place);

/** How groups of k places in a row, the last perhaps short, lie on switches. */
typedef struct fan_alignment {
    int straddling; /**< groups on more than one switch */
    int followed;   /**< groups on the switch of the next group */
} fan_alignment;

fan_alignment fan_order_alignment(const fan_order *order, int root, int tail, int k);

/**
 * The tail that leaves fewer groups of k on more than one switch: none, or what is left over of the
 * root's own switch after groups of k. The root is not a recipient, so if k divides switches of
 * equal size, its own has one too few, which would move all other groups out of step. With the tail
 * they keep in step, and the short group at the end is of that switch.
 */
int fan_order_tail(const fan_order *order, int root, int k);

#endif
