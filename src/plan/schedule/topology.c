/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/topology.h"

#include "base/hostlist.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

static int compare_short(const void *a, const void *b)
{
    return fan_hostname_compare(((const fan_host *)a)->name, ((const fan_host *)b)->name);
}

int fan_host_compare(const void *a, const void *b)
{
    int order = compare_short(a, b);
    return order != 0 ? order : strcmp(((const fan_host *)a)->name, ((const fan_host *)b)->name);
}

const fan_host *fan_topology_host(const fan_topology *t, const char *name)
{
    fan_host key = {.name = (char *)(uintptr_t)name};
    if (t->host_count == 0)
        return NULL;
    size_t count = (size_t)t->host_count;
    const fan_host *found = bsearch(&key, t->hosts, count, sizeof key, fan_host_compare);
    return found != NULL ? found : bsearch(&key, t->hosts, count, sizeof key, compare_short);
}

const char *fan_topology_rank_host(const fan_topology *t, int rank, const char *name)
{
    for (int i = t->moved_count - 1; i >= 0; i--)
        if (t->moved[i].rank == rank && t->moved[i].host != NULL)
            return t->moved[i].host;
    return name;
}

int fan_topology_rank_domain(const fan_topology *t, int rank)
{
    for (int i = t->moved_count - 1; i >= 0; i--)
        if (t->moved[i].rank == rank && t->moved[i].domain != FAN_NO_DOMAIN)
            return t->moved[i].domain;
    return FAN_NO_DOMAIN;
}

void fan_topology_free(fan_topology *topology)
{
    if (topology == NULL)
        return;
    for (int i = 0; i < topology->switch_count; i++)
        free(topology->switches[i].name);
    for (int i = 0; i < topology->host_count; i++)
        free(topology->hosts[i].name);
    for (int i = 0; i < topology->moved_count; i++)
        free(topology->moved[i].host);
    free(topology->switches);
    free(topology->hosts);
    free(topology->moved);
    free(topology);
}
