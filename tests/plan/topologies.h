/* SPDX-License-Identifier: BSD-3-Clause */
/** @file topologies.h  Topologies and orders of nodes from the text of a topology file. */
#ifndef FAN_TESTS_TOPOLOGIES_H
#define FAN_TESTS_TOPOLOGIES_H

#include "plan/schedule/order.h"
#include "plan/schedule/topology.h"

/** What fan_topology_parse says of a file with this text, which is called net.conf. */
fan_status parse_topology(const char *text, fan_topology **topology);

/** The topology that the text describes, which must be right. */
fan_topology *topology_of(const char *text);

/** The order of the hosts in `list`; NULL for the order of ranks. `text` may be NULL. */
fan_order *order_of(const char *const *hosts, int nodes, const char *text);

#endif
