/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/party/links.h"

#include "comm/probe/train.h"
#include "copy/job/memory.h"
#include "copy/party/pace.h"

#include <stdlib.h>
#include <sys/param.h>

enum { TAG = 3 };

typedef struct trains {
    MPI_Comm comm;
    int rank, size;
    int pieces; /* of each */
} trains;

/* Run one train to and from this rank; all learn all rates. */
static void run(const trains *t, int to, int from, double *rates)
{
    double rate = 0;
    fan_probe_train(t->comm, to, from, TAG, t->pieces, &rate);
    MPI_Allgather(&rate, 1, MPI_DOUBLE, rates, 1, MPI_DOUBLE, t->comm);
}

static double usual_of(const trains *t, const double *rates)
{
    const fan_copy_pace pace = {.rates = rates, .size = t->size};
    return fan_copy_pace_usual(&pace);
}

/* Shorter ones say little where links burst, or processors are busy. */
static void run_long_enough(trains *t, int most, double *rates)
{
    enum { GROWTH = 8 };
    const double least = 3e-3; /* seconds */
    for (;; t->pieces *= GROWTH) {
        MPI_Barrier(t->comm);
        run(t, (t->rank + 1) % t->size, (t->rank + t->size - 1) % t->size, rates);
        double took = t->pieces * (double)FAN_PROBE_TRAIN_PIECE / usual_of(t, rates);
        if (took >= least || t->pieces * GROWTH > most)
            return;
    }
}

/* ---- suspects ---- */

static bool is_suspect(const double *rates, int rank, double usual)
{
    return 2 * rates[rank] < usual;
}

/* The n-th rank that is, or is not, a suspect, or MPI_PROC_NULL. */
static int nth(const trains *t, const double *rates, double usual, bool suspect, int n)
{
    for (int rank = 0; rank < t->size; rank++)
        if (is_suspect(rates, rank, usual) == suspect && n-- == 0)
            return rank;
    return MPI_PROC_NULL;
}

/* Which suspect, or which of the others, this rank is. */
static int own_number(const trains *t, const double *rates, double usual)
{
    int number = 0;
    for (int rank = 0; rank < t->rank; rank++)
        number += is_suspect(rates, rank, usual) == is_suspect(rates, t->rank, usual);
    return number;
}

/* Each receives from one that is not; there are more of those, as they are above the median. */
static void ask_again(const trains *t, double *rates)
{
    double usual = usual_of(t, rates);
    bool suspect = is_suspect(rates, t->rank, usual);
    if (nth(t, rates, usual, true, 0) == MPI_PROC_NULL)
        return;
    int partner = nth(t, rates, usual, !suspect, own_number(t, rates, usual));
    double *again = fan_copy_allocate((size_t)t->size, sizeof *again);
    run(t, suspect ? MPI_PROC_NULL : partner, suspect ? partner : MPI_PROC_NULL, again);
    for (int rank = 0; rank < t->size; rank++)
        rates[rank] = MAX(rates[rank], again[rank]);
    free(again);
}

void fan_copy_links_measure(MPI_Comm comm, double left, double *rates)
{
    enum { LEAST = 8, SHARE = 64 };
    int most = (int)MIN(left / SHARE / FAN_PROBE_TRAIN_PIECE, FAN_PROBE_TRAIN_MOST);
    trains t = {.comm = comm, .pieces = LEAST};
    if (most < LEAST)
        return;
    MPI_Comm_rank(comm, &t.rank);
    MPI_Comm_size(comm, &t.size);
    run_long_enough(&t, most, rates);
    ask_again(&t, rates);
}
