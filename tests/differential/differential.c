/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A differential fuzzer: random legal MPI programs with broadcasts of all kinds. What each buffer
 * must hold in the end is a function of the seed, so that nothing is compared with another
 * broadcast. See README.md.
 */
#include "config.h"

#include "tests/differential/actor.h"
#include "tests/differential/calm.h"
#include "tests/differential/flight.h"
#include "tests/differential/input/settings.h"
#include "tests/differential/watch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEPS_OF_ROUND = 12, FIRST_TEAMS = 3, TEAMS_OF_THREAD = 3, THREADS_MOST = 4 };

static MPI_Comm control;
static actor main_actor, actors[THREADS_MOST];

/* ---- threads ---- */

static void *run_steps(void *argument)
{
    actor *a = argument;
    for (int step = 0; step < STEPS_OF_ROUND; step++)
        if (random_one_in(&a->common, 2))
            flight_run(a);
        else
            calm_step(a, false);
    watch_step(a->place, "%s", "");
    return NULL;
}

/*
 * Here and not in the threads: Open MPI 4.1.4 can hang when several make communicators. Entangled,
 * the library makes its state in the threads.
 */
static void prepare_thread(actor *a, int number, uint64_t life)
{
    actor_begin(a, number, life);
    for (int t = 0; t < TEAMS_OF_THREAD; t++)
        pool_make_whole(&a->pool, &a->common);
    if (all_settings.entangled)
        return;
    for (int t = 0; t < a->pool.count; t++)
        flight_warm_up(a, &a->pool.teams[t]);
    for (int p = 0; p < PERSISTENT_MOST; p++)
        actor_turn_persistent(a);
}

static void run_threads(uint64_t round)
{
    pthread_t threads[THREADS_MOST];
    int count = all_settings.threads;
    for (int i = 0; i < count; i++)
        prepare_thread(&actors[i], i + 1, round + 1);
    watch_step(0, "%s", "");
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run_steps, &actors[i]) != 0)
            abort();
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < count; i++) {
        actor_forget_persistent(&actors[i], NULL);
        pool_end(&actors[i].pool);
        watch_step(i + 1, "%s", "");
    }
}

/* ---- rounds ---- */

static void run_round(uint64_t round)
{
    actor *a = &main_actor;
    for (int step = 0; step < STEPS_OF_ROUND; step++)
        if (random_one_in(&a->common, 3))
            flight_run(a);
        else
            calm_step(a, true);
    if (all_settings.threads > 1 && round % 3 == 2)
        run_threads(round);
}

/* The same answer on all ranks. */
static bool goes_on(uint64_t round, double begin)
{
    int failures = watch_failures(), any;
    int ends = (all_settings.rounds > 0 && round >= (uint64_t)all_settings.rounds) ||
               (all_settings.seconds > 0 && MPI_Wtime() - begin > all_settings.seconds);
    watch_step(0, "between rounds");
    MPI_Bcast(&ends, 1, MPI_INT, 0, control);
    MPI_Allreduce(&failures, &any, 1, MPI_INT, MPI_SUM, control);
    return !ends && any == 0;
}

static void report(int rank, int ranks, uint64_t rounds)
{
    int failures = watch_failures(), all = 0;
    MPI_Allreduce(&failures, &all, 1, MPI_INT, MPI_SUM, control);
    if (rank == 0)
        printf("%sok 1 - seed %" PRIu64 ", %d ranks, %" PRIu64 " rounds:%s\n1..1\n",
               all > 0 ? "not " : "", all_settings.seed, ranks, rounds, all_settings.text);
}

int main(int argc, char **argv)
{
    settings_read(argc, argv);
    int rank, ranks, provided;
    MPI_Init_thread(NULL, NULL, all_settings.threads > 0 ? MPI_THREAD_MULTIPLE : MPI_THREAD_SINGLE,
                    &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks > MOST_RANKS || (all_settings.threads > 0 && provided < MPI_THREAD_MULTIPLE))
        MPI_Abort(MPI_COMM_WORLD, 1);
    settings_place();
    if (rank == 0)
        fprintf(stderr, "# --seed %" PRIu64 ", %d ranks:%s\n", all_settings.seed, ranks,
                all_settings.text);
    MPI_Comm_dup(MPI_COMM_WORLD, &control);
    watch_begin(rank);
    actor_begin(&main_actor, 0, 0);
    pool_begin(&main_actor.pool);
    for (int t = 0; t < FIRST_TEAMS; t++)
        pool_make(&main_actor.pool, &main_actor.common);
    uint64_t round = 0;
    for (double begin = MPI_Wtime(); goes_on(round, begin); round++)
        run_round(round);
    actor_forget_persistent(&main_actor, NULL);
    pool_end(&main_actor.pool);
    report(rank, ranks, round);
    MPI_Comm_free(&control);
    watch_step(0, "MPI_Finalize");
    MPI_Finalize();
    settings_remove();
    return watch_failures() > 0;
}
