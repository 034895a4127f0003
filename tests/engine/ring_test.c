/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ring, with members that are threads, and members that are processes, slow at random. Every
 * byte is checked.
 *
 * The ring's sleeps end by themselves after a millisecond, which would hide a wake-up that is lost.
 * Therefore the program is linked with --wrap=syscall, and under stress sleeps take seconds: if one
 * ends by itself, and what it was for has come, then nobody has woken it. (Where nothing has come,
 * somebody else is slow: seconds, on a busy machine.)
 */
#include "config.h"

#include "base/status.h"
#include "engine/ring/ring.h"
#include "tests/common/random.h"
#include "tests/common/unit_main.h"
#include "tests/engine/rings.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_MEMBERS = 16, PATIENCE_S = 3, PATTERN_PERIOD = 4096 };

typedef struct setup {
    int members;
    int rounds;
    int most_bytes;
    bool processes;
    uint32_t start; /**< of all counters */
} setup;

typedef struct member {
    const setup *setup;
    fan_ring ring;
    random_state random;
} member;

/** All members draw the same of these. */
typedef struct broadcast {
    random_state random;
    int round;
    int longest_piece;
    int64_t total;
    int64_t done;
    bool failed;
} broadcast;

static _Thread_local const fan_ring *patient_ring; /* of a member that sleeps for long; or NULL */
static unsigned char pattern[CELL + PATTERN_PERIOD];

/* ---- sleeps that take long ---- */

/* What this member sleeps for. */
static bool has_come(const void *word)
{
    const fan_ring_counter *counter = word;
    uint32_t value = atomic_load_explicit(&counter->value, memory_order_relaxed);
    if (counter == &patient_ring->memory->head)
        return value != patient_ring->position;
    return (int32_t)(value - atomic_load_explicit(&counter->wake_at, memory_order_relaxed)) >= 0;
}

long __real_syscall(long number, ...);

long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
    va_list arguments;
    va_start(arguments, number);
    void *word = va_arg(arguments, void *);
    int operation = va_arg(arguments, int);
    uint32_t value = va_arg(arguments, uint32_t);
    const struct timespec *limit = va_arg(arguments, const struct timespec *);
    va_end(arguments);
    const struct timespec long_limit = {.tv_sec = PATIENCE_S};
    /* One is enough to fail, and then the test should end soon. */
    bool longer = patient_ring != NULL && (operation & FUTEX_CMD_MASK) == FUTEX_WAIT &&
                  noted(&common->lost) == 0;
    long result =
        __real_syscall(number, word, operation, value, longer ? &long_limit : limit, NULL, 0);
    if (longer && result == -1 && errno == ETIMEDOUT && has_come(word))
        note(&common->lost);
    return result;
}

/* ---- what is broadcast ---- */

static void make_pattern(void)
{
    random_state random = 1;
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = (unsigned char)(random_bits(&random) >> 56);
}

/* Sizes and lengths of all magnitudes, but at most about a hundred pieces. */
static broadcast begin_broadcast(const setup *s, int round)
{
    broadcast b = {.random = (uint64_t)round * 1000003 + (uint64_t)s->members + 1, .round = round};
    random_bits(&b.random);
    int most = s->most_bytes >> random_between(&b.random, 0, 22);
    b.total = random_between(&b.random, 1, most > 0 ? most : 1);
    b.longest_piece = CELL >> random_between(&b.random, 0, 16);
    if (b.longest_piece < b.total / 50)
        b.longest_piece = b.total / 50 < CELL ? (int)(b.total / 50) : CELL;
    return b;
}

static bool is_over(const broadcast *b)
{
    return b->failed || b->done == b->total;
}

static const unsigned char *bytes_of(const broadcast *b)
{
    uint64_t mixed = ((uint64_t)b->round * 8191 + (uint64_t)b->done) * UINT64_C(0x9E3779B97F4A7C15);
    return pattern + mixed % PATTERN_PERIOD;
}

static fan_piece draw_piece(broadcast *b)
{
    int64_t left = b->total - b->done;
    int bytes = random_between(&b->random, 1, b->longest_piece);
    fan_piece piece = {.total = b->total, .bytes = bytes < left ? bytes : (int)left};
    if (random_between(&b->random, 1, 200) == 1)
        piece = (fan_piece){.total = b->total, .status = FAN_ERR_SOURCE};
    return piece;
}

static void advance(broadcast *b, fan_piece piece)
{
    b->done += piece.bytes;
    b->failed = piece.status != FAN_OK;
}

/* ---- the members ---- */

static void dawdle(member *m, bool slow)
{
    int what = random_between(&m->random, 1, slow ? 6 : 100);
    if (what == 1)
        usleep((useconds_t)random_between(&m->random, 1, 200));
    else if (what == 2)
        sched_yield();
}

/* The ring calls this after it has looked and before it sleeps, when what it waits for may come. */
static void idle_slowly(void *state)
{
    dawdle(state, false);
}

static void write_one(member *m, broadcast *b, bool slow)
{
    fan_ring_begin(&m->ring);
    if (random_between(&m->random, 0, 1) == 1)
        fan_ring_has_room(&m->ring, b->total);
    while (!is_over(b)) {
        fan_piece piece = draw_piece(b);
        char *data = fan_ring_claim(&m->ring);
        dawdle(m, slow);
        if (piece.status == FAN_OK)
            memcpy(data, bytes_of(b), (size_t)piece.bytes);
        fan_ring_publish(&m->ring, piece);
        advance(b, piece);
        dawdle(m, slow);
    }
}

static bool is_same(fan_piece a, fan_piece b)
{
    return a.total == b.total && a.bytes == b.bytes && a.status == b.status;
}

static void read_one(member *m, broadcast *b, bool slow)
{
    while (!is_over(b)) {
        fan_piece expected = draw_piece(b);
        const char *data;
        fan_piece piece = fan_ring_next(&m->ring, &data);
        dawdle(m, slow);
        if (!is_same(piece, expected) || memcmp(data, bytes_of(b), (size_t)piece.bytes) != 0)
            note(&common->failures);
        fan_ring_release(&m->ring);
        advance(b, expected);
        dawdle(m, slow);
    }
}

static void *take_part(void *state)
{
    member *m = state;
    patient_ring = &m->ring;
    for (int round = 0; round < m->setup->rounds; round++) {
        broadcast b = begin_broadcast(m->setup, round);
        bool slow = random_between(&m->random, 1, 8) == 1;
        if (random_between(&b.random, 0, m->setup->members - 1) == m->ring.self)
            write_one(m, &b, slow);
        else
            read_one(m, &b, slow);
    }
    return NULL;
}

static void run_threads(member *members, int count)
{
    pthread_t threads[MOST_MEMBERS];
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_part, &members[i]), 0);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void run_processes(member *members, int count)
{
    pid_t processes[MOST_MEMBERS];
    for (int i = 0; i < count; i++) {
        processes[i] = fork();
        ck_assert_int_ge(processes[i], 0);
        if (processes[i] == 0) {
            take_part(&members[i]);
            _exit(0);
        }
    }
    for (int i = 0; i < count; i++) {
        int status;
        ck_assert_int_eq(waitpid(processes[i], &status, 0), processes[i]);
        ck_assert_int_eq(status, 0);
    }
}

static void run(setup s)
{
    reset();
    make_pattern();
    fan_ring_memory *memory = make_ring(s.members, s.start);
    member members[MOST_MEMBERS];
    for (int i = 0; i < s.members; i++) {
        members[i] = (member){.setup = &s,
                              .ring = open_ring(memory, s.members, i, s.start),
                              .random = (uint64_t)(s.members * 100 + i + 1)};
        members[i].ring.idle = idle_slowly;
        members[i].ring.idle_state = &members[i];
    }
    (s.processes ? run_processes : run_threads)(members, s.members);
    free_ring(memory, s.members);
    ck_assert_int_eq(noted(&common->failures), 0);
    ck_assert_int_eq(noted(&common->lost), 0);
}

static void run_all(bool processes)
{
    const int counts[] = {1, 2, 3, 5, 8, 16};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        /* Counters wrap soon, within a broadcast or between two. */
        run((setup){counts[i], 600, 3 * CELLS * CELL, processes, (uint32_t)(-17 * counts[i])});
    }
    run((setup){MOST_MEMBERS, 1500, CELL, processes, 0});
}

START_TEST(threads)
{
    run_all(false);
}
END_TEST

START_TEST(processes)
{
    run_all(true);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        threads,
        processes,
    };
    return unit_main("ring", tests, sizeof tests / sizeof tests[0]);
}
