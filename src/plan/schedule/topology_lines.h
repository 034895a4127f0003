/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file topology_lines.h  What the lines of a topology file say, one by one. For topology_read.c.
 */
#ifndef FAN_PLAN_SCHEDULE_TOPOLOGY_LINES_H
#define FAN_PLAN_SCHEDULE_TOPOLOGY_LINES_H

#include "plan/schedule/topology.h"

#include <stddef.h>

/** "The switch `above` has a child of this name", until all switches are known. */
typedef struct fan_topology_uplink {
    int above;
    char *below;
    int line;
} fan_topology_uplink;

/**
 * What the lines have said. In `topology` switches are in the order of their lines and not linked
 * to each other; a host is there once for each line that names it, with speed 0 or FAN_NO_SWITCH
 * where that line does not say it.
 */
typedef struct fan_topology_draft {
    const char *path; /**< for messages */
    fan_topology *topology;
    fan_topology_uplink *links;
    int link_count;
    void *switch_names; /**< a tree (tsearch) of what free() frees, beside `topology` */
    size_t switch_room, host_room, moved_room, link_room;
} fan_topology_draft;

/**
 * Read all lines. `draft` has a path and an empty topology; what it has afterwards, also on
 * failure, is the caller's to free. Local. FAN_ERR_SYSTEM, FAN_ERR_ARGUMENT, FAN_ERR_MEMORY as
 * fan_topology_read.
 */
fan_status fan_topology_lines_read(fan_topology_draft *draft, FILE *file);

/** The number of the switch of that name, or FAN_NO_SWITCH. */
int fan_topology_find_switch(const fan_topology_draft *draft, const char *name);

/** FAN_ERR_ARGUMENT with a text that names the file, the line and what is wrong. */
fan_status fan_topology_wrong(const fan_topology_draft *draft, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** FAN_ERR_MEMORY with its text. */
fan_status fan_topology_no_memory(void);

#endif
