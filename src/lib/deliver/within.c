/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/within.h"

#include "base/clock.h"
#include "base/spare/spare.h"
#include "engine/mpi/mpi_mail.h"
#include "lib/deliver/decision.h"
#include "lib/deliver/delivery.h"
#include "lib/state/tell.h"
#include "plan/planner.h"

typedef struct within {
    const fan_within_task *task;
    fan_mail *mail;
    int64_t number; /* of the broadcast, in its letters */
    fan_plan plan;
    fan_schedule schedule;
    int64_t chunks;
    fan_letter **letters; /* [chunks] a reference for each edge that has not sent it yet */
    int64_t *next;        /* [subfiles] the first chunk that has not come */
    bool *ended;          /* [subfiles] nor will it */
    int64_t *unsent;      /* [edges] the first chunk that is not sent yet */
    fan_status status;
} within;

/* ---- the plan ---- */

/* As that of a stream, but of ranks. */
static fan_status make_plan(within *w)
{
    const fan_comm_state *state = w->task->state;
    bool ranks_are_nodes = state->map.nodes == state->size;
    fan_plan_request request = {.bytes = w->task->bytes,
                                .nodes = state->size,
                                .root = w->task->root,
                                .bounded = true,
                                .order = ranks_are_nodes ? state->order : NULL,
                                .parts = w->task->parts};
    w->plan = fan_plan_choose(&request, &state->params);
    w->chunks = fan_layout_chunks(&w->plan.layout);
    return fan_plan_schedule(&w->plan, state->rank, FAN_PHASE_RECEIVE, &w->schedule);
}

static bool has_chunk(const within *w, int64_t g)
{
    return g < w->chunks && fan_layout_length(&w->plan.layout, g) > 0;
}

/* A source has all of it. */
static int64_t first_to_come(const within *w, int subfile)
{
    int64_t g = subfile;
    if (w->schedule.roles[subfile].parent < 0)
        while (has_chunk(w, g))
            g += w->schedule.subfiles;
    return g;
}

static bool allocate(within *w)
{
    w->letters = fan_spare_calloc((size_t)w->chunks, sizeof *w->letters);
    w->next = fan_spare_calloc((size_t)w->schedule.subfiles, sizeof *w->next);
    w->ended = fan_spare_calloc((size_t)w->schedule.subfiles, sizeof *w->ended);
    w->unsent = fan_spare_calloc((size_t)w->schedule.edge_count + 1, sizeof *w->unsent);
    return w->letters != NULL && w->next != NULL && w->ended != NULL && w->unsent != NULL;
}

static fan_status begin(within *w)
{
    fan_status status = make_plan(w);
    if (status != FAN_OK)
        return status;
    if (w->mail == NULL || !allocate(w))
        return fan_fail(FAN_ERR_MEMORY, "no memory for %lld chunks on rank %d",
                        (long long)w->chunks, w->task->state->rank);
    for (int s = 0; s < w->schedule.subfiles; s++) {
        const fan_role *role = &w->schedule.roles[s];
        w->next[s] = first_to_come(w, s);
        for (int edge = role->first; edge < role->first + role->children; edge++)
            w->unsent[edge] = s;
    }
    return FAN_OK;
}

/* ---- receiving ---- */

static bool is_expected(const within *w, const fan_letter *letter, int peer)
{
    int64_t g = letter->head.chunk;
    if (g < 0 || !has_chunk(w, g))
        return false;
    int s = (int)(g % w->schedule.subfiles);
    return w->schedule.roles[s].parent == peer && g == w->next[s] &&
           (letter->bytes == 0 || letter->bytes == fan_layout_length(&w->plan.layout, g));
}

static void accept(within *w, fan_letter *letter, int peer)
{
    const fan_store *store = &w->task->store;
    int64_t g = letter->head.chunk;
    if (!is_expected(w, letter, peer)) {
        w->status = fan_fail(FAN_ERR_TRUNCATED,
                             "rank %d got %lld bytes of chunk %lld from rank %d, which it does not "
                             "expect: the ranks disagree on the array or the root",
                             w->task->state->rank, (long long)letter->bytes, (long long)g, peer);
        fan_letter_drop(letter);
        return;
    }
    int s = (int)(g % w->schedule.subfiles);
    const fan_role *role = &w->schedule.roles[s];
    w->ended[s] = letter->bytes == 0;
    if (!w->ended[s]) {
        store->drain(store->state, fan_layout_offset(&w->plan.layout, g), letter->data,
                     letter->bytes);
        w->next[s] += w->schedule.subfiles;
    }
    if (w->ended[s] || role->children == 0) {
        fan_letter_drop(letter);
        return;
    }
    letter->references = role->children;
    w->letters[g] = letter;
}

/* Not what the rank itself has, has all of, or gets no more of. */
static bool is_awaited(const within *w, int subfile)
{
    return w->schedule.roles[subfile].parent >= 0 && has_chunk(w, w->next[subfile]) &&
           !w->ended[subfile];
}

static bool receive(within *w, int subfile)
{
    bool moved = false;
    int parent = w->schedule.roles[subfile].parent;
    fan_letter *letter;
    while (w->status == FAN_OK && is_awaited(w, subfile) &&
           (letter = fan_mail_take(w->mail, parent, w->number)) != NULL) {
        accept(w, letter, parent);
        moved = true;
    }
    if (is_awaited(w, subfile))
        w->ended[subfile] = fan_mail_is_past(w->mail, parent, w->number);
    return moved;
}

/* ---- sending ---- */

/*
 * The first chunk that there is nothing to send of. In the place of the first that does not come
 * goes a letter without data: those that wait for it would do so until their deadline.
 */
static int64_t end_of_letters(const within *w, int subfile)
{
    return w->next[subfile] + (w->ended[subfile] ? w->schedule.subfiles : 0);
}

/* NULL: no memory yet. */
static fan_letter *letter_of(within *w, int64_t g)
{
    const fan_store *store = &w->task->store;
    int s = (int)(g % w->schedule.subfiles);
    if (w->letters[g] != NULL)
        return w->letters[g];
    int64_t bytes = w->ended[s] ? 0 : fan_layout_length(&w->plan.layout, g);
    w->letters[g] = fan_letter_new(w->number, g, bytes, w->schedule.roles[s].children);
    if (w->letters[g] != NULL && bytes > 0)
        store->fill(store->state, fan_layout_offset(&w->plan.layout, g), w->letters[g]->data,
                    bytes);
    return w->letters[g];
}

static bool send_on(within *w, int subfile, int edge)
{
    bool moved = false;
    int peer = w->schedule.edges[edge].peer;
    while (w->unsent[edge] < end_of_letters(w, subfile) &&
           fan_mail_sending(w->mail, peer) < w->plan.child_sends) {
        fan_letter *letter = letter_of(w, w->unsent[edge]);
        if (letter == NULL || !fan_mail_send(w->mail, letter, peer))
            break;
        w->unsent[edge] += w->schedule.subfiles;
        moved = true;
    }
    return moved;
}

/* Edges to those that send it on go first. */
static bool send_kind(within *w, bool final)
{
    bool moved = false;
    for (int s = 0; s < w->schedule.subfiles; s++) {
        const fan_role *role = &w->schedule.roles[s];
        for (int edge = role->first; edge < role->first + role->children; edge++)
            if ((w->schedule.edges[edge].kind == FAN_EDGE_EXCHANGE) == final)
                moved = send_on(w, s, edge) || moved;
    }
    return moved;
}

static bool step(within *w)
{
    bool moved = fan_mail_progress(w->mail);
    for (int s = 0; s < w->schedule.subfiles; s++)
        moved = receive(w, s) || moved;
    moved = send_kind(w, false) || moved;
    return send_kind(w, true) || moved;
}

/* ---- the end ---- */

static bool has_sent(const within *w, int subfile, int edge)
{
    int peer = w->schedule.edges[edge].peer;
    return fan_mail_is_past(w->mail, peer, w->number) ||
           (w->unsent[edge] >= end_of_letters(w, subfile) && fan_mail_sending(w->mail, peer) == 0);
}

/* Nothing more will come, and what has come was sent on. */
static bool is_done(const within *w)
{
    bool done = true;
    for (int s = 0; done && s < w->schedule.subfiles; s++) {
        const fan_role *role = &w->schedule.roles[s];
        done = !is_awaited(w, s);
        for (int edge = role->first; done && edge < role->first + role->children; edge++)
            done = has_sent(w, s, edge);
    }
    return done;
}

static void drop_unsent(within *w)
{
    for (int s = 0; s < w->schedule.subfiles; s++) {
        const fan_role *role = &w->schedule.roles[s];
        for (int edge = role->first; edge < role->first + role->children; edge++)
            for (int64_t g = w->unsent[edge]; g < end_of_letters(w, s); g += w->schedule.subfiles)
                if (w->letters[g] != NULL)
                    fan_letter_drop(w->letters[g]);
    }
}

static void release(within *w)
{
    fan_spare_free(w->letters);
    fan_spare_free(w->next);
    fan_spare_free(w->ended);
    fan_spare_free(w->unsent);
    fan_schedule_free(&w->schedule);
}

static fan_mail *mail_of(fan_comm_state *state)
{
    if (state->mail == NULL)
        state->mail = fan_mail_open(state->comm, state->first_tag + FAN_TAG_MAIL);
    return state->mail;
}

fan_status fan_within_run(const fan_within_task *task)
{
    double begun = fan_tell_begin(task->state);
    within w = {.task = task, .mail = mail_of(task->state), .number = task->state->withins};
    w.status = begin(&w);
    if (w.status != FAN_OK) {
        release(&w);
        return w.status;
    }
    int polls = 0;
    do {
        if (step(&w))
            polls = 0;
        else
            fan_comm_pause(&polls);
    } while (w.status == FAN_OK && !is_done(&w) && fan_clock_now() < task->deadline);
    drop_unsent(&w);
    if (w.status == FAN_OK)
        fan_decision_tell(task->state, &w.plan, task->bytes, task->root, begun);
    release(&w);
    return w.status;
}
