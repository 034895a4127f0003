/* SPDX-License-Identifier: BSD-3-Clause */
/* What is given is taken in order; who gives waits only when the limit is reached. */
#include "config.h"

#include "copy/queue/queue.h"
#include "tests/common/unit_main.h"

#include <semaphore.h>
#include <string.h>
#include <time.h>

enum { PIECE = 1000, PIECES = 50, LIMIT = 4 * PIECE };

static sem_t gate; /* one for each piece that may be taken */
static int taken, fails_at;

static bool take(void *state, const void *data, size_t bytes)
{
    const unsigned char *of = data;
    (void)state;
    while (sem_wait(&gate) != 0)
        ;
    ck_assert_uint_eq(bytes, PIECE);
    for (size_t i = 0; i < bytes; i++)
        ck_assert_int_eq(of[i], (unsigned char)taken);
    return ++taken != fails_at;
}

static void open_gate(fan_copy_queue *queue, size_t limit, unsigned free, int fails)
{
    sem_init(&gate, 0, free);
    taken = 0;
    fails_at = fails;
    fan_copy_queue_open(queue, limit, take, NULL);
}

static bool give(fan_copy_queue *queue, int number)
{
    unsigned char data[PIECE];
    memset(data, number, sizeof data);
    return fan_copy_queue_give(queue, data, sizeof data);
}

static int given_back;

static void count(void *of)
{
    ck_assert_ptr_eq(of, &given_back);
    given_back++;
}

/* The data must stay until it is given back. */
static bool lend(fan_copy_queue *queue, unsigned char *data, int number)
{
    memset(data, number, PIECE);
    return fan_copy_queue_lend(queue, data, PIECE, (fan_copy_queue_lender){count, &given_back});
}

static void close_gate(fan_copy_queue *queue)
{
    fan_copy_queue_close(queue);
    sem_destroy(&gate);
}

START_TEST(nobody_waits_below_the_limit)
{
    fan_copy_queue queue;
    open_gate(&queue, LIMIT, 0, 0);
    for (int i = 0; i < LIMIT / PIECE; i++)
        ck_assert(give(&queue, i)); /* would hang */
    ck_assert_int_eq(taken, 0);
    ck_assert(fan_copy_queue_look(&queue).waited == 0);
    for (int i = 0; i < LIMIT / PIECE; i++)
        sem_post(&gate);
    ck_assert(fan_copy_queue_wait(&queue));
    ck_assert_int_eq(taken, LIMIT / PIECE);
    ck_assert_int_eq(fan_copy_queue_look(&queue).bytes, LIMIT);
    close_gate(&queue);
}
END_TEST

START_TEST(all_are_taken_in_order)
{
    fan_copy_queue queue;
    open_gate(&queue, LIMIT, PIECES, 0);
    for (int i = 0; i < PIECES; i++)
        ck_assert(give(&queue, i));
    ck_assert_uint_le(queue.held, LIMIT);
    ck_assert(fan_copy_queue_wait(&queue));
    ck_assert_int_eq(taken, PIECES);
    ck_assert_uint_eq(queue.held, 0);
    close_gate(&queue);
}
END_TEST

START_TEST(what_is_lent_is_taken_in_its_turn_and_given_back)
{
    static unsigned char data[LIMIT / PIECE][PIECE];
    fan_copy_queue queue;
    open_gate(&queue, LIMIT, 0, 0);
    given_back = 0;
    for (int i = 0; i < LIMIT / PIECE; i++)
        ck_assert(i % 2 == 0 ? lend(&queue, data[i], i) : give(&queue, i));
    ck_assert_int_eq(given_back, 0);
    for (int i = 0; i < LIMIT / PIECE; i++)
        sem_post(&gate);
    ck_assert(fan_copy_queue_wait(&queue));
    ck_assert_int_eq(taken, LIMIT / PIECE);
    ck_assert_int_eq(given_back, LIMIT / PIECE / 2);
    close_gate(&queue);
}
END_TEST

START_TEST(what_is_lent_is_given_back_after_a_failure)
{
    static unsigned char data[3][PIECE];
    fan_copy_queue queue;
    open_gate(&queue, LIMIT, PIECES, 1);
    given_back = 0;
    for (int i = 0; i < 3; i++)
        lend(&queue, data[i], i);
    ck_assert(!fan_copy_queue_wait(&queue));
    ck_assert(!lend(&queue, data[0], 0));
    ck_assert_int_eq(taken, 1);
    ck_assert_int_eq(given_back, 4);
    close_gate(&queue);
}
END_TEST

START_TEST(a_piece_may_be_longer_than_the_limit)
{
    fan_copy_queue queue;
    open_gate(&queue, 1, 3, 0);
    for (int i = 0; i < 3; i++)
        ck_assert(give(&queue, i));
    ck_assert(fan_copy_queue_wait(&queue));
    ck_assert_int_eq(taken, 3);
    close_gate(&queue);
}
END_TEST

START_TEST(nothing_is_taken_after_a_failure)
{
    fan_copy_queue queue;
    open_gate(&queue, PIECES * PIECE, PIECES, 3);
    for (int i = 0; i < PIECES; i++)
        give(&queue, i); /* when it is told depends on the thread */
    ck_assert(!fan_copy_queue_wait(&queue));
    ck_assert(!give(&queue, PIECES));
    ck_assert_int_eq(taken, 3);
    close_gate(&queue);
}
END_TEST

START_TEST(time_in_a_piece_counts)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    fan_copy_queue queue;
    open_gate(&queue, LIMIT, 0, 0);
    ck_assert(give(&queue, 0));
    while (fan_copy_queue_look(&queue).busy == 0)
        nanosleep(&pause, NULL);
    ck_assert_int_eq(fan_copy_queue_look(&queue).bytes, 0);
    sem_post(&gate);
    ck_assert(fan_copy_queue_wait(&queue));
    close_gate(&queue);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {nobody_waits_below_the_limit,
                                  all_are_taken_in_order,
                                  what_is_lent_is_taken_in_its_turn_and_given_back,
                                  what_is_lent_is_given_back_after_a_failure,
                                  a_piece_may_be_longer_than_the_limit,
                                  nothing_is_taken_after_a_failure,
                                  time_in_a_piece_counts};
    return unit_main("queue", tests, sizeof tests / sizeof tests[0]);
}
