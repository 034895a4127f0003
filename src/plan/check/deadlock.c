/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/check/deadlock.h"

#include <stdlib.h>
#include <sys/param.h>

/*
 * An agent is a node in one phase: agent n is node n while it receives, agent nodes + n is node n
 * while it serves. Chunk number round * subfiles + subfile is the one of that subfile in that
 * round.
 */
typedef struct subfile_state {
    int parent;   /* agent, -1 for a source */
    int received; /* rounds that are here */
    int done;     /* rounds that all children have too */
    int lacking;  /* children without round `done` */
} subfile_state;

typedef struct play {
    const fan_plan *plan;
    const fan_schedule *phases[2];
    int agents;
    int subfiles;
    int rounds;
    int64_t window;        /* chunks of all subfiles */
    subfile_state *states; /* [agents * subfiles] */
    int64_t *base;         /* [agents], the lowest chunk that is not done */
    int *queue;            /* [agents], a ring of those that may have something to take */
    bool *queued;          /* [agents] */
    int head, count;
} play;

static subfile_state *state_of(const play *p, int agent, int subfile)
{
    return &p->states[(size_t)agent * (size_t)p->subfiles + (size_t)subfile];
}

static const fan_schedule *schedule_of(const play *p, int agent)
{
    return &p->phases[agent / p->plan->nodes][agent % p->plan->nodes];
}

static bool is_serving(const play *p, int agent)
{
    return agent >= p->plan->nodes;
}

static int64_t all_chunks(const play *p)
{
    return (int64_t)p->rounds * p->subfiles;
}

static void enqueue(play *p, int agent)
{
    if (p->queued[agent])
        return;
    p->queued[agent] = true;
    p->queue[(p->head + p->count++) % p->agents] = agent;
}

static int dequeue(play *p)
{
    int agent = p->queue[p->head];
    p->head = (p->head + 1) % p->agents;
    p->count--;
    p->queued[agent] = false;
    return agent;
}

static void enqueue_children(play *p, int agent, int subfile)
{
    const fan_schedule *schedule = schedule_of(p, agent);
    const fan_role *role = &schedule->roles[subfile];
    for (int i = 0; i < role->children; i++)
        enqueue(p, schedule->edges[role->first + i].peer);
}

static bool is_source(const play *p, int agent)
{
    return agent == p->plan->root || is_serving(p, agent);
}

static int count_lacking(const play *p, int agent, int subfile, int round)
{
    const fan_schedule *schedule = schedule_of(p, agent);
    const fan_role *role = &schedule->roles[subfile];
    int lacking = 0;
    for (int i = 0; i < role->children; i++)
        lacking += state_of(p, schedule->edges[role->first + i].peer, subfile)->received <= round;
    return lacking;
}

static void receive_all(play *p, int agent);

/* Move the window past what is done. A source's children may have waited for just that. */
static void move_base(play *p, int agent)
{
    int64_t before = p->base[agent];
    int64_t *base = &p->base[agent];
    while (*base < all_chunks(p) &&
           state_of(p, agent, (int)(*base % p->subfiles))->done > *base / p->subfiles)
        ++*base;
    if (*base == before)
        return;
    enqueue(p, agent);
    for (int subfile = 0; is_source(p, agent) && subfile < p->subfiles; subfile++)
        enqueue_children(p, agent, subfile);
    if (*base == all_chunks(p) && !is_serving(p, agent))
        receive_all(p, agent + p->plan->nodes);
}

static void note_done(play *p, int agent, int subfile)
{
    subfile_state *s = state_of(p, agent, subfile);
    while (s->done < s->received && s->lacking == 0)
        s->lacking = count_lacking(p, agent, subfile, ++s->done);
    move_base(p, agent);
}

/* A source has everything at once. */
static void receive_all(play *p, int agent)
{
    for (int subfile = 0; subfile < p->subfiles; subfile++) {
        state_of(p, agent, subfile)->received = p->rounds;
        enqueue_children(p, agent, subfile);
    }
    for (int subfile = 0; subfile < p->subfiles; subfile++)
        note_done(p, agent, subfile);
}

static bool can_take(const play *p, int agent, int subfile)
{
    const subfile_state *s = state_of(p, agent, subfile);
    if (is_source(p, agent) || s->received == p->rounds)
        return false;
    int needed = p->plan->overlap ? s->received + 1 : p->rounds;
    int64_t chunk = (int64_t)s->received * p->subfiles + subfile;
    return state_of(p, s->parent, subfile)->received >= needed &&
           chunk < p->base[agent] + p->window && chunk < p->base[s->parent] + p->window;
}

static void take(play *p, int agent, int subfile)
{
    subfile_state *s = state_of(p, agent, subfile);
    subfile_state *parent = state_of(p, s->parent, subfile);
    if (s->received++ == parent->done)
        parent->lacking--;
    note_done(p, s->parent, subfile);
    note_done(p, agent, subfile);
    enqueue_children(p, agent, subfile);
}

static void run(play *p)
{
    receive_all(p, p->plan->root);
    while (p->count > 0) {
        int agent = dequeue(p);
        for (int subfile = 0; subfile < p->subfiles; subfile++)
            while (can_take(p, agent, subfile))
                take(p, agent, subfile);
    }
}

static fan_status verdict(const play *p)
{
    int last = 0;
    for (int agent = 1; agent < p->agents; agent++)
        if (p->base[agent] < p->base[last] &&
            (!is_serving(p, agent) || schedule_of(p, agent)->edge_count > 0))
            last = agent;
    if (p->base[last] == all_chunks(p))
        return FAN_OK;
    return fan_fail(FAN_ERR_ARGUMENT,
                    "node %d, subfile %d: waits forever at chunk %lld, window %lld",
                    last % p->plan->nodes, (int)(p->base[last] % p->subfiles),
                    (long long)p->base[last], (long long)p->window);
}

static void set_parents(play *p, int agent)
{
    const fan_schedule *schedule = schedule_of(p, agent);
    for (int subfile = 0; subfile < p->subfiles; subfile++) {
        const fan_role *role = &schedule->roles[subfile];
        state_of(p, agent, subfile)->lacking = role->children;
        for (int i = 0; i < role->children; i++)
            state_of(p, schedule->edges[role->first + i].peer, subfile)->parent = agent;
    }
}

static void set_up(play *p)
{
    for (int agent = 0; agent < p->agents; agent++)
        for (int subfile = 0; subfile < p->subfiles; subfile++)
            *state_of(p, agent, subfile) = (subfile_state){.parent = -1};
    for (int agent = 0; agent < p->agents; agent++)
        set_parents(p, agent);
}

fan_status fan_check_deadlock(const fan_plan *plan, const fan_schedule *receive,
                              const fan_schedule *serve)
{
    int64_t rounds =
        (fan_layout_chunks(&plan->layout) + plan->layout.subfiles - 1) / plan->layout.subfiles;
    play p = {.plan = plan,
              .phases = {receive, serve},
              .agents = 2 * plan->nodes,
              .subfiles = plan->layout.subfiles,
              .rounds = (int)MIN(rounds, (int64_t)plan->window + 2)};
    p.window = plan->overlap ? fan_plan_slots(plan) : all_chunks(&p);
    size_t agents = (size_t)p.agents;
    p.states = malloc(agents * (size_t)p.subfiles * sizeof *p.states);
    p.base = calloc(agents, sizeof *p.base);
    p.queue = malloc(agents * sizeof *p.queue);
    p.queued = calloc(agents, sizeof *p.queued);
    fan_status status;
    if (p.states == NULL || p.base == NULL || p.queue == NULL || p.queued == NULL) {
        status = fan_fail(FAN_ERR_MEMORY, "no memory to play the plan for %d nodes", plan->nodes);
    } else {
        set_up(&p);
        run(&p);
        status = verdict(&p);
    }
    free(p.states);
    free(p.base);
    free(p.queue);
    free(p.queued);
    return status;
}
