/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file tap.h  Collective TAP: every rank checks, rank 0 prints one line for all.
 *
 * A check passes when it holds on every rank. Run under tests/run-mpi, which says how many ranks
 * there must be.
 */
#ifndef FAN_TESTS_TAP_H
#define FAN_TESTS_TAP_H

#include <mpi.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int tap_checks, tap_failures, tap_rank;

/** MPI_Init_thread, and check the number of ranks. */
static inline void tap_begin(int required)
{
    int provided, size;
    MPI_Init_thread(NULL, NULL, required, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &tap_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const char *expected = getenv("FANOUT_TEST_RANKS");
    if (expected == NULL || atoi(expected) != size) {
        printf("Bail out! there are %d ranks, tests/run-mpi asked for %s\n", size,
               expected ? expected : "none");
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

/** One check. Collective over MPI_COMM_WORLD. The text must be equal on all ranks. */
__attribute__((format(printf, 2, 3))) static inline bool tap_ok(bool holds, const char *format, ...)
{
    int failing = holds ? 0 : 1;
    MPI_Allreduce(MPI_IN_PLACE, &failing, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    tap_checks++;
    tap_failures += failing != 0;
    if (tap_rank == 0) {
        va_list arguments;
        va_start(arguments, format);
        printf("%sok %d - ", failing ? "not " : "", tap_checks);
        vprintf(format, arguments);
        va_end(arguments);
        if (failing)
            printf(" (fails on %d ranks)", failing);
        printf("\n");
        fflush(stdout);
    }
    return failing == 0;
}

/** Whether all ranks have given the same number. Collective over MPI_COMM_WORLD. */
static inline bool tap_is_same(double number)
{
    double ends[2] = {number, -number};
    MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
    return ends[0] == -ends[1];
}

/** Print the plan, finalize, and return the exit status for main. */
static inline int tap_end(void)
{
    if (tap_rank == 0)
        printf("1..%d\n", tap_checks);
    fflush(stdout);
    MPI_Finalize();
    return tap_failures != 0;
}

#endif
