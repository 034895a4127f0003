/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/sends.h"

static uint8_t hop_of(const fan_engine *e, int edge)
{
    static const fan_transfer_hop hops[FAN_EDGE_KINDS] = {[FAN_EDGE_SCATTER] = FAN_HOP_SCATTER,
                                                          [FAN_EDGE_FORWARD] = FAN_HOP_FORWARD,
                                                          [FAN_EDGE_EXCHANGE] = FAN_HOP_EXCHANGE};
    bool secondary = e->config.trace != NULL && e->config.trace->serving;
    return (uint8_t)(secondary ? FAN_HOP_SECONDARY : hops[e->config.schedule->edges[edge].kind]);
}

static fan_engine_queue *queue_of(fan_engine *e, int edge)
{
    bool final = e->config.schedule->edges[edge].kind == FAN_EDGE_EXCHANGE;
    return &e->queues[final ? FAN_ENGINE_FINAL : FAN_ENGINE_RELAYED];
}

static void queue_edge(fan_engine *e, int edge)
{
    fan_engine_edge *work = &e->edges[edge];
    if (work->queued || work->in_progress >= e->config.child_sends ||
        work->next >= e->subfiles[work->subfile].next_ready)
        return;
    fan_engine_queue *q = queue_of(e, edge);
    q->edges[(q->head + q->count++) % e->config.schedule->edge_count] = edge;
    work->queued = true;
}

static int dequeue_edge(fan_engine *e, fan_engine_queue *q)
{
    int edge = q->edges[q->head];
    q->head = (q->head + 1) % e->config.schedule->edge_count;
    q->count--;
    e->edges[edge].queued = false;
    return edge;
}

static bool is_whole(const fan_engine *e, int subfile)
{
    const fan_layout *layout = &e->config.layout;
    int64_t next = subfile + e->subfiles[subfile].arrived * layout->subfiles;
    return next >= e->chunks || !fan_engine_travels(e, next);
}

/* Without overlap a node that receives a subfile sends nothing of it before it has all of it. */
static bool may_send(const fan_engine *e, int subfile)
{
    return e->config.overlap || e->config.schedule->roles[subfile].parent == FAN_PARENT_SELF ||
           is_whole(e, subfile);
}

static bool is_ready(const fan_engine *e, int64_t g)
{
    return g < e->next_admit && fan_engine_cell_of(e, g)->arrived && fan_engine_travels(e, g);
}

void fan_engine_queue_ready(fan_engine *e, int subfile)
{
    fan_engine_subfile *work = &e->subfiles[subfile];
    if (!may_send(e, subfile))
        return;
    while (is_ready(e, work->next_ready))
        work->next_ready += e->config.layout.subfiles;
    const fan_role *role = &e->config.schedule->roles[subfile];
    for (int edge = role->first; edge < role->first + role->children; edge++)
        queue_edge(e, edge);
}

/*
 * What a node has sent that nobody receives yet is less than two windows of each edge: its base
 * does not pass a chunk whose send has not ended. What is the last needs nobody's answer.
 */
static bool is_synchronous(const fan_engine *e, int64_t g)
{
    int64_t subfiles = e->config.layout.subfiles, next = g + subfiles;
    bool ends_window = next % e->config.slots < subfiles;
    return e->config.synchronous || (ends_window && next < e->chunks);
}

static fan_status send_next(fan_engine *e, int edge)
{
    fan_engine_edge *work = &e->edges[edge];
    int64_t g = work->next;
    work->next += e->config.layout.subfiles;
    work->in_progress++;
    queue_edge(e, edge);
    int send = e->free_sends[--e->free_send_count];
    e->chunk_of_send[send] = g;
    e->edge_of_send[send] = edge;
    int64_t bytes = fan_engine_message_bytes(e, fan_engine_cell_of(e, g)->bytes);
    int peer = e->config.schedule->edges[edge].peer;
    int slot = (int)e->config.slots + send;
    fan_engine_record_begin(
        e, slot, g,
        (fan_transfer){.kind = FAN_TRANSFER_SEND, .hop = hop_of(e, edge), .peer = peer});
    return e->config.transport.send(e->config.transport.state, slot, fan_engine_place_of(e, g),
                                    bytes, peer, work->subfile, is_synchronous(e, g));
}

fan_status fan_engine_start_sends(fan_engine *e)
{
    for (fan_engine_priority p = 0; p < FAN_ENGINE_PRIORITIES; p++) {
        fan_engine_queue *q = &e->queues[p];
        while (e->free_send_count > 0 && q->count > 0) {
            fan_status status = send_next(e, dequeue_edge(e, q));
            if (status != FAN_OK)
                return status;
        }
    }
    return FAN_OK;
}

void fan_engine_sent(fan_engine *e, int send)
{
    int edge = e->edge_of_send[send];
    fan_engine_cell *c = fan_engine_cell_of(e, e->chunk_of_send[send]);
    e->steps++;
    fan_engine_record_end(e, (int)e->config.slots + send, c->bytes);
    c->unsent--;
    e->free_sends[e->free_send_count++] = send;
    e->edges[edge].in_progress--;
    queue_edge(e, edge);
}
