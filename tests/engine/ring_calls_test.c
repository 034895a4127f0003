/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring, one call after the other: where there is room, and what waiting members call. */
#include "config.h"

#include "tests/common/unit_main.h"
#include "tests/engine/rings.h"

#include <pthread.h>
#include <unistd.h>

static void write_pieces(fan_ring *ring, int count)
{
    for (int i = 0; i < count; i++) {
        fan_ring_claim(ring);
        fan_ring_publish(ring, (fan_piece){.total = i});
    }
}

static void read_pieces(fan_ring *ring, int count)
{
    const char *data;
    for (int i = 0; i < count; i++) {
        fan_ring_next(ring, &data);
        fan_ring_release(ring);
    }
}

/* Three members; the second writes. */
static void check_room(uint32_t start)
{
    enum { MEMBERS = 3 };
    const int64_t all = (int64_t)CELLS * CELL;
    reset();
    fan_ring_memory *memory = make_ring(MEMBERS, start);
    fan_ring one = open_ring(memory, MEMBERS, 0, start);
    fan_ring writer = open_ring(memory, MEMBERS, 1, start);
    fan_ring two = open_ring(memory, MEMBERS, 2, start);

    fan_ring_begin(&writer);
    ck_assert(fan_ring_has_room(&writer, all));
    ck_assert(fan_ring_has_room(&writer, 100 * all)); /* empty is enough */
    write_pieces(&writer, 1);
    ck_assert(fan_ring_has_room(&writer, 0)); /* a piece without bytes */
    ck_assert(fan_ring_has_room(&writer, all - CELL));
    ck_assert(!fan_ring_has_room(&writer, all - CELL + 1));
    ck_assert(!fan_ring_has_room(&writer, 100 * all));
    write_pieces(&writer, CELLS - 1);
    ck_assert(!fan_ring_has_room(&writer, 0));
    read_pieces(&one, CELLS);
    ck_assert(!fan_ring_has_room(&writer, 1)); /* not without the other */
    read_pieces(&two, 2);
    ck_assert(fan_ring_has_room(&writer, 2 * CELL));
    ck_assert(!fan_ring_has_room(&writer, 2 * CELL + 1));
    read_pieces(&two, CELLS - 2);
    ck_assert(fan_ring_has_room(&writer, all));

    /* The next writer has not written for long; the first is now the slow one. */
    fan_ring_begin(&two);
    write_pieces(&two, CELLS);
    read_pieces(&one, CELLS);
    ck_assert(!fan_ring_has_room(&two, 1));
    read_pieces(&writer, CELLS);
    ck_assert(fan_ring_has_room(&two, all));
    ck_assert_int_eq(noted(&common->idles), 0);
    free_ring(memory, MEMBERS);
}

START_TEST(room)
{
    check_room(0);
    for (uint32_t back = 1; back <= 3 * CELLS; back++)
        check_room(-back);
}
END_TEST

typedef struct late {
    fan_ring *ring;
    void (*act)(fan_ring *ring, int count);
    int count;
} late;

/*
 * Only when the other has waited for long: it has slept, too. (Ten seconds are enough to see that
 * it never will.)
 */
static void *act_late(void *state)
{
    late *l = state;
    for (int i = 0; i < 10000 && noted(&common->idles) < 100; i++)
        usleep(1000);
    l->act(l->ring, l->count);
    return NULL;
}

/* `waiter` calls `wait` for CELLS pieces: it cannot go on until `other` calls `act` for `count`. */
static void wait_for(fan_ring *waiter, void (*wait)(fan_ring *, int), fan_ring *other,
                     void (*act)(fan_ring *, int), int count)
{
    pthread_t thread;
    late l = {.ring = other, .act = act, .count = count};
    atomic_store(&common->idles, 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, act_late, &l), 0);
    wait(waiter, CELLS);
    pthread_join(thread, NULL);
    ck_assert_int_ge(noted(&common->idles), 100);
}

START_TEST(idle_is_called_while_waiting)
{
    reset();
    fan_ring_memory *memory = make_ring(2, 0);
    fan_ring writer = open_ring(memory, 2, 0, 0);
    fan_ring reader = open_ring(memory, 2, 1, 0);
    fan_ring_begin(&writer);
    wait_for(&reader, read_pieces, &writer, write_pieces, CELLS);
    write_pieces(&writer, CELLS);
    /* All that is written: a writer without room waits for more of it than one piece. */
    wait_for(&writer, write_pieces, &reader, read_pieces, 2 * CELLS);
    free_ring(memory, 2);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        room,
        idle_is_called_while_waiting,
    };
    return unit_main("ring_calls", tests, sizeof tests / sizeof tests[0]);
}
