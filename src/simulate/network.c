/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "simulate/network.h"

#include "simulate/events.h"

#include <math.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { NOTHING_HAPPENED = -1, NOTHING_LEFT = -2, NO_SLOT = -1 };

/* A message that has come before the receive was posted. */
typedef struct early {
    STAILQ_ENTRY(early) next;
    fan_happening arrival;
} early;

/* Messages of one tag to one node: a tag has one sender there, so that they match in order. */
typedef struct channel {
    int first_posted,
        last_posted; /* slots of the receives that wait, linked by node.next_posted; or NO_SLOT */
    STAILQ_HEAD(, early) early;
} channel;

typedef struct node {
    fan_network *network;
    int number;
    double speed;                             /* of its links, 1: the usual one */
    double processor_free, out_free, in_free; /* when each has done what it was given */
    channel *channels;                        /* [tags] */
    int *next_posted;                         /* [slots] */
    fan_completion *done;                     /* [slots] */
    int done_count;
} node;

struct fan_network {
    fan_model model;
    int nodes, tags, slots;
    node *node;
    fan_events events;
    double now;
    bool out_of_memory;
};

static void schedule(fan_network *n, fan_happening event)
{
    n->out_of_memory |= !fan_events_add(&n->events, event);
}

static fan_status memory_status(const fan_network *n)
{
    return n->out_of_memory ? fan_fail(FAN_ERR_MEMORY, "no memory to simulate %d nodes", n->nodes)
                            : FAN_OK;
}

static double link_time(const node *self, int64_t bytes)
{
    return fan_link_time(&self->network->model, (double)bytes) / self->speed;
}

/* The node's processor works on a message; returns when it is done. */
static double work(node *self, double begin)
{
    self->processor_free = fmax(begin, self->processor_free) + self->network->model.overhead;
    return self->processor_free;
}

/* A message meets its receive: the receiver works on it, the sender is told. */
static void match(fan_network *n, int slot, const fan_happening *arrival)
{
    node *self = &n->node[arrival->node];
    schedule(n, (fan_happening){.time = work(self, n->now),
                                .what = FAN_HAPPENS_DONE,
                                .node = arrival->node,
                                .slot = slot,
                                .bytes = arrival->bytes});
    schedule(n, (fan_happening){.time = n->now + n->model.latency,
                                .what = FAN_HAPPENS_DONE,
                                .node = arrival->peer,
                                .slot = arrival->slot});
}

static void post(node *self, channel *c, int slot)
{
    self->next_posted[slot] = NO_SLOT;
    if (c->first_posted == NO_SLOT)
        c->first_posted = slot;
    else
        self->next_posted[c->last_posted] = slot;
    c->last_posted = slot;
}

static fan_status receive(void *state, int slot, void *buffer, int64_t bytes, int peer, int tag)
{
    (void)buffer, (void)bytes, (void)peer;
    node *self = state;
    channel *c = &self->channels[tag];
    early *message = STAILQ_FIRST(&c->early);
    if (message == NULL) {
        post(self, c, slot);
    } else {
        STAILQ_REMOVE_HEAD(&c->early, next);
        match(self->network, slot, &message->arrival);
        free(message);
    }
    return memory_status(self->network);
}

static fan_status send(void *state, int slot, const void *buffer, int64_t bytes, int peer, int tag,
                       bool synchronous)
{
    (void)buffer;
    (void)synchronous; /* all are */
    node *self = state;
    fan_network *n = self->network;
    double begin = fmax(work(self, n->now), self->out_free);
    self->out_free = begin + link_time(self, bytes);
    schedule(n, (fan_happening){.time = begin + n->model.latency,
                                .what = FAN_HAPPENS_HEAD,
                                .node = peer,
                                .peer = self->number,
                                .slot = slot,
                                .tag = tag,
                                .bytes = bytes});
    return memory_status(n);
}

static fan_status collect(void *state, bool block, fan_completion *done, int *count)
{
    (void)block;
    node *self = state;
    *count = self->done_count;
    for (int i = 0; i < self->done_count; i++)
        done[i] = self->done[i];
    self->done_count = 0;
    return FAN_OK;
}

static void head_comes(fan_network *n, fan_happening event)
{
    node *self = &n->node[event.node];
    self->in_free = fmax(n->now, self->in_free) + link_time(self, event.bytes);
    event.time = self->in_free;
    event.what = FAN_HAPPENS_ARRIVAL;
    schedule(n, event);
}

static void keep_early(fan_network *n, channel *c, const fan_happening *arrival)
{
    early *message = malloc(sizeof *message);
    n->out_of_memory |= message == NULL;
    if (message == NULL)
        return;
    message->arrival = *arrival;
    STAILQ_INSERT_TAIL(&c->early, message, next);
}

static void message_arrives(fan_network *n, const fan_happening *event)
{
    node *self = &n->node[event->node];
    channel *c = &self->channels[event->tag];
    int slot = c->first_posted;
    if (slot == NO_SLOT) {
        keep_early(n, c, event);
        return;
    }
    c->first_posted = self->next_posted[slot];
    match(n, slot, event);
}

int fan_network_step(fan_network *n)
{
    if (n->events.count == 0 || n->out_of_memory)
        return NOTHING_LEFT;
    fan_happening event = fan_events_next(&n->events);
    n->now = event.time;
    if (event.what == FAN_HAPPENS_HEAD) {
        head_comes(n, event);
    } else if (event.what == FAN_HAPPENS_ARRIVAL) {
        message_arrives(n, &event);
    } else {
        node *self = &n->node[event.node];
        self->done[self->done_count++] = (fan_completion){.slot = event.slot, .bytes = event.bytes};
        return event.node;
    }
    return NOTHING_HAPPENED;
}

void fan_network_set_speed(fan_network *n, int number, double speed)
{
    n->node[number].speed = speed;
}

double fan_network_time(const fan_network *n)
{
    return n->now;
}

fan_transport fan_network_transport(fan_network *n, int number)
{
    return (fan_transport){
        .state = &n->node[number], .receive = receive, .send = send, .collect = collect};
}

static bool make_node(fan_network *n, int number)
{
    node *self = &n->node[number];
    *self = (node){.network = n, .number = number, .speed = 1};
    self->done = malloc((size_t)n->slots * sizeof *self->done);
    self->next_posted = malloc((size_t)n->slots * sizeof *self->next_posted);
    self->channels = calloc((size_t)n->tags, sizeof *self->channels);
    if (self->done == NULL || self->next_posted == NULL || self->channels == NULL)
        return false;
    for (int tag = 0; tag < n->tags; tag++) {
        self->channels[tag].first_posted = NO_SLOT;
        STAILQ_INIT(&self->channels[tag].early);
    }
    return true;
}

fan_network *fan_network_create(int nodes, int tags, int slots, const fan_model *model)
{
    fan_network *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    *n = (fan_network){.model = *model, .nodes = nodes, .tags = tags, .slots = slots};
    n->node = calloc((size_t)nodes, sizeof *n->node);
    bool made = n->node != NULL;
    for (int number = 0; made && number < nodes; number++)
        made = make_node(n, number);
    if (made)
        return n;
    fan_network_free(n);
    return NULL;
}

static void free_early(channel *c)
{
    while (!STAILQ_EMPTY(&c->early)) {
        early *message = STAILQ_FIRST(&c->early);
        STAILQ_REMOVE_HEAD(&c->early, next);
        free(message);
    }
}

static void free_node(node *self, int tags)
{
    for (int tag = 0; self->channels != NULL && tag < tags; tag++)
        free_early(&self->channels[tag]);
    free(self->channels);
    free(self->next_posted);
    free(self->done);
}

void fan_network_free(fan_network *n)
{
    if (n == NULL)
        return;
    for (int number = 0; n->node != NULL && number < n->nodes; number++)
        free_node(&n->node[number], n->tags);
    free(n->node);
    fan_events_free(&n->events);
    free(n);
}
