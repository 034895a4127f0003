/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file topology.h  Which switch each host hangs on, and how fast its link is, from a file.
 *
 * The file has the syntax of SLURM's topology.conf(5) for trees, so that one at hand can be used,
 * and four keys of our own. Keys are case-insensitive, '#' starts a comment, a backslash at the end
 * of a line continues it, and lists are SLURM's (see base/hostlist.h):
 *
 *     SwitchName=leaf1 Nodes=node[01-16]
 *     SwitchName=leaf2 Nodes=node[17-32]
 *     SwitchName=spine Switches=leaf[1-2]
 *     NodeName=node[03,05] Speed=0.5      # of the usual link speed, which is 1
 *     Ranks=0,4-6 Host=node01 Domain=1    # for tests: take these ranks of
 *                                        # MPI_COMM_WORLD to be on that host,
 *                                        # in that NUMA domain of it
 *
 * Other keys of a line (LinkSpeed) are ignored. A switch may be below several, as redundant spines
 * are written; the first counts.
 */
#ifndef FAN_PLAN_SCHEDULE_TOPOLOGY_H
#define FAN_PLAN_SCHEDULE_TOPOLOGY_H

#include "base/status.h"

#include <stdio.h>

enum { FAN_NO_SWITCH = -1, FAN_NO_DOMAIN = -1 };

/** A switch. They are in preorder: those below switch s are s + 1 to end - 1. */
typedef struct fan_switch {
    char *name;
    int parent; /**< or FAN_NO_SWITCH */
    int end;
} fan_switch;

typedef struct fan_host {
    char *name;
    int at; /**< its switch, or FAN_NO_SWITCH */
    double speed;
    int line; /**< of the file, where its switch or its speed was said last */
} fan_host;

/** A rank that is taken to be elsewhere than it is. */
typedef struct fan_moved_rank {
    int rank;
    char *host; /**< or NULL: where it is */
    int domain; /**< of its host, or FAN_NO_DOMAIN: not said */
} fan_moved_rank;

typedef struct fan_topology {
    fan_switch *switches;
    int switch_count;
    fan_host *hosts; /**< in order of name */
    int host_count;
    fan_moved_rank *moved;
    int moved_count;
} fan_topology;

/**
 * Read the topology file at `path`.
 *
 * @param topology  receives what fan_topology_free releases, NULL on failure
 * @return FAN_OK; FAN_ERR_SYSTEM if the file cannot be read; FAN_ERR_ARGUMENT with a text that
 * names file, line and what is wrong; FAN_ERR_MEMORY
 */
fan_status fan_topology_read(const char *path, fan_topology **topology);

/** The same from an open file. `path` is for messages. */
fan_status fan_topology_parse(FILE *file, const char *path, fan_topology **topology);

void fan_topology_free(fan_topology *topology);

/**
 * The host of that name, or else one whose name is equal up to the first dot: jobs and files differ
 * in whether names are fully qualified. NULL: the file does not say anything of it.
 */
const fan_host *fan_topology_host(const fan_topology *topology, const char *name);

/**
 * For qsort and bsearch of fan_host: by the name up to the first dot, then by the rest, so that
 * names that are equal up to the dot are neighbours. That is the order of fan_topology.hosts.
 */
int fan_host_compare(const void *a, const void *b);

/** The host of a rank: what a Ranks line says, or `name`, that which it runs on. */
const char *fan_topology_rank_host(const fan_topology *topology, int rank, const char *name);

/** The NUMA domain that a Ranks line gives a rank, or FAN_NO_DOMAIN. */
int fan_topology_rank_domain(const fan_topology *topology, int rank);

#endif
