/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/pairs.h"

#include "tools/tune/measure/messages.h"
#include "tools/tune/measure/wait.h"
#include "tools/tune/model/fit.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    ORDER_TAG = 2,
    MESSAGE_ROUNDS = 11,
    FIRST_ROUNDS = 3, /* at each size, until the size is found */
    LAST_ROUNDS = 5,  /* at the two sizes that count */
    FIRST_BYTES = 128 * 1024,
    LARGEST_BYTES = 64 * 1024 * 1024
};

static const int windows[] = {1, 8, 32, 128, FAN_TUNE_MOST_ON_THE_WAY}; /* messages on the way */
enum { WINDOWS = sizeof windows / sizeof windows[0], NEEDED_WINDOWS = 2 };
/*
 * Seconds for which an end waits for the next message: if so few are on the way that it is more,
 * what is measured is the latency again.
 */
static const double longest_wait = 20e-6;

static const double longest_batch = 0.01; /* seconds: many messages, many batches a second */
static const double shortest_transfer =
    0.04; /* seconds: with shorter ones, noise may look straight */
static const double straight = 0.02;
static const double hops_in_transfer = 20; /* at least, or it is the latency that is measured */

/* ---- what rank 0 tells the other of a pair ---- */

typedef enum what { END, RELAY, TRANSFER } what;

typedef struct order {
    int what, window, count, bytes;
} order;

static void give(MPI_Comm comm, int peer, order o)
{
    MPI_Send(&o, sizeof o, MPI_BYTE, peer, ORDER_TAG, comm);
}

/* The first message wakes the other end, which sleeps until it has an order. */
static double relay_awake(MPI_Comm comm, int peer, const order *o, bool begins)
{
    fan_tune_relay(comm, peer, 1, 1, begins);
    return fan_tune_relay(comm, peer, o->window, o->count, begins);
}

static void serve(MPI_Comm comm)
{
    for (;;) {
        order o;
        MPI_Request request;
        MPI_Irecv(&o, sizeof o, MPI_BYTE, 0, ORDER_TAG, comm, &request);
        fan_tune_sleep_until(&request);
        switch ((what)o.what) {
        case END: return;
        case RELAY: relay_awake(comm, 0, &o, false); break;
        case TRANSFER: fan_tune_take(comm, 0, o.bytes); break;
        }
    }
}

static double relay(MPI_Comm comm, int peer, int window, int count)
{
    order o = {.what = RELAY, .window = window, .count = count};
    give(comm, peer, o);
    return relay_awake(comm, peer, &o, true);
}

static double transfer(MPI_Comm comm, int peer, int bytes)
{
    give(comm, peer, (order){.what = TRANSFER, .bytes = bytes});
    return fan_tune_transfer(comm, peer, bytes);
}

/* ---- messages ---- */

/*
 * So many that a batch takes about `seconds`, and that the beginning and the end do not count for
 * much.
 */
static int batch_count(MPI_Comm comm, int peer, int window, double seconds)
{
    int least = 4 * window;
    double per_message = relay(comm, peer, window, least) / least;
    return (int)fmin(fmax(seconds / per_message, least), 100000);
}

static void measure_window(const fan_tune_job *job, double share, double batch, int window,
                           int peer, fan_tune_curve *curve)
{
    int count = batch_count(job->comm, peer, window, batch);
    for (int round = 0;
         round < MESSAGE_ROUNDS && (round == 0 || fan_tune_time_left(job, share) > 0); round++)
        fan_tune_curve_add(curve, window, relay(job->comm, peer, window, count) / (2 * count));
}

static double hop_of(const fan_tune_pair *pair)
{
    return fan_tune_curve_median(&pair->messages, 0);
}

static bool tells_more_than_latency(const fan_tune_pair *pair, int window)
{
    return window == 1 || window == FAN_TUNE_MOST_ON_THE_WAY ||
           hop_of(pair) / window <= longest_wait;
}

/* The first pair has at least a sample of single messages and one of several on the way. */
static void measure_messages_of(const fan_tune_job *job, double share, double batch, int i,
                                fan_tune_pair *pair)
{
    fan_tune_progress(job, "messages to %s", pair->host);
    for (int w = 0; w < WINDOWS; w++) {
        bool is_needed = i == 0 && pair->messages.count < NEEDED_WINDOWS;
        if (!is_needed && fan_tune_time_left(job, share) <= 0)
            return;
        if (tells_more_than_latency(pair, windows[w]))
            measure_window(job, share, batch, windows[w], fan_tune_pair_rank(job, i),
                           &pair->messages);
    }
}

static void measure_messages(const fan_tune_job *job, double share, fan_tune_results *results)
{
    int batches = results->pair_count * WINDOWS * MESSAGE_ROUNDS;
    double batch = fmin(longest_batch, fan_tune_time_left(job, share) / 2 / batches);
    for (int i = 0; i < results->pair_count; i++)
        measure_messages_of(job, share * (i + 1) / results->pair_count, batch, i,
                            &results->pairs[i]);
}

/* ---- transfers ---- */

/* At least one round. */
static void measure_size(const fan_tune_job *job, double share, int peer, int bytes, int rounds,
                         fan_tune_curve *curve)
{
    for (int round = 0; round < rounds && (round == 0 || fan_tune_time_left(job, share) > 0);
         round++)
        fan_tune_curve_add(curve, bytes, transfer(job->comm, peer, bytes));
}

static double last_seconds(const fan_tune_curve *curve)
{
    return fan_tune_curve_median(curve, curve->count - 1);
}

/*
 * Sizes that grow until the time of a byte changes no more, or until `share` of the time is used;
 * at least two. Twice the size takes twice the time, and sizes that take so little that they will
 * not count are tried once.
 */
static void find_size(const fan_tune_job *job, double share, int peer, double shortest,
                      fan_tune_curve *curve)
{
    int rounds = 1;
    for (int bytes = FIRST_BYTES; bytes <= LARGEST_BYTES; bytes *= 2) {
        measure_size(job, share, peer, bytes, rounds, curve);
        double last = last_seconds(curve);
        if (last >= shortest && fan_tune_is_straight(curve, straight))
            return;
        rounds = 2 * last >= shortest ? FIRST_ROUNDS : 1;
        if (curve->count >= 2 && 2 * last * rounds > fan_tune_time_left(job, share))
            return;
    }
}

/* By turns, so that both sizes see the same disturbances. */
static void measure_transfers_of(const fan_tune_job *job, double share, int bytes, int peer,
                                 fan_tune_curve *curve)
{
    for (int round = 0; round < LAST_ROUNDS && fan_tune_time_left(job, share) > 0; round++) {
        if (curve->count == 0)
            transfer(job->comm, peer, bytes / 2); /* connections need time to become fast */
        fan_tune_curve_add(curve, bytes / 2, transfer(job->comm, peer, bytes / 2));
        fan_tune_curve_add(curve, bytes, transfer(job->comm, peer, bytes));
    }
}

static void measure_transfers(const fan_tune_job *job, double from, double to,
                              fan_tune_results *results)
{
    fan_tune_pair *pairs = results->pairs;
    fan_tune_curve *first = &pairs[0].transfers;
    double shortest = fmax(shortest_transfer, hops_in_transfer * hop_of(&pairs[0]));
    fan_tune_progress(job, "transfers to %s", pairs[0].host);
    find_size(job, from + 0.4 * (to - from), fan_tune_pair_rank(job, 0), shortest, first);
    int bytes = (int)first->points[first->count - 1].x;
    for (int i = 0; i < results->pair_count; i++) {
        fan_tune_progress(job, "transfers to %s", pairs[i].host);
        double share = from + (0.4 + 0.6 * (i + 1) / results->pair_count) * (to - from);
        measure_transfers_of(job, share, bytes, fan_tune_pair_rank(job, i), &pairs[i].transfers);
    }
}

/* ---- all pairs ---- */

int fan_tune_pair_count(const fan_tune_job *job)
{
    return job->size - 1 < FAN_TUNE_PAIRS ? job->size - 1 : FAN_TUNE_PAIRS;
}

int fan_tune_pair_rank(const fan_tune_job *job, int pair)
{
    return 1 + (int)((int64_t)pair * (job->size - 1) / fan_tune_pair_count(job));
}

static void conduct(const fan_tune_job *job, double messages, double transfers,
                    fan_tune_results *results)
{
    results->pair_count = fan_tune_pair_count(job);
    for (int i = 0; i < results->pair_count; i++)
        snprintf(results->pairs[i].host, sizeof results->pairs[i].host, "%s",
                 fan_tune_host(job, fan_tune_pair_rank(job, i)));
    measure_messages(job, messages, results);
    measure_transfers(job, messages, transfers, results);
    for (int i = 0; i < results->pair_count; i++)
        give(job->comm, fan_tune_pair_rank(job, i), (order){.what = END});
}

void fan_tune_measure_pairs(const fan_tune_job *job, double messages, double transfers,
                            fan_tune_results *results)
{
    if (job->rank == 0) {
        conduct(job, messages, transfers, results);
        return;
    }
    for (int i = 0; i < fan_tune_pair_count(job); i++)
        if (fan_tune_pair_rank(job, i) == job->rank)
            serve(job->comm);
}
