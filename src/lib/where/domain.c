/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/domain.h"

#include <stdbool.h>
#include <string.h>

fan_binding fan_domain_binding(int member, int domain)
{
    fan_binding binding;
    memset(&binding, 0, sizeof binding);
    binding.member = member;
    binding.domain = domain;
    if (sched_getaffinity(0, sizeof binding.cpus, &binding.cpus) != 0)
        CPU_ZERO(&binding.cpus);
    return binding;
}

/* ---- what the machine has ---- */

#ifdef HAVE_HWLOC
#include <hwloc.h>
#include <hwloc/glibc-sched.h>

/* The numbers of hwloc's objects are unique across types. */
static int smallest_around(hwloc_topology_t topology, hwloc_const_bitmap_t cpus)
{
    static const hwloc_obj_type_t types[] = {HWLOC_OBJ_NUMANODE, HWLOC_OBJ_PACKAGE};
    hwloc_obj_t smallest = NULL;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        for (hwloc_obj_t o = NULL; (o = hwloc_get_next_obj_by_type(topology, types[i], o)) != NULL;)
            if (hwloc_bitmap_isincluded(cpus, o->cpuset) &&
                (smallest == NULL ||
                 hwloc_bitmap_weight(o->cpuset) < hwloc_bitmap_weight(smallest->cpuset)))
                smallest = o;
    return smallest == NULL ? FAN_NO_DOMAIN : (int)smallest->gp_index;
}

/* Other ranks' CPUs may be disallowed to this one. */
static bool load(hwloc_topology_t *topology)
{
    if (hwloc_topology_init(topology) != 0)
        return false;
    hwloc_topology_set_flags(*topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(*topology) == 0)
        return true;
    hwloc_topology_destroy(*topology);
    return false;
}

/* False if hwloc cannot tell. */
static bool ask_machine(const fan_binding *bindings, int members, int *domains)
{
    hwloc_topology_t topology;
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    if (cpus == NULL || !load(&topology)) {
        hwloc_bitmap_free(cpus);
        return false;
    }
    for (int i = 0; i < members; i++) {
        const fan_binding *b = &bindings[i];
        hwloc_cpuset_from_glibc_sched_affinity(topology, cpus, &b->cpus, sizeof b->cpus);
        domains[b->member] =
            hwloc_bitmap_iszero(cpus) ? FAN_NO_DOMAIN : smallest_around(topology, cpus);
    }
    hwloc_topology_destroy(topology);
    hwloc_bitmap_free(cpus);
    return true;
}
#else
static bool ask_machine(const fan_binding *bindings, int members, int *domains)
{
    (void)bindings, (void)members, (void)domains;
    return false;
}
#endif

/* ---- what is made of it ---- */

/* If the file names the domain of some, it decides: the others have no domain. */
static bool ask_file(const fan_binding *bindings, int members, int *domains)
{
    bool knows_some = false;
    for (int i = 0; i < members; i++) {
        domains[bindings[i].member] = bindings[i].domain;
        knows_some = knows_some || bindings[i].domain != FAN_NO_DOMAIN;
    }
    return knows_some;
}

/* Asking hwloc takes milliseconds. Ranks that are not bound all have the same CPUs. */
static bool cpus_differ(const fan_binding *bindings, int members)
{
    for (int i = 1; i < members; i++)
        if (!CPU_EQUAL(&bindings[i].cpus, &bindings[0].cpus))
            return true;
    return false;
}

/* From 0, in the order of their lowest members. Returns how many there are. */
static int number(int *domains, int members)
{
    enum { FIRST = FAN_NO_DOMAIN - 1 }; /* new numbers go down from here until all are given */
    int count = 0;
    for (int m = 0; m < members; m++) {
        int old = domains[m];
        if (old < 0)
            continue;
        for (int other = m; other < members; other++)
            if (domains[other] == old)
                domains[other] = FIRST - count;
        count++;
    }
    for (int m = 0; m < members; m++)
        domains[m] = FIRST - domains[m];
    return count;
}

static bool all_have_one(const int *domains, int members)
{
    for (int m = 0; m < members; m++)
        if (domains[m] == FAN_NO_DOMAIN)
            return false;
    return true;
}

/* Two members are in one domain or in two different ones: that changes nothing. */
static bool may_differ(const fan_binding *bindings, int members)
{
    return members > 2 && cpus_differ(bindings, members);
}

void fan_domain_find(const fan_binding *bindings, int members, int *domains)
{
    bool known = ask_file(bindings, members, domains) ||
                 (may_differ(bindings, members) && ask_machine(bindings, members, domains));
    if (!known || !all_have_one(domains, members) || number(domains, members) == members)
        for (int m = 0; m < members; m++)
            domains[m] = 0;
}
