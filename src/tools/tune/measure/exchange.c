/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/measure/exchange.h"

#include "tools/tune/measure/budget.h"
#include "tools/tune/measure/pairs.h"
#include "tools/tune/measure/wait.h"
#include "tools/tune/model/model.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TAG = 3, LARGEST_K = 32, MOST_ROUNDS = 5 };
enum { LEAST_ROUND_BYTES = 64 * 1024, MOST_ROUND_BYTES = 32 * 1024 * 1024 }; /* that a rank sends */
enum { SMALLEST_CHUNK = 16 * 1024, LARGEST_CHUNK = 64 * 1024 };

/*
 * For the gap: sizes of chunks, each STEP times the one before. 64 KiB would be too large: there
 * Open MPI's TCP has another protocol, with one more round trip, which makes the line begin below
 * 0.
 */
enum { SIZES = 3, STEP = 2, LEAST_FIRST = 4 * 1024, MOST_FIRST = 64 * 1024 };

static const double longest_round = 0.25; /* seconds */
static const double hops_in_round = 20;   /* or so many, if they take longer */

/* What rank 0 wants next. */
typedef struct order {
    int k;     /* 0: there is no time for more */
    int bytes; /* to each of the others */
    int chunk; /* bytes of a message */
    int ahead; /* bytes on the way on each connection, besides AT_ONCE messages */
} order;

/* ---- one exchange ---- */

/*
 * Chunks in order on each connection, and only a few of them at once, as the library does it. One
 * message to each of the others, all begun at once, measures how a network drops and repeats what
 * comes from too many sides.
 *
 * Time counts until most of the bytes are here. Connections do not share a link quite equally, so
 * after that some have ended and the last ones are alone: the more connections, the longer, but in
 * a long run it does not matter.
 */
enum { AT_ONCE = 2, MOST_REQUESTS = FAN_TUNE_MOST_REQUESTS };
enum { PARTS = 8 }; /* of the bytes; few are one of them, most are all but one */
static const double few = 1.0 / PARTS, most = (PARTS - 1.0) / PARTS;

/* Seconds until few, and until most of the bytes were here. */
typedef struct times {
    double few, most;
} times;

/* One direction of a connection. */
typedef struct flow {
    char *data;
    int peer, begun; /* bytes */
} flow;

/* Flows 0 to k - 1 are received, the others sent. Each has at_once requests. */
typedef struct traffic {
    MPI_Comm comm;
    int k, bytes, chunk, at_once; /* bytes of each flow, of each message */
    flow flows[2 * LARGEST_K];
    MPI_Request requests[MOST_REQUESTS];
    int lengths[MOST_REQUESTS]; /* of the messages in progress; 0: none */
} traffic;

static bool is_receive(const traffic *t, int slot)
{
    return slot / t->at_once < t->k;
}

/* The next one of its flow, if there is one. */
static void begin_chunk(traffic *t, int slot)
{
    flow *f = &t->flows[slot / t->at_once];
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

/* Returns when all is done. */
static times run(traffic *t)
{
    times seconds = {0};
    double start = MPI_Wtime(), all = (double)t->k * t->bytes;
    int slots = 2 * t->k * t->at_once;
    progress p = {0};
    for (int slot = 0; slot < slots; slot++)
        begin_chunk(t, slot);
    while (p.received < all || p.sent < all) {
        bool had_few = p.received >= few * all, had_most = p.received >= most * all;
        int done, indices[MOST_REQUESTS];
        fan_tune_wait_some(slots, t->requests, &done, indices);
        for (int i = 0; i < done; i++)
            finish_chunk(t, indices[i], &p);
        double now = MPI_Wtime() - start;
        if (!had_few && p.received >= few * all)
            seconds.few = now;
        if (!had_most && p.received >= most * all)
            seconds.most = now;
    }
    return seconds;
}

typedef struct buffers {
    char *outgoing, *incoming;
} buffers;

static int at_once(const order *o)
{
    int enough = AT_ONCE + o->ahead / o->chunk, most_at_once = MOST_REQUESTS / (2 * o->k);
    return enough < most_at_once ? enough : most_at_once;
}

/* What a rank sends in an exchange, and what it receives. */
static size_t exchanged(const order *o)
{
    return (size_t)o->k * (size_t)o->bytes;
}

static buffers make_buffers(const order *o)
{
    size_t room = exchanged(o);
    buffers b = {.outgoing = malloc(room), .incoming = malloc(room)};
    if (b.outgoing == NULL || b.incoming == NULL)
        fan_job_abort("no memory for exchanges of %zu bytes", 2 * room);
    memset(b.outgoing, 1, room);
    return b;
}

static void free_buffers(buffers *b)
{
    free(b->outgoing);
    free(b->incoming);
}

/* Everyone begins with another neighbour. */
static times exchange(MPI_Comm comm, const order *o, const buffers *b)
{
    traffic t = {
        .comm = comm, .k = o->k, .bytes = o->bytes, .chunk = o->chunk, .at_once = at_once(o)};
    int rank;
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i < o->k; i++) {
        size_t at = (size_t)i * (size_t)o->bytes;
        t.flows[i] = (flow){.data = b->incoming + at, .peer = (rank + o->k - i) % (o->k + 1)};
        t.flows[o->k + i] = (flow){.data = b->outgoing + at, .peer = (rank + 1 + i) % (o->k + 1)};
    }
    return run(&t);
}

/*
 * The longest seconds of all ranks, of all the time until most of the bytes were here, or without
 * the beginning.
 */
static double timed_exchange(MPI_Comm comm, const order *o, const buffers *b, bool from_start)
{
    MPI_Barrier(comm);
    times t = exchange(comm, o, b);
    double seconds = from_start ? t.most : t.most - t.few;
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, comm);
    return seconds;
}

/* Rank 0's curve gets the rates; the others have none. The first round is for warming up. */
static void measure_k(MPI_Comm comm, const order *o, const fan_tune_budget *time,
                      fan_tune_curve *rates)
{
    buffers b = make_buffers(o);
    double start = MPI_Wtime(), seconds = timed_exchange(comm, o, &b, true);
    int rounds = fan_tune_budget_rounds(time, comm, MPI_Wtime() - start, MOST_ROUNDS);
    for (int round = 0; round < rounds || (round == 0 && rounds == 0); round++) {
        if (rounds > 0)
            seconds = timed_exchange(comm, o, &b, true);
        if (rates != NULL)
            fan_tune_curve_add(rates, o->k, most * (double)exchanged(o) / seconds);
    }
    free_buffers(&b);
}

static void measure_chunk(MPI_Comm comm, const order *o, const buffers *b, fan_tune_curve *chunks)
{
    double seconds = timed_exchange(comm, o, b, false);
    if (chunks != NULL)
        fan_tune_curve_add(chunks, o->chunk, seconds / ((most - few) * o->bytes / o->chunk));
}

/* All sizes by turns, so that what disturbs the machine disturbs all of them. */
static void measure_turn(MPI_Comm comm, const order *o, const buffers *b, fan_tune_curve *chunks)
{
    order sized = *o;
    for (int size = 0; size < SIZES; size++, sized.chunk *= STEP)
        measure_chunk(comm, &sized, b, chunks);
}

/*
 * The same for the times of chunks. The beginning, until the first chunks are here, is longer for
 * large ones; that is no part of what a chunk takes.
 */
static void measure_sizes(MPI_Comm comm, const order *o, const fan_tune_budget *time,
                          fan_tune_curve *chunks)
{
    buffers b = make_buffers(o);
    fan_tune_curve first = {0};
    double start = MPI_Wtime();
    measure_turn(comm, o, &b, &first);
    int rounds = fan_tune_budget_rounds(time, comm, MPI_Wtime() - start, MOST_ROUNDS);
    for (int round = 0; round < rounds; round++)
        measure_turn(comm, o, &b, chunks);
    if (rounds == 0 && chunks != NULL)
        *chunks = first;
    free_buffers(&b);
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
    return (int)fmin(fmax(8 * 2 * params->overhead * params->bandwidth, SMALLEST_CHUNK),
                     LARGEST_CHUNK);
}

static double hop(const fan_params *params)
{
    return params->latency + 2 * params->overhead;
}

/*
 * Bytes on the way on each of k connections, so that a link is never idle for a round trip; half as
 * much again, because answers wait, too.
 */
static int bytes_ahead(const fan_params *params, int k)
{
    return (int)fmin(1.5 * 2 * hop(params) * params->bandwidth / k, MOST_ROUND_BYTES);
}

/*
 * The seconds of an exchange, with what surrounds it. One of many connections may be much slower
 * than the model says, and each agreement of all ranks is a few messages one after the other.
 */
static double expected_seconds(const fan_params *params, int k, double bytes)
{
    enum { AGREEMENTS = 10 };
    return 2 * bytes / params->bandwidth + AGREEMENTS * ceil(log2(k + 1)) * hop(params);
}

/* On rank 0: bytes for as long as there is time; 0: not even for the least. */
static double affordable_bytes(const fan_tune_budget *b, int k, double least,
                               const fan_params *params)
{
    double left = fmax(fan_tune_time_left(b->job, b->share), 0);
    double longest = fmax(longest_round, hops_in_round * hop(params));
    double round = fmin(longest, left / (b->to_come * (MOST_ROUNDS + 1)));
    double bytes = fmin(fmax(round * params->bandwidth, least), MOST_ROUND_BYTES);
    double rest = fan_tune_time_left(b->job, 1);
    return expected_seconds(params, k, bytes) <= rest ? bytes : 0;
}

/* Those of the first k + 1 ranks; MPI_COMM_NULL elsewhere. */
static MPI_Comm first_ranks(MPI_Comm usual, int k)
{
    int rank;
    MPI_Comm_rank(usual, &rank);
    MPI_Comm comm;
    MPI_Comm_split(usual, rank <= k ? 0 : MPI_UNDEFINED, rank, &comm);
    return comm;
}

/* ---- rates ---- */

static void measure_order(MPI_Comm usual, const order *o, const fan_tune_budget *time,
                          fan_tune_curve *rates)
{
    MPI_Comm comm = first_ranks(usual, o->k);
    if (comm == MPI_COMM_NULL)
        return;
    measure_k(comm, o, time, rates);
    MPI_Comm_free(&comm);
}

/* Exchanges from k on. */
static int count_from(int k, int largest)
{
    int count = 0;
    for (; k != 0; k = next_k(k, largest))
        count++;
    return count;
}

/* What is on the way at the beginning and the end is to be little of it. */
static order make_rates_order(const fan_tune_budget *b, int k, const fan_params *params)
{
    enum { TIMES = 2 };
    int ahead = bytes_ahead(params, k);
    double least = fmax(LEAST_ROUND_BYTES, (double)TIMES * k * ahead);
    double bytes = affordable_bytes(b, k, least, params);
    return (order){.k = bytes > 0 ? k : 0,
                   .bytes = (int)bytes / k,
                   .chunk = chunk_bytes(params),
                   .ahead = ahead};
}

/* If time is up the curve ends, which tells as much as a job with fewer ranks. */
static void measure_rates(const fan_tune_job *job, double share, MPI_Comm usual,
                          fan_tune_results *results)
{
    int size;
    MPI_Comm_size(usual, &size);
    int largest = size - 1 < LARGEST_K ? size - 1 : LARGEST_K;
    for (int k = 1; k != 0; k = next_k(k, largest)) {
        order o;
        fan_tune_budget b = {job, share, count_from(k, largest)};
        if (job->rank == 0) {
            fan_tune_progress(job, "exchange with %d at once", k);
            o = make_rates_order(&b, k, &results->params);
        }
        fan_tune_share(&o, sizeof o, usual);
        if (o.k == 0)
            return;
        measure_order(usual, &o, &b, job->rank == 0 ? &results->rates : NULL);
    }
}

/* ---- chunks ---- */

/*
 * The smallest one is 4 KiB, but its bytes must take longer than the overheads, or these would be
 * taken for the gap; and so would latency, if there were not requests for all that is on the way.
 */
static int first_chunk(const fan_params *params)
{
    const int most_requests = MOST_REQUESTS / 2 - AT_ONCE, ahead = bytes_ahead(params, 1);
    int chunk = LEAST_FIRST;
    while (chunk < MOST_FIRST &&
           (chunk < 2 * params->overhead * params->bandwidth || ahead / chunk > most_requests))
        chunk *= STEP;
    return chunk;
}

/* Few and most of the bytes are whole chunks of each size, and few is more than is on the way. */
static order make_chunks_order(const fan_tune_budget *b, const fan_params *params)
{
    order o = {.k = 1, .chunk = first_chunk(params), .ahead = bytes_ahead(params, 1)};
    int unit = PARTS * o.chunk * STEP * STEP;
    double least =
        fmin(fmax(fmax(unit, LEAST_ROUND_BYTES), (double)PARTS * o.ahead), MOST_ROUND_BYTES);
    o.bytes = (int)affordable_bytes(b, 1, least, params) / unit * unit;
    o.k = o.bytes > 0;
    return o;
}

static void run_chunks_order(MPI_Comm usual, const order *o, const fan_tune_budget *b,
                             fan_tune_curve *chunks)
{
    MPI_Comm comm = first_ranks(usual, o->k);
    if (comm != MPI_COMM_NULL) {
        measure_sizes(comm, o, b, chunks);
        MPI_Comm_free(&comm);
    }
    int done = 1;
    fan_tune_share(&done, sizeof done, usual); /* the others sleep until then */
}

static void measure_chunks(const fan_tune_job *job, double share, MPI_Comm usual,
                           fan_tune_results *results)
{
    order o;
    fan_tune_budget b = {job, share, SIZES};
    if (job->rank == 0) {
        fan_tune_progress(job, "exchange of chunks");
        o = make_chunks_order(&b, &results->params);
        b.to_come = 1; /* what is agreed on are turns of all sizes */
    }
    fan_tune_share(&o, sizeof o, usual);
    if (o.k > 0)
        run_chunks_order(usual, &o, &b, job->rank == 0 ? &results->chunks : NULL);
}

void fan_tune_measure_exchange(const fan_tune_job *job, double rates, double chunks,
                               fan_tune_results *results)
{
    MPI_Comm usual = usual_ranks(job, results);
    if (usual == MPI_COMM_NULL)
        return;
    measure_rates(job, rates, usual, results);
    measure_chunks(job, chunks, usual, results);
    MPI_Comm_free(&usual);
}
