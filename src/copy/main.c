/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/command/guard.h"
#include "copy/job/outcome.h"
#include "copy/job/printable.h"
#include "copy/job/ranks.h"
#include "copy/job/stop.h"
#include "copy/job/streams.h"
#include "copy/options/options.h"
#include "copy/run.h"
#include "launch/alone.h"
#include "os/path.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

/* At every exit(), also argp's: to the launcher, a rank that ends without this has crashed. */
static void finalize(void)
{
    MPI_Finalize();
}

static void tell_no_source(const char *host)
{
    char shown[FAN_COPY_PRINTABLE * FAN_COPY_HOST];
    fan_copy_printable(host, shown, sizeof shown);
    fprintf(stderr,
            "fanout-copy: --source-host %s: no process of this job runs on that host; start one "
            "there\n",
            shown);
}

static int copy(const fan_copy_options *options, fan_copy_ranks *ranks)
{
    fan_copy_ranks_open(ranks, fan_os_path_per_rank(options->destination), options->source_host);
    if (ranks->source < 0) {
        if (ranks->world_rank == 0)
            tell_no_source(options->source_host);
        return 1;
    }
    if (ranks->world_rank != ranks->source &&
        (fan_copy_from_stdin(options) || fan_copy_from_stdin_list(options)))
        fan_copy_streams_drain_input();
    int status = ranks->writers != MPI_COMM_NULL ? fan_copy_run(options, ranks) : 0;
    return fan_copy_ranks_agree(status, ranks->source);
}

int main(int argc, char **argv)
{
    fan_copy_streams_open();
    if (fan_copy_guard_is_wanted(argc, argv))
        return fan_copy_guard_run(argv);
    fan_copy_signals_hold();
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS || atexit(finalize) != 0)
        return EXIT_FAILURE;
    fan_copy_mpi_errors_abort();

    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fan_copy_options options;
    fan_copy_options_parse(argc, argv, rank == 0, &options);
    if (fan_launch_refuses("fanout-copy"))
        return EXIT_FAILURE;
    fan_copy_signals_handle();

    fan_copy_ranks ranks;
    int status = copy(&options, &ranks);
    fan_copy_ranks_close(&ranks);
    fan_copy_options_free(&options);
    fan_copy_signals_ignore();
    return status;
}
