/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune_exchange.h"

#include "tools/tune_model.h"
#include "tools/tune_pairs.h"
#include "tools/tune_wait.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 3, LARGEST_K = 32, MOST_ROUNDS = 5 };
enum { LEAST_ROUND_BYTES = 64 * 1024, MOST_ROUND_BYTES = 32 * 1024 * 1024 }; /* that a rank sends */
enum { SMALLEST_CHUNK = 16 * 1024, LARGEST_CHUNK = 64 * 1024 };

static const double longest_round = 0.25; /* seconds */

/* What rank 0 wants next. */
typedef struct order {
    int k;
    int bytes; /* to each of the others */
    int chunk; /* bytes of a message */
    int rounds;
} order;

/* ---- one exchange ---- */

/*
 * Chunks in order on each connection, and only a few of them at once, as the library does it. One message to each of
 * the others, all begun at once, measures how a network drops and repeats what comes from too many sides.
 *
 * Time counts until most of the bytes are here. Connections do not share a link quite equally, so after that some
 * have ended and the last ones are alone: the more connections, the longer, but in a long run it does not matter.
 */
enum { AT_ONCE = 2 };
static const double most = 7.0 / 8;

/* One direction of a connection. */
typedef struct flow {
    char *data;
    int peer, begun; /* bytes */
} flow;

/* Flows 0 to k - 1 are received, the others sent. Each has AT_ONCE requests. */
typedef struct traffic {
    MPI_Comm comm;
    int k, bytes, chunk; /* bytes of each flow, of each message */
    flow flows[2 * LARGEST_K];
    MPI_Request requests[2 * LARGEST_K * AT_ONCE];
    int lengths[2 * LARGEST_K * AT_ONCE]; /* of the messages in progress; 0: none */
} traffic;

static bool is_receive(const traffic *t, int slot)
{
    return slot / AT_ONCE < t->k;
}

/* The next one of its flow, if there is one. */
static void begin_chunk(traffic *t, int slot)
{
    flow *f = &t->flows[slot / AT_ONCE];
    int left = t->bytes - f->begun, bytes = left < t->chunk ? left : t->chunk;
    t->lengths[slot] = bytes;
    t->requests[slot] = MPI_REQUEST_NULL;
    if (bytes > 0 && is_receive(t, slot))
        MPI_Irecv(f->data + f->begun, bytes, MPI_BYTE, f->peer, TAG, t->comm, &t->requests[slot]);
    else if (bytes > 0)
        MPI_Issend(f->data + f->begun, bytes, MPI_BYTE, f->peer, TAG, t->comm, &t->requests[slot]);
    f->begun += bytes;
}

/* Bytes that have been received, sent. */
typedef struct progress {
    double received, sent;
} progress;

static void finish_chunk(traffic *t, int slot, progress *p)
{
    *(is_receive(t, slot) ? &p->received : &p->sent) += t->lengths[slot];
    begin_chunk(t, slot);
}

/* Returns when all is done; the seconds until most of the bytes were here. */
static double run(traffic *t)
{
    double start = MPI_Wtime(), seconds = 0, all = (double)t->k * t->bytes;
    int slots = 2 * t->k * AT_ONCE;
    progress p = {0};
    for (int slot = 0; slot < slots; slot++)
        begin_chunk(t, slot);
    while (p.received < all || p.sent < all) {
        bool had_most = p.received >= most * all;
        int done, indices[2 * LARGEST_K * AT_ONCE];
        fan_tune_wait_some(slots, t->requests, &done, indices);
        for (int i = 0; i < done; i++)
            finish_chunk(t, indices[i], &p);
        if (!had_most && p.received >= most * all)
            seconds = MPI_Wtime() - start;
    }
    return seconds;
}

/* Everyone begins with another neighbour. */
static double exchange(MPI_Comm comm, const order *o, char *outgoing, char *incoming)
{
    traffic t = {.comm = comm, .k = o->k, .bytes = o->bytes, .chunk = o->chunk};
    int rank;
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i < o->k; i++) {
        size_t at = (size_t)i * (size_t)o->bytes;
        t.flows[i] = (flow){.data = incoming + at, .peer = (rank + o->k - i) % (o->k + 1)};
        t.flows[o->k + i] = (flow){.data = outgoing + at, .peer = (rank + 1 + i) % (o->k + 1)};
    }
    return run(&t);
}

/* The longest time of all ranks, on all of them. */
static double timed_exchange(MPI_Comm comm, const order *o, char *outgoing, char *incoming)
{
    MPI_Barrier(comm);
    double seconds = exchange(comm, o, outgoing, incoming);
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm);
    return seconds;
}

/* Rank 0's curve gets the rates; the others have none. The first round is for warming up. */
static void measure_k(MPI_Comm comm, const order *o, fan_tune_curve *rates)
{
    size_t room = (size_t)o->k * (size_t)o->bytes;
    char *outgoing = malloc(room), *incoming = malloc(room);
    if (outgoing == NULL || incoming == NULL)
        fan_bench_abort("no memory for exchanges of %zu bytes", 2 * room);
    memset(outgoing, 1, room);
    for (int round = -1; round < o->rounds; round++) {
        double seconds = timed_exchange(comm, o, outgoing, incoming);
        if (round >= 0 && rates != NULL)
            fan_tune_curve_add(rates, o->k, most * (double)room / seconds);
    }
    free(outgoing);
    free(incoming);
}

/* ---- all of them ---- */

/* Ranks that are not known to be slow. Collective over the job's communicator. */
static MPI_Comm usual_ranks(const fan_tune_job *job, const fan_tune_results *results)
{
    int slow[FAN_TUNE_PAIRS] = {0};
    for (int i = 0; job->rank == 0 && i < results->pair_count; i++)
        slow[i] = results->pairs[i].speed < FAN_TUNE_SLOW;
    fan_tune_share(slow, sizeof slow, job->comm);
    int is_slow = 0;
    for (int i = 0; i < fan_tune_pair_count(job); i++)
        is_slow = is_slow || (slow[i] && fan_tune_pair_rank(job, i) == job->rank);
    MPI_Comm usual;
    MPI_Comm_split(job->comm, is_slow ? MPI_UNDEFINED : 0, job->rank, &usual);
    return usual;
}

/* The one after k: twice as many, and the last one before the end. 0: none. */
static int next_k(int k, int largest)
{
    if (k == largest)
        return 0;
    return k == 0 ? 1 : 2 * k < largest ? 2 * k : largest;
}

/* So long that overheads do not count for much. */
static int chunk_bytes(const fan_params *params)
{
    return (int)fmin(fmax(8 * 2 * params->overhead * params->bandwidth, SMALLEST_CHUNK), LARGEST_CHUNK);
}

/*
 * On rank 0. Those to come take as long as this one. If time is up, there is one round of few bytes: a curve that
 * ends early would say nothing of what it is measured for.
 */
static order make_order(const fan_tune_job *job, double share, int k, int largest, const fan_tune_results *results)
{
    int to_come = 1;
    for (int later = next_k(k, largest); later != 0; later = next_k(later, largest))
        to_come++;
    double left = fmax(fan_tune_time_left(job, share), 0);
    double round = fmin(longest_round, left / (to_come * (MOST_ROUNDS + 1)));
    double bytes = fmin(fmax(round * results->params.bandwidth, LEAST_ROUND_BYTES), MOST_ROUND_BYTES);
    /* One of many connections may be much slower than the model says. */
    double expected = 2 * bytes / results->params.bandwidth;
    int rounds = (int)fmin(fmax(left / (to_come * expected), 1), MOST_ROUNDS);
    return (order){.k = k, .bytes = (int)bytes / k, .chunk = chunk_bytes(&results->params), .rounds = rounds};
}

static void measure_order(MPI_Comm usual, const order *o, fan_tune_curve *rates)
{
    int rank;
    MPI_Comm_rank(usual, &rank);
    MPI_Comm comm;
    MPI_Comm_split(usual, rank <= o->k ? 0 : MPI_UNDEFINED, rank, &comm);
    if (comm == MPI_COMM_NULL)
        return;
    measure_k(comm, o, rates);
    MPI_Comm_free(&comm);
}

static void measure_all(const fan_tune_job *job, double share, MPI_Comm usual, fan_tune_results *results)
{
    int size;
    MPI_Comm_size(usual, &size);
    int largest = size - 1 < LARGEST_K ? size - 1 : LARGEST_K;
    for (int k = 1; k != 0; k = next_k(k, largest)) {
        order o;
        if (job->rank == 0) {
            fan_tune_progress(job, "exchange with %d at once", k);
            o = make_order(job, share, k, largest, results);
        }
        fan_tune_share(&o, sizeof o, usual);
        measure_order(usual, &o, job->rank == 0 ? &results->rates : NULL);
    }
}

void fan_tune_measure_exchange(const fan_tune_job *job, double share, fan_tune_results *results)
{
    MPI_Comm usual = usual_ranks(job, results);
    if (usual == MPI_COMM_NULL)
        return;
    measure_all(job, share, usual, results);
    MPI_Comm_free(&usual);
}
