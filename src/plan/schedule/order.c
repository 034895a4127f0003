/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/order.h"

#include "base/spare/spare.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* Links slower than this make their hosts leaves. */
static const double slow_below = 0.8;

/* ---- the table: node by position, position by node, switch by position, runs of switches ---- */

enum { RUN_LENGTH = 3 };

size_t fan_order_table_length(const fan_order *o)
{
    return 3 * (size_t)o->nodes + RUN_LENGTH * (size_t)o->switches;
}

static fan_order *allocate(void *(*take)(size_t bytes), const fan_order *header)
{
    fan_order *o = take(sizeof *o + fan_order_table_length(header) * sizeof o->table[0]);
    if (o != NULL)
        *o = *header;
    return o;
}

fan_order *fan_order_allocate(int nodes, int slow, int switches, double slowest)
{
    fan_order header = {nodes, slow, switches, slowest};
    return allocate(malloc, &header);
}

/* It comes after all others that are not slow, on what all switches are on. */
fan_order *fan_order_add_storage(const fan_order *o)
{
    int at = o->nodes - o->slow, nodes = o->nodes + 1;
    fan_order header = {nodes, o->slow, o->switches, o->slowest};
    fan_order *added = allocate(fan_spare_malloc, &header);
    if (added == NULL)
        return NULL;
    for (int position = 0; position < nodes; position++) {
        int before = position - (position > at);
        int node = position == at ? o->nodes : o->table[before];
        added->table[position] = node;
        added->table[nodes + node] = position;
        added->table[2 * nodes + position] = position == at ? 0 : o->table[2 * o->nodes + before];
    }
    memcpy(&added->table[3 * nodes], &o->table[3 * o->nodes],
           RUN_LENGTH * (size_t)o->switches * sizeof o->table[0]);
    added->table[3 * nodes + 1]++; /* the end of run 0 */
    return added;
}

static int fast_nodes(const fan_order *o)
{
    return o->nodes - o->slow;
}

static int node_at(const fan_order *o, int position)
{
    return o->table[position];
}

static int position_of(const fan_order *o, int node)
{
    return o->table[o->nodes + node];
}

static int switch_at(const fan_order *o, int position)
{
    return o->table[2 * o->nodes + position];
}

static fan_order_run run_of(const fan_order *o, int s)
{
    const int *run = &o->table[3 * o->nodes + RUN_LENGTH * s];
    return (fan_order_run){run[0], run[1], run[2]};
}

static int length_of(fan_order_run run)
{
    return run.end - run.first;
}

/* ---- seen from a root ---- */

static int switch_of_root(const fan_order *o, int root)
{
    return switch_at(o, position_of(o, root));
}

/*
 * An index counts nodes with the root's switch first, then what else is on the switch above it, and
 * so on; slow ones keep their position. A place is an index with the tail moved and the root left
 * out.
 */
static int index_of(const fan_order *o, int root, int position)
{
    if (position >= fast_nodes(o))
        return position;
    fan_order_run run = run_of(o, switch_of_root(o, root)), inner = {0};
    while (position < run.first || position >= run.end) {
        inner = run;
        run = run_of(o, run.parent);
    }
    bool is_moved_back = position < inner.first;
    return position - run.first + (is_moved_back ? length_of(inner) : 0);
}

static int position_at(const fan_order *o, int root, int index)
{
    if (index >= fast_nodes(o))
        return index;
    fan_order_run run = run_of(o, switch_of_root(o, root)), inner = {0};
    while (index >= length_of(run)) {
        inner = run;
        run = run_of(o, run.parent);
    }
    int moved = run.first + index - length_of(inner);
    return moved < inner.first ? moved : run.first + index;
}

bool fan_order_is_slow(const fan_order *o, int node)
{
    return position_of(o, node) >= fast_nodes(o);
}

int fan_order_slow(const fan_order *o, int root)
{
    return o->slow - fan_order_is_slow(o, root);
}

int fan_order_neighbours(const fan_order *o, int root)
{
    return length_of(run_of(o, switch_of_root(o, root))) - !fan_order_is_slow(o, root);
}

int fan_order_place(const fan_order *o, int root, int tail, int node)
{
    int index = index_of(o, root, position_of(o, node));
    int place = index - (index > index_of(o, root, position_of(o, root)));
    int own = fan_order_neighbours(o, root), fast = o->nodes - 1 - fan_order_slow(o, root);
    if (place < own - tail || place >= fast)
        return place;
    return place < own ? place + fast - own : place - tail;
}

int fan_order_node(const fan_order *o, int root, int tail, int place)
{
    int own = fan_order_neighbours(o, root), fast = o->nodes - 1 - fan_order_slow(o, root);
    if (place >= own - tail && place < fast)
        place = place < fast - tail ? place + tail : place - fast + own;
    int index = place + (place >= index_of(o, root, position_of(o, root)));
    return node_at(o, position_at(o, root, index));
}

/* ---- more slow nodes ---- */

/* A node that is not slow, as it was; or one that is. */
static void append(fan_order *result, int *position, int node, int at)
{
    result->table[*position] = node;
    result->table[result->nodes + node] = *position;
    result->table[2 * result->nodes + *position] = at;
    ++*position;
}

void fan_order_set_back(const fan_order *order, const int64_t *rates, double slowest,
                        fan_order *result)
{
    int nodes = result->nodes, position = 0;
    int *runs = &result->table[3 * nodes];
    for (int s = 0; s < result->switches; s++) {
        fan_order_run run = order == NULL ? (fan_order_run){0, nodes, -1} : run_of(order, s);
        runs[RUN_LENGTH * s] = runs[RUN_LENGTH * s + 1] = 0;
        runs[RUN_LENGTH * s + 2] = run.parent;
        for (int old = 0; old < run.end; old++) {
            bool stays = rates[order == NULL ? old : node_at(order, old)] == 0;
            runs[RUN_LENGTH * s] += stays && old < run.first;
            runs[RUN_LENGTH * s + 1] += stays;
        }
    }
    for (int slow = 0; slow < 2; slow++) {
        for (int old = 0; old < nodes; old++) {
            int node = order == NULL ? old : node_at(order, old);
            bool was = order != NULL && old >= fast_nodes(order);
            if (slow == (was || rates[node] > 0))
                append(result, &position, node, order == NULL || slow ? 0 : switch_at(order, old));
        }
        if (!slow)
            result->slow = nodes - position;
    }
    result->slowest = order == NULL ? slowest : MIN(slowest, order->slowest);
}

/* ---- */

static int switch_of_place(const fan_order *o, int root, int tail, int place)
{
    return switch_at(o, position_of(o, fan_order_node(o, root, tail, place)));
}

/* Run 0 has all nodes, the others are switches. */
static bool has_one_level(const fan_order *o)
{
    int covered = 0;
    for (int s = 1; s < o->switches; s++) {
        covered += length_of(run_of(o, s));
        if (run_of(o, s).parent != 0)
            return false;
    }
    return o->slow == 0 && covered == o->nodes;
}

int fan_order_blocks(const fan_order *o, int root)
{
    if (!has_one_level(o))
        return 0;
    return o->switches - 1 - (fan_order_neighbours(o, root) == 0);
}

/* Block n is that of switch 1 + n, but the one of the root's switch comes last. */
fan_block fan_order_block(const fan_order *o, int root, int number)
{
    int own = switch_of_root(o, root);
    if (number == o->switches - 2)
        return (fan_block){0, fan_order_neighbours(o, root)};
    fan_order_run run = run_of(o, 1 + number + (1 + number >= own));
    return (fan_block){fan_order_place(o, root, 0, node_at(o, run.first)), length_of(run)};
}

int fan_order_block_of(const fan_order *o, int root, int place)
{
    int own = switch_of_root(o, root), at = switch_of_place(o, root, 0, place);
    return at == own ? o->switches - 2 : at - 1 - (at > own);
}

fan_alignment fan_order_alignment(const fan_order *o, int root, int tail, int k)
{
    fan_alignment a = {0};
    int before = -1; /* switch of the last place before */
    for (int first = 0; first < o->nodes - 1; first += k) {
        int last = MIN(first + k, o->nodes - 1) - 1;
        int start = switch_of_place(o, root, tail, first);
        int end = switch_of_place(o, root, tail, last);
        a.straddling += start != end;
        a.followed += start == before;
        before = end;
    }
    return a;
}

int fan_order_tail(const fan_order *o, int root, int k)
{
    int tail = fan_order_neighbours(o, root) % k;
    bool helps = o->switches > 1 && fan_order_alignment(o, root, tail, k).straddling <
                                        fan_order_alignment(o, root, 0, k).straddling;
    return helps ? tail : 0;
}

/* ---- making one ---- */

/* What a rank is sorted by. */
typedef struct entry {
    bool slow;
    int at; /* its switch in the topology, INT_MAX if it has none */
    const char *host;
    int rank;
} entry;

static int compare(const void *a, const void *b)
{
    const entry *first = a, *second = b;
    if (first->slow != second->slow)
        return first->slow - second->slow;
    if (first->at != second->at)
        return first->at < second->at ? -1 : 1;
    int names = strverscmp(first->host, second->host);
    return names != 0 ? names : first->rank - second->rank;
}

/* Returns the speed of the slowest. Where all are slow, none is. */
static double fill_entries(entry *entries, const char *const *hosts, int nodes,
                           const fan_topology *topology, int *slow)
{
    double slowest = 1;
    *slow = 0;
    for (int rank = 0; rank < nodes; rank++) {
        const fan_host *host = topology == NULL ? NULL : fan_topology_host(topology, hosts[rank]);
        double speed = host == NULL ? 1 : host->speed;
        int at = host == NULL || host->at == FAN_NO_SWITCH ? INT_MAX : host->at;
        entries[rank] = (entry){speed < slow_below, at, hosts[rank], rank};
        *slow += entries[rank].slow;
        slowest = MIN(slowest, speed);
    }
    if (*slow == nodes) {
        *slow = 0;
        for (int rank = 0; rank < nodes; rank++)
            entries[rank].slow = false;
    }
    return slowest;
}

/* The switches of the topology, as runs of this job's positions. */
typedef struct runs {
    fan_order_run *of; /* [count], runs that differ */
    int count;
    int *name; /* [switches of the topology], which of them */
} runs;

/* Switches without a node that is not slow, or with all of those of the one above, do not count. */
static void add_run(runs *r, const fan_topology *topology, int s, fan_order_run run)
{
    int above = topology->switches[s].parent;
    run.parent = above == FAN_NO_SWITCH ? 0 : r->name[above];
    fan_order_run outer = r->of[run.parent];
    bool counts = length_of(run) > 0 && length_of(run) < length_of(outer);
    r->name[s] = counts ? r->count : run.parent;
    if (counts)
        r->of[r->count++] = run;
}

static fan_status find_runs(runs *r, const entry *entries, int fast, const fan_topology *topology)
{
    int switches = topology == NULL ? 0 : topology->switch_count;
    size_t n = (size_t)switches + 1;
    int *before = calloc(n + 1, sizeof *before); /* nodes on switches of lower number */
    *r = (runs){.of = malloc(n * sizeof *r->of), .count = 1, .name = malloc(n * sizeof *r->name)};
    if (before == NULL || r->of == NULL || r->name == NULL) {
        free(before);
        return fan_fail(FAN_ERR_MEMORY, "no memory for %d switches", switches);
    }
    r->of[0] = (fan_order_run){0, fast, FAN_NO_SWITCH};
    for (int position = 0; position < fast; position++)
        before[MIN(entries[position].at, switches) + 1]++;
    for (int s = 0; s < switches; s++)
        before[s + 1] += before[s];
    for (int s = 0; s < switches; s++)
        add_run(r, topology, s, (fan_order_run){before[s], before[topology->switches[s].end], 0});
    free(before);
    return FAN_OK;
}

static void fill_table(fan_order *o, const entry *entries, const runs *r)
{
    for (int position = 0; position < o->nodes; position++) {
        const entry *e = &entries[position];
        o->table[position] = e->rank;
        o->table[o->nodes + e->rank] = position;
        o->table[2 * o->nodes + position] = e->at == INT_MAX ? 0 : r->name[e->at];
    }
    for (int s = 0; s < o->switches; s++) {
        int *run = &o->table[3 * o->nodes + RUN_LENGTH * s];
        run[0] = r->of[s].first;
        run[1] = r->of[s].end;
        run[2] = r->of[s].parent;
    }
}

static bool is_rank_order(const entry *entries, int nodes)
{
    for (int position = 0; position < nodes; position++)
        if (entries[position].rank != position)
            return false;
    return true;
}

fan_status fan_order_make(const char *const *hosts, int nodes, const fan_topology *topology,
                          fan_order **order)
{
    *order = NULL;
    entry *entries = malloc((size_t)nodes * sizeof *entries);
    if (entries == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory to sort %d ranks", nodes);
    int slow;
    double slowest = fill_entries(entries, hosts, nodes, topology, &slow);
    qsort(entries, (size_t)nodes, sizeof *entries, compare);
    runs r;
    fan_status status = find_runs(&r, entries, nodes - slow, topology);
    bool is_plain = r.count == 1 && slowest >= 1 && is_rank_order(entries, nodes);
    if (status == FAN_OK && !is_plain) {
        *order = fan_order_allocate(nodes, slow, r.count, slowest);
        if (*order == NULL)
            status = fan_fail(FAN_ERR_MEMORY, "no memory for the order of %d ranks", nodes);
        else
            fill_table(*order, entries, &r);
    }
    free(r.of);
    free(r.name);
    free(entries);
    return status;
}
