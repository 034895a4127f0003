/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/probe/probe.h"

#include "comm/wait.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/param.h>

enum {
    MOST_PINGS = 4,
    SHORT_MESSAGES = 8, /* a TCP connection sends ten segments before it has heard of any */
    PIECE = 16 * 1024,  /* of a train: MPI sends it at once */
    FIRST_PIECES = 2,
    PAST_A_BURST = 8, /* 128 KiB; the burst of a shaped link, which shows nothing, is often 64 */
    MOST_PIECES = 512
};

static const double pings_take = 0.2e-3; /* seconds, if there are to be more than two */
static const double agree_within = 0.25; /* two rates that tell the same */

/* What the leading rank says first: so many messages of so many bytes; none: the end. */
typedef struct train {
    int count, bytes;
} train;

typedef struct track {
    MPI_Comm comm;
    int peer, tag;
    int window;   /* pieces that are received at a time */
    char *room;   /* [window * PIECE] */
    bool is_left; /* the follower has failed, and follows no more */
    char piece[PIECE];
    MPI_Request requests[MOST_PIECES];
} track;

static int send_one(track *t, const void *data, int bytes)
{
    MPI_Request request;
    int code = PMPI_Isend(data, bytes, MPI_BYTE, t->peer, t->tag, t->comm, &request);
    return fan_comm_complete_message(code, &request);
}

static int receive_one(track *t, void *data, int bytes)
{
    MPI_Request request;
    int code = PMPI_Irecv(data, bytes, MPI_BYTE, t->peer, t->tag, t->comm, &request);
    return fan_comm_complete_message(code, &request);
}

/* ---- leading ---- */

/*
 * The follower waits for every piece, so that one that MPI refuses is tried again. Returns the
 * first error; after it, nothing that was begun is in progress.
 */
static int send_pieces(track *t, train length, int *begun)
{
    int code = MPI_SUCCESS;
    *begun = 0;
    for (int tries = 0; *begun < length.count && tries < 2 * length.count; tries++) {
        int sent = PMPI_Isend(t->piece, length.bytes, MPI_BYTE, t->peer, t->tag, t->comm,
                              &t->requests[*begun]);
        *begun += sent == MPI_SUCCESS;
        code = fan_comm_first(code, sent);
    }
    return fan_comm_complete_messages(code, *begun, t->requests);
}

/* Send a train and wait for its echo, which says whether the follower could receive it. */
static int run(track *t, train length, double *seconds)
{
    double start = MPI_Wtime();
    int begun, failed = 0;
    *seconds = 0;
    int code = send_one(t, &length, sizeof length);
    if (code != MPI_SUCCESS)
        return code;
    code = send_pieces(t, length, &begun);
    if (code != FAN_GAVE_UP && begun == length.count && length.bytes >= 0)
        code = fan_comm_first(code, receive_one(t, &failed, sizeof failed));
    *seconds = MPI_Wtime() - start;
    t->is_left = failed != 0;
    return t->is_left ? fan_comm_first(code, MPI_ERR_OTHER) : code;
}

/* The first message makes the connection. */
static int measure_round_trip(track *t, double *round_trip)
{
    double spent = 0, seconds;
    int code = run(t, (train){0, 0}, &seconds);
    *round_trip = INFINITY;
    for (int i = 0; i < MOST_PINGS && code == MPI_SUCCESS && (i == 0 || spent < pings_take); i++) {
        code = run(t, (train){0, 0}, &seconds);
        *round_trip = fmin(*round_trip, seconds);
        spent += seconds;
    }
    return code;
}

static int measure_overhead(track *t, double round_trip, double *overhead)
{
    double seconds;
    int code = run(t, (train){SHORT_MESSAGES, 1}, &seconds);
    *overhead = fmin(fmax(seconds - round_trip, 0) / SHORT_MESSAGES, round_trip / 4);
    return code;
}

double fan_probe_allowed(const fan_probe_patience *patience, double rate)
{
    return fmax(patience->seconds, patience->share * patience->of_bytes / rate);
}

/*
 * By what a train took longer than the first one; but not much more than by what it took longer
 * than none, because a disturbed first one would make that infinite. So would a disturbed round
 * trip: not all of the time of a train is taken for one.
 */
static double rate_of(double bytes, double seconds, double first, double round_trip)
{
    enum { AT_MOST = 2, AT_LEAST_A = 16 };
    double whole = bytes / fmax(seconds - round_trip, seconds / AT_LEAST_A);
    if (first == 0 || seconds <= first)
        return whole;
    return fmin((bytes - FIRST_PIECES * PIECE) / (seconds - first), AT_MOST * whole);
}

/* After trains of fewer than so many pieces, the last of which had this rate. */
static bool is_enough(const fan_probe_patience *patience, int pieces, double rate, double seconds)
{
    return patience->of_bytes > 0 && pieces > PAST_A_BURST &&
           seconds > patience->at_most * patience->of_bytes / rate;
}

static int measure_bandwidth(track *t, const fan_probe_patience *patience, double round_trip,
                             fan_probe_link *link)
{
    double spent = 0, first = 0, rate = 0;
    for (int pieces = FIRST_PIECES; pieces <= MOST_PIECES && !link->is_settled; pieces *= 2) {
        double seconds, before = rate, bytes = (double)pieces * PIECE;
        /* By the rate: of the time of the train before, a burst may have taken a part away. */
        double expected = round_trip + (rate > 0 ? bytes / rate : 0);
        if (spent + expected > fan_probe_allowed(patience, rate > 0 ? rate : bytes / expected))
            break;
        link->is_rough = is_enough(patience, pieces, rate, spent + expected);
        if (link->is_rough)
            break;
        int code = run(t, (train){pieces, PIECE}, &seconds);
        if (code != MPI_SUCCESS)
            return code;
        rate = rate_of(bytes, seconds, first, round_trip);
        bool agree = before > 0 && fabs(rate / before - 1) < agree_within;
        link->is_settled = (agree && seconds > 2 * round_trip) || pieces == MOST_PIECES;
        first = first == 0 ? seconds : first;
        spent += seconds;
    }
    link->bandwidth = rate;
    return MPI_SUCCESS;
}

bool fan_probe_fits(const fan_probe_link *link, double round_trip)
{
    enum { TIMES = 2 };
    double expected = 2 * (link->latency + 2 * link->overhead);
    return round_trip <= TIMES * expected && expected <= TIMES * round_trip;
}

/* All but the round trip. */
static int measure_rest(track *t, const fan_probe_patience *patience, double round_trip,
                        fan_probe_link *link)
{
    int code = MPI_SUCCESS;
    if (round_trip < patience->seconds)
        code = measure_overhead(t, round_trip, &link->overhead);
    if (code == MPI_SUCCESS)
        code = measure_bandwidth(t, patience, round_trip, link);
    link->latency = fmax(round_trip / 2 - 2 * link->overhead, 0);
    return code;
}

int fan_probe_lead(MPI_Comm comm, int peer, int tag, const fan_probe_patience *patience,
                   const fan_probe_link *known, fan_probe_link *link, bool *is_as_known)
{
    track t = {.comm = comm, .peer = peer, .tag = tag};
    double round_trip = 0, unused;
    *link = (fan_probe_link){0};
    int code = measure_round_trip(&t, &round_trip);
    *is_as_known = code == MPI_SUCCESS && known != NULL && fan_probe_fits(known, round_trip);
    if (*is_as_known)
        *link = *known;
    else if (code == MPI_SUCCESS)
        code = measure_rest(&t, patience, round_trip, link);
    if (t.is_left || code == FAN_GAVE_UP)
        return code;
    return fan_comm_first(code, run(&t, (train){0, -1}, &unused));
}

/* ---- following ---- */

static int post(track *t, int place, int bytes)
{
    return PMPI_Irecv(t->room + (size_t)place * PIECE, bytes, MPI_BYTE, t->peer, t->tag, t->comm,
                      &t->requests[place]);
}

/*
 * The pieces come in order: each waits for the one whose place it takes. After a failure those that
 * are still to come are received one by one. Returns the first error; nothing is in progress then.
 */
static int receive_train(track *t, train length)
{
    int code = MPI_SUCCESS, posted = 0;
    for (int done = 0; done < length.count; done++) {
        if (code == FAN_GAVE_UP)
            break;
        while (code == MPI_SUCCESS && posted < MIN(length.count, done + t->window)) {
            code = post(t, posted % t->window, length.bytes);
            posted += code == MPI_SUCCESS;
        }
        int received = done < posted
                           ? fan_comm_complete_message(MPI_SUCCESS, &t->requests[done % t->window])
                           : receive_one(t, t->piece, length.bytes);
        code = fan_comm_first(code, received);
    }
    return code;
}

/* Until the end, or a failure, of which the other one is told. */
static int follow(track *t)
{
    train length;
    int code, failure = MPI_SUCCESS;
    while ((code = receive_one(t, &length, sizeof length)) == MPI_SUCCESS && length.bytes >= 0) {
        failure = receive_train(t, length);
        int failed = failure != MPI_SUCCESS;
        code = send_one(t, &failed, sizeof failed);
        if (failed || code != MPI_SUCCESS)
            break;
    }
    return fan_comm_first(failure, code);
}

/* Without memory for more, one piece at a time will do. */
int fan_probe_follow(MPI_Comm comm, int peer, int tag)
{
    enum { WINDOW = 16 };
    track t = {.comm = comm, .peer = peer, .tag = tag, .window = WINDOW};
    char *room = malloc((size_t)WINDOW * PIECE);
    t.room = room;
    if (room == NULL) {
        t.window = 1;
        t.room = t.piece;
    }
    int code = follow(&t);
    free(room);
    return code;
}
