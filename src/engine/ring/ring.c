/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/ring/ring.h"

#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert((FAN_RING_CELLS & (FAN_RING_CELLS - 1)) == 0,
               "cells must come in turn where positions wrap, too");
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "atomics must work between processes");

enum {
    POLLS_OF_SHARERS =
        64, /* about a microsecond: longer, and the core is missed by a rank that has work */
    POLLS_OF_OWNERS = 1000, /* a yield would take longer than what is waited for */
    YIELDS_BEFORE_SLEEP = 32,
    SHORTEST_SLEEP_NS = 50 * 1000,
    LONGEST_SLEEP_NS = 1000 * 1000, /* a message that needs this process may be late by so much */
    PAGE = 4096,
    CELLS_TO_WAIT_FOR =
        FAN_RING_CELLS /
        2 /* a writer that is woken for each cell changes places with a reader each time */
};

/* ---- waiting ---- */

typedef struct waiting {
    int turns;
    long sleep_ns;
} waiting;

static void sleep_on(_Atomic uint32_t *word, uint32_t seen, long nanoseconds)
{
    struct timespec limit = {.tv_nsec = nanoseconds};
    syscall(SYS_futex, word, FUTEX_WAIT, seen, &limit, NULL, 0);
}

static void wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/*
 * True if it is time to sleep. The process that this one waits for may itself wait for a message
 * from this one: let messages make progress.
 */
static bool is_patient(const fan_ring *ring, waiting *w)
{
    if (w->turns++ < ring->polls) {
        relax();
        return false;
    }
    if (ring->idle != NULL)
        ring->idle(ring->idle_state);
    if (w->turns <= ring->polls + YIELDS_BEFORE_SLEEP) {
        sched_yield();
        return false;
    }
    w->sleep_ns = w->sleep_ns == 0 ? SHORTEST_SLEEP_NS : w->sleep_ns * 2;
    if (w->sleep_ns > LONGEST_SLEEP_NS)
        w->sleep_ns = LONGEST_SLEEP_NS;
    return true;
}

/* ---- all members ---- */

size_t fan_ring_bytes(int members)
{
    size_t bytes = sizeof(fan_ring_memory) + (size_t)members * sizeof(fan_ring_counter);
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

static int polls_of(int ranks)
{
    return ranks <= sysconf(_SC_NPROCESSORS_ONLN) ? POLLS_OF_OWNERS : POLLS_OF_SHARERS;
}

void fan_ring_open(fan_ring *ring, fan_ring_memory *memory, int members, int self)
{
    *ring = (fan_ring){.memory = memory,
                       .members = members,
                       .self = self,
                       .domains = 1,
                       .source = memory,
                       .readers = members,
                       .polls = polls_of(members)};
}

void fan_ring_connect(fan_ring *ring, fan_ring_memory *const *of_domain, int domains, int members)
{
    ring->of_domain = of_domain;
    ring->domains = domains;
    ring->polls = polls_of(members);
}

/* ---- the writer ---- */

static uint32_t cell_of(uint32_t position)
{
    return position % FAN_RING_CELLS;
}

/* Of the members of the domain, then of the leaders of all domains. */
static fan_ring_counter *tail_of(const fan_ring *ring, int reader)
{
    return reader < ring->members ? &ring->memory->tails[reader]
                                  : ring->of_domain[reader - ring->members]->tails;
}

/*
 * Of the readers. None is ahead of the writer, and its own tail, which is one of them, is at its
 * position.
 */
static uint32_t least_tail(const fan_ring *ring)
{
    uint32_t least_behind = 0;
    for (int r = 0; r < ring->readers; r++) {
        uint32_t tail = atomic_load_explicit(&tail_of(ring, r)->value, memory_order_acquire);
        uint32_t behind = ring->position - tail;
        if (behind > least_behind)
            least_behind = behind;
    }
    return ring->position - least_behind;
}

static void update_limit(fan_ring *ring)
{
    ring->limit = least_tail(ring) + FAN_RING_CELLS;
}

/* Set first where to be woken, then look: the reader moves first, then looks whether to wake. */
static void wait_for_tail(const fan_ring *ring, int reader, uint32_t wanted)
{
    fan_ring_counter *tail = tail_of(ring, reader);
    waiting w = {0};
    uint32_t seen;
    while (seen = atomic_load(&tail->value), (int32_t)(seen - wanted) < 0) {
        if (!is_patient(ring, &w))
            continue;
        atomic_store(&tail->wake_at, wanted);
        seen = atomic_load(&tail->value);
        if ((int32_t)(seen - wanted) < 0)
            sleep_on(&tail->value, seen, w.sleep_ns);
    }
}

static void wait_for_room(fan_ring *ring)
{
    uint32_t wanted = ring->position - FAN_RING_CELLS + CELLS_TO_WAIT_FOR;
    for (int r = 0; r < ring->readers; r++)
        wait_for_tail(ring, r, wanted);
    update_limit(ring);
}

void fan_ring_begin(fan_ring *ring)
{
    ring->readers = ring->members + (ring->domains > 1 ? ring->domains : 0);
    update_limit(ring);
}

bool fan_ring_has_room(fan_ring *ring, int64_t bytes)
{
    int64_t pieces = (bytes - 1) / FAN_RING_CELL_BYTES + 1;
    uint32_t needed = pieces < FAN_RING_CELLS ? (uint32_t)pieces : FAN_RING_CELLS;
    if (ring->limit - ring->position < needed)
        update_limit(ring);
    return ring->limit - ring->position >= needed;
}

char *fan_ring_claim(fan_ring *ring)
{
    if (ring->limit == ring->position)
        wait_for_room(ring);
    return ring->memory->cells[cell_of(ring->position)];
}

/* The piece in the claimed cell becomes visible. */
static void show(const fan_ring *ring, fan_piece piece)
{
    fan_ring_memory *memory = ring->memory;
    memory->pieces[cell_of(ring->position)] = piece;
    atomic_store(&memory->head.value, ring->position + 1);
    if (atomic_load(&memory->sleepers) > 0)
        wake(&memory->head.value);
}

/* Who sees the piece sees the tail, too. */
void fan_ring_publish(fan_ring *ring, fan_piece piece)
{
    atomic_store_explicit(&ring->memory->tails[ring->self].value, ring->position + 1,
                          memory_order_release);
    show(ring, piece);
    ring->position++;
}

/* ---- the readers ---- */

/* Be counted first, then look: the writer moves head first, then looks who sleeps. */
static void sleep_until_head_moves(fan_ring_memory *memory, uint32_t seen, long nanoseconds)
{
    atomic_fetch_add(&memory->sleepers, 1);
    sleep_on(&memory->head.value, seen, nanoseconds);
    atomic_fetch_sub(&memory->sleepers, 1);
}

void fan_ring_follow(fan_ring *ring, int domain)
{
    fan_ring_memory *writers = ring->domains > 1 ? ring->of_domain[domain] : ring->memory;
    ring->passes_on = ring->self == 0 && writers != ring->memory;
    ring->source = ring->passes_on ? writers : ring->memory;
    if (ring->passes_on) {
        ring->readers = ring->members;
        update_limit(ring);
    }
}

/*
 * A ring of another domain may be behind: its leader still passes on a broadcast that is over here.
 */
static bool is_behind(const fan_ring *ring, uint32_t head)
{
    return (int32_t)(head - ring->position) <= 0;
}

bool fan_ring_has_next(const fan_ring *ring)
{
    return !is_behind(ring, atomic_load_explicit(&ring->source->head.value, memory_order_acquire));
}

fan_piece fan_ring_next(fan_ring *ring, const char **data)
{
    fan_ring_memory *source = ring->source;
    waiting w = {0};
    uint32_t head;
    while (head = atomic_load_explicit(&source->head.value, memory_order_acquire),
           is_behind(ring, head))
        if (is_patient(ring, &w))
            sleep_until_head_moves(source, head, w.sleep_ns);
    *data = source->cells[cell_of(ring->position)];
    return source->pieces[cell_of(ring->position)];
}

void fan_ring_pass_on(fan_ring *ring, fan_piece piece)
{
    show(ring, piece);
}

void fan_ring_release(fan_ring *ring)
{
    fan_ring_counter *tail = &ring->memory->tails[ring->self];
    ring->position++;
    atomic_store(&tail->value, ring->position);
    if (atomic_load(&tail->wake_at) == ring->position)
        wake(&tail->value);
}
