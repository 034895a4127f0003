/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file domain.h  The domains of a node: NUMA nodes, or processors where these are smaller, and in
 * which of them each rank runs. hwloc knows them; without it there is one. Include config.h before:
 * cpu_set_t is an extension.
 */
#ifndef FAN_LIB_WHERE_DOMAIN_H
#define FAN_LIB_WHERE_DOMAIN_H

#include "plan/schedule/topology.h"

#include <sched.h>

/** To what a member of a node is bound. */
typedef struct fan_binding {
    int member;
    int domain;     /**< of the topology file, or FAN_NO_DOMAIN */
    cpu_set_t cpus; /**< those that the thread may run on that will copy; empty: not known */
} fan_binding;

/** The calling thread's binding. */
fan_binding fan_domain_binding(int member, int domain);

/**
 * Find the domain of each of `members`, whose bindings are in any order: domains[member], from 0 in
 * the order of their lowest members. If the topology file knows of any, it decides, else the
 * smallest domain that covers the CPUs. All get 0 if one has no domain, or each has another: then
 * data would have no shorter way.
 */
void fan_domain_find(const fan_binding *bindings, int members, int *domains);

#endif
