/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/engine.h"

#include <sched.h>
#include <stdlib.h>

/* Two queues of sends: what others wait to send on goes first. */
typedef enum rank_of_send { RELAYED, FINAL, SEND_RANKS } rank_of_send;

enum { FAILED = -1 };

/* A chunk in the window. */
typedef struct cell {
    int unsent;    /* sends not finished */
    bool arrived;  /* the data is here, or known never to come */
    int64_t bytes; /* of data, or FAILED */
} cell;

/* A node's work in one subfile. */
typedef struct class_work {
    int64_t
        /* the next chunk to be sent once it is here; chunks of an edge travel in order */
        next_ready;
    int64_t arrived; /* chunks here */
} class_work;

/* The sends to a child. */
typedef struct edge_work {
    int subfile;
    int64_t next;    /* the next chunk to send */
    int in_progress; /* sends */
    bool queued;
} edge_work;

/*
 * Edges that have a chunk to send and may: a ring. Each sends one chunk at a time, so that children
 * get their share.
 */
typedef struct edge_queue {
    int *edges; /* [edge_count] */
    int head, count;
} edge_queue;

struct fan_engine {
    fan_engine_config config;
    int64_t chunks; /* that travel, as far as is known */
    int64_t end;    /* the first chunk that is known not to be whole, else none of the layout's */
    int64_t length; /* of the data, if it ends there */
    int tail_bytes; /* of a message, behind the data */
    int64_t base;   /* first chunk that is not finished */
    int64_t next_admit; /* first chunk that is not in the window yet */
    int64_t next_drain; /* first chunk not handed to the sink */
    cell *cells;        /* [slots], chunk g in g % slots */
    class_work *subfiles;
    edge_work *edges; /* [schedule->edge_count] */
    edge_queue queues[SEND_RANKS];
    int *free_sends; /* stack of free send slots */
    int free_send_count;
    int64_t *chunk_of_send; /* [sends] */
    int *edge_of_send;      /* [sends] */
    fan_completion *done;
    size_t *
        /* [slots + sends] what is in a slot of the transport, in the trace; NULL: there is none */
        recorded;
    char *buffer;  /* cells of a store that is not in place */
    int64_t steps; /* see fan_engine_steps */
    bool source_failed;
    bool sink_failed;
};

static const fan_role *role_of(const fan_engine *e, int64_t g)
{
    return &e->config.schedule->roles[g % e->config.layout.subfiles];
}

static int class_of(const fan_engine *e, int64_t g)
{
    return (int)(g % e->config.layout.subfiles);
}

static cell *cell_of(const fan_engine *e, int64_t g)
{
    return &e->cells[g % e->config.slots];
}

static bool is_in_place(const fan_engine *e)
{
    return e->config.store.base != NULL;
}

/* What is behind the data takes a cache line, so that cells begin at one. */
static int64_t cell_bytes(const fan_engine *e)
{
    enum { LINE = 64 };
    return fan_layout_chunk_bytes(&e->config.layout) + (e->tail_bytes > 0 ? LINE : 0);
}

static char *place_of(fan_engine *e, int64_t g)
{
    if (is_in_place(e))
        return (char *)e->config.store.base + fan_layout_offset(&e->config.layout, g);
    return e->buffer + g % e->config.slots * cell_bytes(e);
}

static int64_t message_bytes(const fan_engine *e, int64_t data_bytes)
{
    return data_bytes == FAILED ? 0 : data_bytes + e->tail_bytes;
}

static int64_t data_bytes(const fan_engine *e, int64_t message_bytes)
{
    return message_bytes == 0 ? FAILED : message_bytes - e->tail_bytes;
}

/* ---- the trace ---- */

static int64_t offset_of(const fan_engine *e, int64_t g)
{
    return fan_layout_offset(&e->config.layout, g);
}

static void record_begin(fan_engine *e, int slot, int64_t g, fan_transfer transfer)
{
    if (e->recorded == NULL)
        return;
    transfer.subfile = (int16_t)class_of(e, g);
    transfer.offset = offset_of(e, g);
    e->recorded[slot] = fan_trace_begin(e->config.trace, transfer);
}

static void record_end(fan_engine *e, int slot, int64_t bytes)
{
    if (e->recorded != NULL)
        fan_trace_end(e->config.trace, e->recorded[slot], bytes == FAILED ? 0 : bytes);
}

static uint8_t hop_of(const fan_engine *e, int edge)
{
    static const fan_transfer_hop hops[FAN_EDGE_KINDS] = {[FAN_EDGE_SCATTER] = FAN_HOP_SCATTER,
                                                          [FAN_EDGE_FORWARD] = FAN_HOP_FORWARD,
                                                          [FAN_EDGE_EXCHANGE] = FAN_HOP_EXCHANGE};
    bool secondary = e->config.trace != NULL && e->config.trace->serving;
    return (uint8_t)(secondary ? FAN_HOP_SECONDARY : hops[e->config.schedule->edges[edge].kind]);
}

/* ---- sending ---- */

static edge_queue *queue_of(fan_engine *e, int edge)
{
    bool final = e->config.schedule->edges[edge].kind == FAN_EDGE_EXCHANGE;
    return &e->queues[final ? FINAL : RELAYED];
}

static void queue_edge(fan_engine *e, int edge)
{
    edge_work *work = &e->edges[edge];
    if (work->queued || work->in_progress >= e->config.child_sends ||
        work->next >= e->subfiles[work->subfile].next_ready)
        return;
    edge_queue *q = queue_of(e, edge);
    q->edges[(q->head + q->count++) % e->config.schedule->edge_count] = edge;
    work->queued = true;
}

static int dequeue_edge(fan_engine *e, edge_queue *q)
{
    int edge = q->edges[q->head];
    q->head = (q->head + 1) % e->config.schedule->edge_count;
    q->count--;
    e->edges[edge].queued = false;
    return edge;
}

static int64_t class_chunks(const fan_engine *e, int subfile)
{
    return subfile >= e->chunks ? 0 : (e->chunks - 1 - subfile) / e->config.layout.subfiles + 1;
}

/* Without overlap a node that receives a subfile sends nothing of it before it has all of it. */
static bool may_send(const fan_engine *e, int subfile)
{
    return e->config.overlap || e->config.schedule->roles[subfile].parent == FAN_PARENT_SELF ||
           e->subfiles[subfile].arrived == class_chunks(e, subfile);
}

static void queue_ready_chunks(fan_engine *e, int subfile)
{
    class_work *work = &e->subfiles[subfile];
    if (!may_send(e, subfile))
        return;
    while (work->next_ready < e->next_admit && cell_of(e, work->next_ready)->arrived)
        work->next_ready += e->config.layout.subfiles;
    const fan_role *role = &e->config.schedule->roles[subfile];
    for (int edge = role->first; edge < role->first + role->children; edge++)
        queue_edge(e, edge);
}

static fan_status send_next(fan_engine *e, int edge)
{
    edge_work *work = &e->edges[edge];
    int64_t g = work->next;
    work->next += e->config.layout.subfiles;
    work->in_progress++;
    queue_edge(e, edge);
    int send = e->free_sends[--e->free_send_count];
    e->chunk_of_send[send] = g;
    e->edge_of_send[send] = edge;
    int64_t bytes = message_bytes(e, cell_of(e, g)->bytes);
    int peer = e->config.schedule->edges[edge].peer;
    int slot = (int)e->config.slots + send;
    record_begin(e, slot, g,
                 (fan_transfer){.kind = FAN_TRANSFER_SEND, .hop = hop_of(e, edge), .peer = peer});
    return e->config.transport.send(e->config.transport.state, slot, place_of(e, g), bytes, peer,
                                    work->subfile);
}

static fan_status start_sends(fan_engine *e)
{
    for (rank_of_send rank = 0; rank < SEND_RANKS; rank++) {
        edge_queue *q = &e->queues[rank];
        while (e->free_send_count > 0 && q->count > 0) {
            fan_status status = send_next(e, dequeue_edge(e, q));
            if (status != FAN_OK)
                return status;
        }
    }
    return FAN_OK;
}

/* ---- chunks coming into the window ---- */

/* See engine.h. */
static void end_at(fan_engine *e, int64_t g, int64_t bytes)
{
    if (g >= e->end)
        return;
    e->end = g;
    e->length = fan_layout_offset(&e->config.layout, g) + bytes;
    if (e->chunks - g > e->config.slots)
        e->chunks = g + e->config.slots;
}

static void arrive(fan_engine *e, int64_t g, int64_t bytes)
{
    cell *c = cell_of(e, g);
    c->arrived = true;
    c->bytes = bytes;
    e->steps++;
    e->source_failed |= bytes == FAILED;
    if (bytes < fan_layout_length(&e->config.layout, g))
        end_at(e, g, bytes);
    int subfile = class_of(e, g);
    e->subfiles[subfile].arrived++;
    queue_ready_chunks(e, subfile);
}

static int64_t call_source(fan_engine *e, int64_t g, int64_t bytes)
{
    const fan_store *store = &e->config.store;
    size_t record =
        fan_trace_begin(e->config.trace, (fan_transfer){.kind = FAN_TRANSFER_FILL,
                                                        .peer = -1,
                                                        .offset = offset_of(e, g),
                                                        .subfile = (int16_t)class_of(e, g)});
    bytes = store->fill(store->state, offset_of(e, g), place_of(e, g), bytes);
    fan_trace_end(e->config.trace, record, bytes < 0 ? 0 : bytes);
    return bytes;
}

static void fill(fan_engine *e, int64_t g)
{
    int64_t bytes = fan_layout_length(&e->config.layout, g);
    if (g > e->end)
        bytes = e->source_failed ? FAILED : 0;
    else if (!is_in_place(e))
        bytes = call_source(e, g, bytes);
    if (e->tail_bytes > 0 && bytes >= 0)
        place_of(e, g)[bytes] = 0;
    arrive(e, g, bytes);
}

static fan_status admit(fan_engine *e)
{
    int64_t g = e->next_admit++;
    const fan_role *role = role_of(e, g);
    *cell_of(e, g) = (cell){.unsent = role->children};
    if (role->parent == FAN_PARENT_ABSENT) {
        cell_of(e, g)->arrived = true;
        return FAN_OK;
    }
    if (role->parent == FAN_PARENT_SELF) {
        fill(e, g);
        return FAN_OK;
    }
    record_begin(e, (int)(g % e->config.slots), g,
                 (fan_transfer){.kind = FAN_TRANSFER_RECEIVE, .peer = role->parent});
    return e->config.transport.receive(
        e->config.transport.state, (int)(g % e->config.slots), place_of(e, g),
        message_bytes(e, fan_layout_length(&e->config.layout, g)), role->parent, class_of(e, g));
}

static bool can_admit(const fan_engine *e)
{
    return e->next_admit < e->chunks && e->next_admit < e->base + e->config.slots;
}

/* True if admitting the next chunk calls the source, which takes time. */
static bool admits_slowly(const fan_engine *e)
{
    return !is_in_place(e) && role_of(e, e->next_admit)->parent == FAN_PARENT_SELF;
}

static fan_status admit_quick_ones(fan_engine *e)
{
    fan_status status = FAN_OK;
    while (status == FAN_OK && can_admit(e) && !admits_slowly(e))
        status = admit(e);
    return status;
}

/* ---- chunks leaving the window ---- */

/*
 * What is before the window has arrived, and its cell may be another chunk's. Then it is in place.
 */
static bool has_arrived(const fan_engine *e, int64_t g)
{
    return g < e->base || (g < e->next_admit && cell_of(e, g)->arrived);
}

/*
 * The end is known when it is drained, for all before it has arrived, too. The sink gets nothing
 * behind it.
 */
static int64_t bytes_to_drain(const fan_engine *e)
{
    int64_t g = e->next_drain;
    if (g < e->end)
        return fan_layout_length(&e->config.layout, g);
    return g == e->end ? e->length - fan_layout_offset(&e->config.layout, g) : 0;
}

static bool drains_slowly(const fan_engine *e)
{
    return e->config.store.drain != NULL && !e->sink_failed && bytes_to_drain(e) > 0 &&
           role_of(e, e->next_drain)->parent != FAN_PARENT_ABSENT;
}

static bool sink_is_ready(const fan_engine *e)
{
    const fan_store *store = &e->config.store;
    return store->ready == NULL || !drains_slowly(e) ||
           store->ready(store->state, bytes_to_drain(e));
}

static bool has_to_drain(const fan_engine *e)
{
    return e->next_drain < e->chunks && has_arrived(e, e->next_drain);
}

static void call_sink(fan_engine *e, int64_t g, int64_t bytes)
{
    const fan_store *store = &e->config.store;
    size_t record =
        fan_trace_begin(e->config.trace, (fan_transfer){.kind = FAN_TRANSFER_DRAIN,
                                                        .peer = -1,
                                                        .offset = offset_of(e, g),
                                                        .subfile = (int16_t)class_of(e, g)});
    e->sink_failed = store->drain(store->state, offset_of(e, g), place_of(e, g), bytes) != 0;
    fan_trace_end(e->config.trace, record, bytes);
}

static void drain(fan_engine *e)
{
    e->steps++;
    if (drains_slowly(e))
        call_sink(e, e->next_drain, bytes_to_drain(e));
    if (++e->next_drain == e->chunks)
        fan_trace_complete(e->config.trace);
}

static void retire(fan_engine *e)
{
    while (has_to_drain(e) && !drains_slowly(e))
        drain(e);
    while (has_arrived(e, e->base) && (is_in_place(e) || e->base < e->next_drain) &&
           cell_of(e, e->base)->unsent == 0)
        e->base++;
}

/* ---- completions ---- */

static fan_status received(fan_engine *e, int slot, int64_t bytes)
{
    /* The chunk of the window that lives in this cell. */
    int64_t g = e->base + (slot - e->base % e->config.slots + e->config.slots) % e->config.slots;
    int64_t expected = message_bytes(e, fan_layout_length(&e->config.layout, g));
    if (bytes != 0 && bytes != expected && e->tail_bytes == 0)
        return fan_fail(FAN_ERR_TRUNCATED,
                        "rank %d got %lld bytes instead of %lld from rank %d: "
                        "the ranks disagree on the length of the broadcast",
                        e->config.schedule->node, (long long)bytes, (long long)expected,
                        role_of(e, g)->parent);
    record_end(e, slot, data_bytes(e, bytes));
    arrive(e, g, data_bytes(e, bytes));
    return FAN_OK;
}

static void sent(fan_engine *e, int send)
{
    int edge = e->edge_of_send[send];
    cell *c = cell_of(e, e->chunk_of_send[send]);
    e->steps++;
    record_end(e, (int)e->config.slots + send, c->bytes);
    c->unsent--;
    e->free_sends[e->free_send_count++] = send;
    e->edges[edge].in_progress--;
    queue_edge(e, edge);
}

static fan_status collect(fan_engine *e, bool block)
{
    int count;
    fan_status status =
        e->config.transport.collect(e->config.transport.state, block, e->done, &count);
    for (int i = 0; status == FAN_OK && i < count; i++) {
        if (e->done[i].slot >= e->config.slots)
            sent(e, e->done[i].slot - (int)e->config.slots);
        else
            status = received(e, e->done[i].slot, e->done[i].bytes);
    }
    return status;
}

/* ---- public ---- */

static bool allocate(fan_engine *e)
{
    size_t slots = (size_t)e->config.slots;
    size_t sends = (size_t)e->config.sends;
    size_t edges = (size_t)e->config.schedule->edge_count + 1; /* calloc of nothing may be NULL */
    e->cells = calloc(slots, sizeof *e->cells);
    e->subfiles = calloc((size_t)e->config.layout.subfiles, sizeof *e->subfiles);
    for (rank_of_send rank = 0; rank < SEND_RANKS; rank++)
        e->queues[rank].edges = calloc(edges, sizeof *e->queues[rank].edges);
    e->edges = calloc(edges, sizeof *e->edges);
    e->free_sends = calloc(sends, sizeof *e->free_sends);
    e->chunk_of_send = calloc(sends, sizeof *e->chunk_of_send);
    e->edge_of_send = calloc(sends, sizeof *e->edge_of_send);
    e->done = calloc(slots + sends, sizeof *e->done);
    if (e->config.trace != NULL)
        e->recorded = calloc(slots + sends, sizeof *e->recorded);
    if (!is_in_place(e))
        e->buffer = malloc(slots * (size_t)cell_bytes(e));
    return e->cells && e->subfiles && e->edges && e->queues[RELAYED].edges &&
           e->queues[FINAL].edges && e->free_sends && e->chunk_of_send && e->edge_of_send &&
           e->done && (e->config.trace == NULL || e->recorded) && (is_in_place(e) || e->buffer);
}

static void begin_subfile(fan_engine *e, int subfile)
{
    const fan_role *role = &e->config.schedule->roles[subfile];
    e->subfiles[subfile].next_ready = subfile;
    for (int edge = role->first; edge < role->first + role->children; edge++)
        e->edges[edge] = (edge_work){.subfile = subfile, .next = subfile};
}

fan_status fan_engine_create(const fan_engine_config *config, fan_engine **engine)
{
    fan_engine *e = calloc(1, sizeof *e);
    *engine = e;
    if (e == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the engine of rank %d",
                        config->schedule->node);
    e->config = *config;
    e->tail_bytes = config->layout.bytes == FAN_UNKNOWN_LENGTH;
    if (!allocate(e)) {
        fan_engine_free(e);
        *engine = NULL;
        return fan_fail(FAN_ERR_MEMORY, "no memory for %lld chunks of %lld bytes on rank %d",
                        (long long)config->slots,
                        (long long)fan_layout_chunk_bytes(&config->layout), config->schedule->node);
    }
    e->chunks = fan_layout_chunks(&config->layout);
    e->end = e->chunks;
    e->length = config->layout.bytes;
    for (int subfile = 0; subfile < config->layout.subfiles; subfile++)
        begin_subfile(e, subfile);
    for (int send = config->sends - 1; send >= 0; send--)
        e->free_sends[e->free_send_count++] = send;
    return FAN_OK;
}

void fan_engine_free(fan_engine *e)
{
    if (e == NULL)
        return;
    free(e->cells);
    free(e->subfiles);
    for (rank_of_send rank = 0; rank < SEND_RANKS; rank++)
        free(e->queues[rank].edges);
    free(e->edges);
    free(e->free_sends);
    free(e->chunk_of_send);
    free(e->edge_of_send);
    free(e->done);
    free(e->recorded);
    free(e->buffer);
    free(e);
}

/*
 * Messages first: keep receives posted and sends going. Then at most one call of the user's source
 * or sink, so that the messages are looked after again before the next.
 */
fan_status fan_engine_progress(fan_engine *e, bool block)
{
    retire(e);
    fan_status status = admit_quick_ones(e);
    if (status == FAN_OK)
        status = start_sends(e);
    if (status != FAN_OK)
        return status;
    bool waits_for_sink = has_to_drain(e) && !sink_is_ready(e);
    if (waits_for_sink) {
        sched_yield();
        block = false;
    } else if (has_to_drain(e)) {
        drain(e);
        block = false;
    } else if (can_admit(e) && admits_slowly(e)) {
        status = admit(e);
        block = false;
    }
    retire(e);
    if (status != FAN_OK || fan_engine_finished(e))
        return status;
    /* Retiring may have made room; only wait when there is nothing else to do. */
    return collect(e, block && !can_admit(e));
}

bool fan_engine_finished(const fan_engine *e)
{
    return e->base == e->chunks && e->next_drain == e->chunks;
}

int64_t fan_engine_steps(const fan_engine *e)
{
    return e->steps;
}

bool fan_engine_view(const fan_engine *e, fan_view *view)
{
    for (int64_t g = e->base; g < e->next_admit; g++)
        if (!cell_of(e, g)->arrived)
            fan_view_add(view, role_of(e, g)->parent, true);
    for (int edge = 0; edge < e->config.schedule->edge_count; edge++)
        if (e->edges[edge].in_progress > 0)
            fan_view_add(view, e->config.schedule->edges[edge].peer, false);
    return has_to_drain(e) && !sink_is_ready(e);
}

int64_t fan_engine_length(const fan_engine *e)
{
    return e->length;
}

fan_status fan_engine_result(const fan_engine *e)
{
    if (e->source_failed)
        return fan_fail(FAN_ERR_SOURCE, "the source of the data failed");
    if (e->sink_failed)
        return fan_fail(FAN_ERR_SINK, "the sink of rank %d failed", e->config.schedule->node);
    return FAN_OK;
}
