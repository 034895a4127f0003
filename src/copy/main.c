/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/command/guard.h"
#include "copy/drive/drive.h"
#include "copy/hosts/probe.h"
#include "copy/job/outcome.h"
#include "copy/job/printable.h"
#include "copy/job/ranks.h"
#include "copy/job/stop.h"
#include "copy/job/streams.h"
#include "copy/needs.h"
#include "copy/options/locate.h"
#include "copy/options/options.h"
#include "copy/orphans/list.h"
#include "copy/report/text.h"
#include "copy/run.h"
#include "copy/silence/silence.h"
#include "copy/survive/death.h"
#include "copy/survive/survival.h"
#include "launch/alone.h"
#include "launch/claim.h"
#include "launch/input.h"

#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { USAGE = 2 };

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

/* After a death ranks may take what others have not said for an error. */
static void print_message(void *unused, const char *host, const char *path, const char *text)
{
    (void)unused;
    if (fan_copy_death_is_noted())
        return;
    fan_copy_text_message(host, path, text);
}

static void abort_job(void *of_ranks, int code, const char *text, bool together)
{
    const fan_copy_ranks *ranks = of_ranks;
    if (fan_copy_death_explains(code))
        return;
    if (together)
        fan_copy_abort_together(ranks->rank == 0, text);
    fan_copy_abort("%s", text);
}

static int copy_between(const fan_copy_options *options, fan_copy_ranks *ranks,
                        fan_copy_survival *survival)
{
    const fan_copy_audience user = {.message = print_message, .lost = abort_job, .state = ranks};
    if (ranks->job_rank != ranks->source &&
        (fan_copy_from_stdin(options) || fan_copy_from_stdin_list(options)))
        fan_copy_streams_drain_input();
    if (ranks->writers != MPI_COMM_NULL)
        return fan_copy_run(options, ranks, survival, &user);
    return fan_copy_survival_settle(survival, ranks) ? 0 : FAN_COPY_RUN_AGAIN;
}

static int attempt(fan_copy_options *options, fan_copy_ranks *ranks, fan_copy_survival *survival)
{
    fan_copy_ranks_options wanted = fan_copy_needs_ranks(options);
    if (survival != NULL)
        wanted.job = survival->job;
    fan_copy_ranks_open(ranks, &wanted);
    if (!fan_copy_survival_settle(survival, ranks))
        return FAN_COPY_RUN_AGAIN;
    fan_copy_survival_number(survival, ranks);
    if (ranks->source < 0) {
        if (ranks->job_rank == 0)
            tell_no_source(wanted.source_host);
        return 1;
    }
    if (!fan_copy_locate(options, ranks))
        return USAGE;
    int status = copy_between(options, ranks, survival);
    if (status == FAN_COPY_RUN_AGAIN)
        return status;
    status = fan_copy_ranks_agree(ranks, status);
    fan_copy_list_remove(); /* not before: until then the source can be lost */
    return status;
}

/* ---- one attempt after the other ---- */

static void tell_death(const fan_copy_options *options, const fan_copy_survival *survival,
                       const char *format, ...)
{
    char text[FAN_COPY_TEXT];
    va_list arguments;
    if (!fan_copy_survival_speaks(survival))
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fan_copy_text_message(survival->hosts[survival->number], options->destination, text);
}

/* Some have died. False if the others cannot have all data. */
static bool go_on(fan_copy_options *options, fan_copy_survival *survival)
{
    bool keeps = fan_copy_options_resumable(options);
    const char *source = fan_copy_survival_go_on(survival);
    if (source != NULL)
        tell_death(options, survival,
                   "the host of the source, %s, does not answer: its process has died, and only it "
                   "has all data%s",
                   source, keeps ? "; what has arrived is kept for --resume" : "");
    else if (fan_copy_from_stdin(options) || fan_copy_from_stdin_list(options))
        tell_death(options, survival,
                   "a process has died, and what was read from standard input cannot be read "
                   "again; give the data once more");
    else {
        options->driven.again = keeps;
        options->driven.began = time(NULL) - (time_t)(MPI_Wtime() - survival->start);
        if (!options->quiet)
            tell_death(options, survival, "a process has died; going on without it%s",
                       keeps ? "; what has arrived is not sent again" : "");
        return true;
    }
    return false;
}

/* Returns the exit status. `ranks` are those of the last attempt. */
static int copy(fan_copy_options *options, fan_copy_ranks *ranks, fan_copy_survival *survival,
                double silence)
{
    for (;;) {
        fan_copy_silence_begin(survival != NULL ? survival->job : MPI_COMM_WORLD, silence);
        int status = attempt(options, ranks, survival);
        if (status != FAN_COPY_RUN_AGAIN)
            return status;
        fan_copy_silence_pause();
        fan_copy_ranks_leave(ranks);
        if (!go_on(options, survival))
            return 1;
    }
}

/* MPI_Finalize may wait for those that have died: Open MPI 5.0.7 does so now and then. */
static _Noreturn void end_without_finalizing(int status)
{
    fan_copy_signals_ignore();
    fflush(NULL);
    _exit(fan_copy_death_is_noted() ? 1 : status);
}

static int refuse_job(const fan_launch_claim *claim)
{
    if (claim->first)
        fprintf(stderr,
                "fanout-copy: --hosts, --hostfile: this process is in a job of MPI already "
                "(%s=%s is set), and starts no other; leave the option out, or mpirun\n",
                claim->variable, claim->value);
    return USAGE;
}

/*
 * --hosts: this process has no part in MPI, but starts a job that has. False if the command line
 * only looked like that.
 */
static bool start_job(int argc, char **argv, int *status)
{
    fan_launch_claim claim;
    fan_copy_options options;
    bool is_in_job = fan_launch_is_in_job(&claim), speaks = !is_in_job || claim.first;
    fan_launch_let_first_speak(speaks); /* a wrong command line ends the process here */
    fan_copy_options_parse(argc, argv, speaks, &options);
    bool starts = options.hosts != NULL || options.host_file != NULL;
    if (starts && is_in_job) {
        *status = refuse_job(&claim);
    } else if (starts) {
        const fan_copy_drive_options how = fan_copy_needs_drive(&options);
        *status = fan_copy_drive_run(&how);
    }
    fan_copy_options_free(&options);
    return starts;
}

int main(int argc, char **argv)
{
    fan_copy_streams_open();
    if (fan_copy_guard_is_wanted(argc, argv))
        return fan_copy_guard_run(argv);
    if (fan_copy_answer_is_wanted(argc, argv))
        return EXIT_SUCCESS;
    int status;
    if (fan_copy_options_hint_at_job(argc, argv) && start_job(argc, argv, &status))
        return status;
    fan_copy_signals_hold();
    pid_t input_giver = fan_launch_input_giver(); /* while it lives: without it MPI_Init fails */
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS || atexit(finalize) != 0)
        return EXIT_FAILURE;
    fan_copy_mpi_errors_abort();

    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fan_copy_options options;
    fan_copy_options_parse(argc, argv, rank == 0, &options);
    options.input_giver = input_giver;
    if (fan_launch_refuses("fanout-copy"))
        return EXIT_FAILURE;
    fan_copy_signals_handle(options.driven.keeps, options.driven.given);

    fan_copy_ranks ranks;
    fan_copy_survival survival;
    double silence = fan_copy_needs_silence(&options);
    const fan_copy_ranks_options wanted = fan_copy_needs_ranks(&options);
    bool may_die = !options.driven.given && fan_copy_survival_begin(&survival, &wanted);
    status = copy(&options, &ranks, may_die ? &survival : NULL, silence);
    if (fan_copy_death_is_noted() || (may_die && survival.any))
        end_without_finalizing(status);
    fan_copy_silence_end(silence, status);
    fan_copy_ranks_close(&ranks);
    fan_copy_options_free(&options);
    fan_copy_signals_ignore();
    return status;
}
