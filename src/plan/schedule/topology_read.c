/* SPDX-License-Identifier: BSD-3-Clause */
/* A topology file: its lines, and then what they say together. */
#include "config.h"

#include "plan/schedule/topology_lines.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Each link is made only if it closes no circle, so the way up always ends. */
static fan_status set_parents(const fan_topology_draft *d)
{
    fan_topology *t = d->topology;
    for (int i = 0; i < d->link_count; i++) {
        const fan_topology_uplink *l = &d->links[i];
        int below = fan_topology_find_switch(d, l->below);
        if (below < 0)
            return fan_topology_wrong(d, l->line, "switch %s has no line of its own", l->below);
        int above = l->above;
        while (above != below && above != FAN_NO_SWITCH)
            above = t->switches[above].parent;
        if (above == below)
            return fan_topology_wrong(d, l->line, "switch %s would be below itself", l->below);
        if (t->switches[below].parent == FAN_NO_SWITCH)
            t->switches[below].parent = l->above;
    }
    return FAN_OK;
}

/*
 * Number the switch s, which is `count` in preorder, and those below it; returns the next number.
 */
static int number_from(const fan_topology *t, const int *first_below, const int *next, int *number,
                       int s, int count)
{
    number[s] = count++;
    for (int below = first_below[s]; below != FAN_NO_SWITCH; below = next[below])
        count = number_from(t, first_below, next, number, below, count);
    t->switches[s].end = count;
    return count;
}

/* Preorder, siblings in the order of their lines. `work` has room for three numbers a switch. */
static void number_switches(const fan_topology *t, int *work, int *number)
{
    int n = t->switch_count, top = FAN_NO_SWITCH, count = 0;
    int *first_below = work, *next = work + n;
    for (int s = 0; s < n; s++)
        first_below[s] = FAN_NO_SWITCH;
    for (int s = n - 1; s >= 0; s--) {
        int parent = t->switches[s].parent;
        int *list = parent == FAN_NO_SWITCH ? &top : &first_below[parent];
        next[s] = *list;
        *list = s;
    }
    for (int s = top; s != FAN_NO_SWITCH; s = next[s])
        count = number_from(t, first_below, next, number, s, count);
}

static fan_status sort_switches(fan_topology *t)
{
    size_t n = (size_t)t->switch_count;
    int *work = malloc((3 * n + 1) * sizeof *work);
    fan_switch *sorted = malloc((n + 1) * sizeof *sorted);
    if (work == NULL || sorted == NULL) {
        free(work);
        free(sorted);
        return fan_topology_no_memory();
    }
    int *number = work + 2 * n;
    number_switches(t, work, number);
    for (size_t s = 0; s < n; s++) {
        fan_switch *own = &sorted[number[s]];
        *own = t->switches[s];
        own->parent = own->parent == FAN_NO_SWITCH ? FAN_NO_SWITCH : number[own->parent];
    }
    for (int i = 0; i < t->host_count; i++)
        if (t->hosts[i].at != FAN_NO_SWITCH)
            t->hosts[i].at = number[t->hosts[i].at];
    free(work);
    free(t->switches);
    t->switches = sorted;
    return FAN_OK;
}

static int by_name_and_line(const void *a, const void *b)
{
    int order = fan_host_compare(a, b);
    return order != 0 ? order : ((const fan_host *)a)->line - ((const fan_host *)b)->line;
}

/* What a later line says of the same host. */
static fan_status merge_host(const fan_topology_draft *d, fan_host *into, const fan_host *from)
{
    const fan_switch *switches = d->topology->switches;
    if (into->at != FAN_NO_SWITCH && from->at != FAN_NO_SWITCH && into->at != from->at)
        return fan_topology_wrong(d, from->line, "node %s is on two switches, %s and %s",
                                  from->name, switches[into->at].name, switches[from->at].name);
    if (from->at != FAN_NO_SWITCH)
        into->at = from->at;
    if (from->speed > 0)
        into->speed = from->speed;
    into->line = from->line;
    return FAN_OK;
}

static fan_status merge_hosts(const fan_topology_draft *d)
{
    fan_topology *t = d->topology;
    fan_status status = FAN_OK;
    int kept = 0, i = 0;
    if (t->host_count > 0)
        qsort(t->hosts, (size_t)t->host_count, sizeof *t->hosts, by_name_and_line);
    for (; i < t->host_count && status == FAN_OK; i++) {
        fan_host *host = &t->hosts[i];
        if (kept == 0 || strcmp(t->hosts[kept - 1].name, host->name) != 0) {
            t->hosts[kept++] = *host;
        } else {
            status = merge_host(d, &t->hosts[kept - 1], host);
            free(host->name);
        }
    }
    for (; i < t->host_count; i++)
        free(t->hosts[i].name);
    t->host_count = kept;
    for (int host = 0; host < kept; host++)
        if (t->hosts[host].speed <= 0)
            t->hosts[host].speed = 1;
    return status;
}

static fan_status finish(fan_topology_draft *d)
{
    fan_status status = set_parents(d);
    if (status == FAN_OK)
        status = sort_switches(d->topology);
    return status == FAN_OK ? merge_hosts(d) : status;
}

fan_status fan_topology_parse(FILE *file, const char *path, fan_topology **topology)
{
    fan_topology_draft d = {.path = path, .topology = calloc(1, sizeof **topology)};
    *topology = NULL;
    if (d.topology == NULL)
        return fan_topology_no_memory();
    fan_status status = fan_topology_lines_read(&d, file);
    if (status == FAN_OK)
        status = finish(&d);
    for (int i = 0; i < d.link_count; i++)
        free(d.links[i].below);
    free(d.links);
    tdestroy(d.switch_names, free);
    if (status == FAN_OK)
        *topology = d.topology;
    else
        fan_topology_free(d.topology);
    return status;
}

fan_status fan_topology_read(const char *path, fan_topology **topology)
{
    *topology = NULL;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "topology file %s: %s", path, strerror(errno));
    fan_status status = fan_topology_parse(file, path, topology);
    fclose(file);
    return status;
}
