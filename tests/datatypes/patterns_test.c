/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The broadcasts of patterns.h at 16 ranks, where plain Open MPI 4.1.4 does each of them wrong
 * (bench/signatures shows it), by every algorithm.
 */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/state/comm_state.h"
#include "tests/common/tap.h"
#include "tests/datatypes/patterns.h"

static const char *const algorithms[] = {"auto", "chain", "group", "full", "ktree", "kexchange"};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof algorithms[0] };

static void test_algorithm(const char *algorithm)
{
    MPI_Comm comm;
    MPI_Info hints;
    fan_comm_state *state;
    fan_trace trace = {0};
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_algorithm", algorithm);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    if (fan_lifetime_state(comm, &state) == FAN_OK)
        state->trace = &trace;
    for (int pattern = 0; pattern < pattern_count(); pattern++) {
        pattern_outcome outcome = pattern_run(pattern, fanout_bcast, comm);
        tap_ok(outcome.error_class == MPI_SUCCESS && outcome.wrong == 0 && trace.count > 0,
               "%s: %s to %s", algorithm, pattern_text(pattern, true),
               pattern_text(pattern, false));
        fan_trace_clear(&trace);
    }
    MPI_Comm_free(&comm);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    for (int i = 0; i < ALGORITHM_COUNT; i++)
        test_algorithm(algorithms[i]);
    return tap_end();
}
