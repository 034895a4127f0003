/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/engine/simulated_network.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

typedef struct operation {
    bool is_send;
    int slot, from, to, tag;
    const char *data; /* of a send */
    char *room;       /* of a receive */
    int64_t bytes;
    bool told; /* an eager send whose sender knows already that it ended */
} operation;

typedef struct list {
    operation *items;
    int count, space;
} list;

typedef struct finished {
    fan_completion *items;
    int count, space;
} finished;

typedef struct node {
    sim_network *network;
    int number;
    finished finished;
    int64_t sent_bytes;
    int most_on_an_edge;
    int most_unreceived;
} node;

struct sim_network {
    int nodes;
    sim_order order;
    uint64_t seed;
    node *node;
    list sends, receives; /* in the order of posting */
};

static uint64_t draw(sim_network *n)
{
    n->seed = n->seed * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
    return n->seed >> 33;
}

static void add(list *l, operation op)
{
    if (l->count == l->space) {
        l->space = 2 * l->space + 16;
        l->items = realloc(l->items, (size_t)l->space * sizeof *l->items);
    }
    l->items[l->count++] = op;
}

static void finish(sim_network *n, int number, int slot, int64_t bytes)
{
    finished *f = &n->node[number].finished;
    if (f->count == f->space) {
        f->space = 2 * f->space + 16;
        f->items = realloc(f->items, (size_t)f->space * sizeof *f->items);
    }
    f->items[f->count++] = (fan_completion){slot, bytes};
}

static fan_status receive(void *state, int slot, void *buffer, int64_t bytes, int peer, int tag)
{
    node *self = state;
    add(&self->network->receives, (operation){.slot = slot,
                                              .from = peer,
                                              .to = self->number,
                                              .tag = tag,
                                              .room = buffer,
                                              .bytes = bytes});
    return FAN_OK;
}

static bool same_channel(const operation *a, const operation *b)
{
    return a->from == b->from && a->to == b->to && a->tag == b->tag;
}

static void count_edge(node *self, const operation *op)
{
    const list *sends = &self->network->sends;
    int on_edge = !op->told, unreceived = 1;
    for (int i = 0; i < sends->count; i++) {
        bool same = same_channel(&sends->items[i], op);
        on_edge += same && !sends->items[i].told;
        unreceived += same;
    }
    self->most_on_an_edge = MAX(self->most_on_an_edge, on_edge);
    self->most_unreceived = MAX(self->most_unreceived, unreceived);
}

static fan_status send(void *state, int slot, const void *buffer, int64_t bytes, int peer, int tag,
                       bool synchronous)
{
    node *self = state;
    sim_network *n = self->network;
    operation op = {true, slot, self->number, peer, tag, buffer, NULL, bytes, false};
    self->sent_bytes += bytes;
    if (!synchronous && draw(n) % 4) { /* buffered: the sender may change its buffer at once */
        char *copy = malloc((size_t)bytes + 1);
        memcpy(copy, buffer, (size_t)bytes);
        op.data = copy;
        op.told = true;
        finish(n, self->number, slot, bytes);
    }
    count_edge(self, &op);
    add(&n->sends, op);
    return FAN_OK;
}

static fan_status collect(void *state, bool block, fan_completion *done, int *count)
{
    (void)block;
    node *self = state;
    *count = 0;
    while (self->finished.count > 0 && (*count == 0 || draw(self->network) % 3)) {
        int pick = (int)(draw(self->network) % (uint64_t)self->finished.count);
        done[(*count)++] = self->finished.items[pick];
        self->finished.items[pick] = self->finished.items[--self->finished.count];
    }
    return FAN_OK;
}

static bool is_first_of_channel(const list *l, int index)
{
    for (int i = 0; i < index; i++)
        if (same_channel(&l->items[i], &l->items[index]))
            return false;
    return true;
}

static int matching_receive(const sim_network *n, const operation *send)
{
    for (int i = 0; i < n->receives.count; i++)
        if (same_channel(&n->receives.items[i], send))
            return i;
    return -1;
}

static void take_out(list *l, int index)
{
    l->count--;
    memmove(&l->items[index], &l->items[index + 1], (size_t)(l->count - index) * sizeof *l->items);
}

static void transfer(sim_network *n, int send, int receive_index)
{
    operation s = n->sends.items[send];
    operation r = n->receives.items[receive_index];
    if (s.bytes > r.bytes)
        abort(); /* MPI would call it truncation */
    memcpy(r.room, s.data, (size_t)s.bytes);
    finish(n, r.to, r.slot, s.bytes);
    if (s.told)
        free((void *)(uintptr_t)s.data);
    else
        finish(n, s.from, s.slot, s.bytes);
    take_out(&n->sends, send);
    take_out(&n->receives, receive_index);
}

bool sim_network_deliver(sim_network *n)
{
    int count = n->sends.count;
    int start = n->order == SIM_RANDOM && count > 0 ? (int)(draw(n) % (uint64_t)count) : 0;
    for (int step = 0; step < count; step++) {
        int index = n->order == SIM_NEWEST_FIRST ? count - 1 - step : (start + step) % count;
        int match = is_first_of_channel(&n->sends, index)
                        ? matching_receive(n, &n->sends.items[index])
                        : -1;
        if (match >= 0) {
            transfer(n, index, match);
            return true;
        }
    }
    return false;
}

sim_network *sim_network_make(int nodes, sim_order order, uint64_t seed)
{
    sim_network *n = calloc(1, sizeof *n);
    *n = (sim_network){.nodes = nodes, .order = order, .seed = seed};
    n->node = calloc((size_t)nodes, sizeof *n->node);
    for (int i = 0; i < nodes; i++)
        n->node[i] = (node){.network = n, .number = i};
    return n;
}

void sim_network_free(sim_network *n)
{
    for (int i = 0; i < n->sends.count; i++)
        if (n->sends.items[i].told)
            free((void *)(uintptr_t)n->sends.items[i].data);
    for (int i = 0; i < n->nodes; i++)
        free(n->node[i].finished.items);
    free(n->sends.items);
    free(n->receives.items);
    free(n->node);
    free(n);
}

fan_transport sim_network_transport(sim_network *n, int number)
{
    return (fan_transport){&n->node[number], receive, send, collect};
}

int64_t sim_network_sent_bytes(const sim_network *n, int number)
{
    return n->node[number].sent_bytes;
}

int sim_network_most_on_an_edge(const sim_network *n, int number)
{
    return n->node[number].most_on_an_edge;
}

int sim_network_most_unreceived(const sim_network *n, int number)
{
    return n->node[number].most_unreceived;
}
