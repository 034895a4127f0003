/* SPDX-License-Identifier: BSD-3-Clause */
/* More communicators that live at the same time than an MPI library could have twice. */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"
#include "tests/lib/concurrency/pattern.h"

#include <stdlib.h>

enum { BYTES = 100000, DUPLICATES = 1500, ORDERS = 300 };

static int rank, size;

static bool broadcast(MPI_Comm comm, int salt, char *data)
{
    int ranks;
    MPI_Comm_size(comm, &ranks);
    return pattern_broadcast(data, BYTES, salt % ranks, comm, salt);
}

/* ---- of the same ranks ---- */

static void test_duplicates(char *data)
{
    static MPI_Comm comms[DUPLICATES];
    bool good = true;
    for (int i = 0; i < DUPLICATES; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &comms[i]);
        good = broadcast(comms[i], i, data) && good;
    }
    for (int i = 0; i < DUPLICATES; i++)
        good = broadcast(comms[i], i + 1, data) && good;
    for (int i = 0; i < DUPLICATES; i++)
        MPI_Comm_free(&comms[i]);
    tap_ok(good, "%d duplicates that live at the same time", DUPLICATES);
}

/* ---- of the same ranks, each in another order ---- */

/* The place of this rank in the n-th permutation of all ranks. */
static int place(int n)
{
    int left[16], places = size;
    for (int i = 0; i < size; i++)
        left[i] = i;
    for (int i = 0;; i++) {
        int chosen = n % places;
        n /= places;
        if (left[chosen] == rank)
            return i;
        for (int j = chosen; j + 1 < places; j++)
            left[j] = left[j + 1];
        places--;
    }
}

static int factorial(int n)
{
    return n <= 1 ? 1 : n * factorial(n - 1);
}

/*
 * More than one process may have private communicators: the rest is left to MPI, or fails. Returns
 * how many broadcasts were right.
 */
static int count_right(int count, const char *fallback, char *data)
{
    static MPI_Comm comms[ORDERS];
    int right = 0;
    setenv("FANOUT_FALLBACK", fallback, 1);
    for (int i = 0; i < count; i++) {
        MPI_Comm_split(MPI_COMM_WORLD, 0, place(i), &comms[i]);
        MPI_Comm_set_errhandler(comms[i], MPI_ERRORS_RETURN);
        right += broadcast(comms[i], i, data);
    }
    for (int i = 0; i < count; i++)
        right += broadcast(comms[i], i + 1, data);
    for (int i = 0; i < count; i++)
        MPI_Comm_free(&comms[i]);
    return right;
}

static void test_orders(char *data)
{
    int count = factorial(size) < ORDERS ? factorial(size) : ORDERS;
    tap_ok(count_right(count, "warn", data) == 2 * count,
           "%d communicators whose ranks are in different orders", count);
    int right = count_right(count, "error", data), most;
    MPI_Allreduce(&right, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    tap_ok(right == most && right >= count && right < 2 * count && right % 2 == 0,
           "FANOUT_FALLBACK=error: those without a private communicator fail, each time, on all "
           "ranks (%d of %d are right)",
           right, 2 * count);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    char *data = malloc(BYTES);
    test_duplicates(data);
    test_orders(data);
    free(data);
    return tap_end();
}
