/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/drive/drive.h"

#include "base/clock.h"
#include "base/hostlist.h"
#include "copy/command/descendants.h"
#include "copy/drive/round.h"
#include "copy/drive/sources.h"
#include "copy/drive/verdict.h"
#include "copy/hosts/hosts.h"
#include "copy/hosts/launcher.h"
#include "copy/hosts/probe.h"
#include "copy/hosts/words.h"
#include "copy/job/driven.h"
#include "copy/job/memory.h"
#include "copy/job/stop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    USAGE = 2,
    /* Jobs that end although all hosts answer: whatever it is, it is not a host that was lost. */
    MOST_UNEXPLAINED = 2,
    RETRY_PAUSE = 2000 /* milliseconds: what was lost may be on its way back */
};

typedef struct drive {
    const fan_copy_drive_options *options;
    fan_copy_hosts hosts;
    fan_copy_launcher launcher;
    fan_copy_watch signals;
    fan_copy_drive_input input;
    fan_copy_drive_verdict verdict;
    bool source_is_here; /* the first one */
    bool some_here;      /* some sources name no host: they are on this one, or --source-host's */
    bool begun;          /* some job has */
    bool stopped;
    int lost_sources; /* hosts with sources, if some of them are lost and the others go on; or 0 */
    uint64_t copy;    /* its number */
    double start;
    int unexplained;
} drive;

/* ---- one job ---- */

/* Whether a host with sources only reads them: it gets no copy, or has been served. */
static bool only_reads(const drive *d, int i)
{
    const fan_copy_host *host = &d->hosts.items[i];
    return host->apart || (i < d->hosts.sources && host->state == FAN_COPY_HOST_DONE);
}

/* Hosts with sources that get no copy any more, with colons between; to be freed. NULL: none. */
static char *list_apart(const drive *d)
{
    char *list = NULL;
    for (int i = 0; i < d->hosts.count; i++) {
        if (!only_reads(d, i))
            continue;
        bool is_here = i == 0 && d->source_is_here;
        char *longer = fan_copy_format("%s%s%s", list != NULL ? list : "", list != NULL ? ":" : "",
                                       is_here ? d->verdict.here : d->hosts.items[i].name);
        free(list);
        list = longer;
    }
    return list;
}

/* Whatever they call themselves: in an alias of a host its own name is not known. */
static bool sources_are_served(const drive *d)
{
    int served = 0;
    for (int i = 0; i < d->hosts.sources; i++)
        served += d->hosts.items[i].state == FAN_COPY_HOST_DONE;
    return served > 0 && served == d->hosts.sources;
}

static void say_driven(const drive *d, fan_copy_words *words)
{
    char *apart = list_apart(d);
    bool names_source = d->some_here && d->options->source_host == NULL;
    const fan_copy_driven driven = {.again = d->begun,
                                    .orphans = d->lost_sources > 0,
                                    .reads_only = sources_are_served(d),
                                    .apart = apart,
                                    .source = names_source ? d->verdict.here : NULL,
                                    .input = d->input.path[0] != '\0' ? d->input.path : NULL,
                                    .copy = d->copy,
                                    .elapsed = fan_clock_now() - d->start,
                                    .total = fan_copy_hosts_served(&d->hosts),
                                    .whole = fan_copy_drive_verdict_whole(&d->verdict)};
    char *value = fan_copy_driven_format(&driven);
    char *option = fan_copy_format("--driven=%s", value);
    fan_copy_words_add(words, option);
    free(option);
    free(value);
    free(apart);
}

static const char *const *say_arguments(const drive *d, fan_copy_words *words)
{
    say_driven(d, words);
    /* What the user says comes after it and goes first. */
    fan_copy_words_add(words, isatty(STDERR_FILENO) ? "--progress" : "--no-progress");
    for (int i = 0; d->options->arguments[i] != NULL; i++)
        fan_copy_words_add(words, d->options->arguments[i]);
    return fan_copy_words_end(words);
}

static void take_result(drive *d, const json_t *result)
{
    fan_copy_drive_verdict_add(&d->verdict, result);
    for (int i = 0; i < d->hosts.count; i++)
        if (d->hosts.items[i].state == FAN_COPY_HOST_TO_DO)
            d->hosts.items[i].state = FAN_COPY_HOST_DONE;
}

/* Returns whether the job was started; what came of it is in `round`. */
static bool run_job(drive *d, fan_copy_drive_round *round)
{
    fan_copy_words words = {0};
    *round = (fan_copy_drive_round){.launcher = &d->launcher,
                                    .hosts = &d->hosts,
                                    .signals = &d->signals,
                                    .input = &d->input,
                                    .source_is_here = d->source_is_here};
    int error = fan_copy_drive_round_run(round, say_arguments(d, &words));
    fan_copy_words_free(&words);
    d->verdict.jobs++;
    d->begun |= round->begun;
    d->stopped |= round->stopped;
    if (error != 0)
        fan_copy_drive_verdict_fail(&d->verdict, "cannot start %s: %s", d->launcher.path,
                                    strerror(error));
    else if (round->result != NULL)
        take_result(d, round->result);
    json_decref(round->result);
    return error == 0;
}

/* ---- a job that has ended without a result ---- */

static bool fail_unexplained(drive *d, const fan_copy_drive_round *round)
{
    const char *name = fan_copy_launcher_name(&d->launcher);
    const char *when = round->begun ? "" : "before the copy had begun, ";
    const char *advice =
        d->options->keeps && d->begun ? "; what has arrived is kept for --resume" : "";
    if (WIFSIGNALED(round->status))
        fan_copy_drive_verdict_fail(&d->verdict,
                                    "%s was ended by signal %d %sthough every host answers%s", name,
                                    WTERMSIG(round->status), when, advice);
    else
        fan_copy_drive_verdict_fail(
            &d->verdict,
            "%s ended with status %d %sthough every host answers; see the messages above%s", name,
            WEXITSTATUS(round->status), when, advice);
    return false;
}

static bool is_lost(const drive *d, int i)
{
    return d->hosts.items[i].state == FAN_COPY_HOST_LOST;
}

static int count_lost(const drive *d)
{
    int lost = 0;
    for (int i = 0; i < d->hosts.count; i++)
        lost += is_lost(d, i);
    return lost;
}

/* The source is lost. The others go on by themselves, as far as they can. */
static void adopt(drive *d, const fan_copy_host *source)
{
    if (!d->options->quiet)
        fan_copy_drive_verdict_say(&d->verdict,
                                   "the host of the source, %s, does not answer; the others take "
                                   "what they lack from each other",
                                   source->name);
    d->lost_sources = d->hosts.sources;
    d->hosts.sources = 0;
}

/* False if what was lost is too much. */
static bool bear_loss(drive *d)
{
    const char *kept =
        d->options->keeps && d->begun ? "; what has arrived is kept for --resume" : "";
    int lost = count_lost(d);
    const fan_copy_host *source = fan_copy_hosts_lost_source(&d->hosts);
    bool can_adopt = d->options->adopts && d->begun;
    if (source != NULL && !can_adopt)
        fan_copy_drive_verdict_fail(
            &d->verdict, "the host of the source, %s, does not answer, and only it has all data%s",
            source->name, kept);
    else if (d->options->max_failures >= 0 && lost > d->options->max_failures)
        fan_copy_drive_verdict_fail(
            &d->verdict, "%d hosts are lost, and --max-failures %d does not allow more%s", lost,
            d->options->max_failures, kept);
    else if (fan_copy_hosts_in(&d->hosts, FAN_COPY_HOST_TO_DO) == 0)
        fan_copy_drive_verdict_fail(&d->verdict, "no host answers%s", kept);
    else if (source != NULL)
        adopt(d, source);
    return d->verdict.error[0] == '\0';
}

static void tell_restart(const drive *d)
{
    int left = fan_copy_hosts_in(&d->hosts, FAN_COPY_HOST_TO_DO);
    if (!d->options->quiet)
        fan_copy_drive_verdict_say(
            &d->verdict, "%s with %d host%s%s", d->begun ? "going on" : "starting again", left,
            left == 1 ? "" : "s",
            d->options->keeps && d->begun ? "; what has arrived is not sent again" : "");
}

/* What a job was to read is not there for another one. */
static bool is_used_up(const drive *d)
{
    return fan_copy_drive_input_used(&d->input) || (d->options->only_once && d->begun);
}

/*
 * The launcher, or a daemon of it: orted of Open MPI 4.1.4 does so now and then when it starts. Or
 * MPI has failed: with MPICH also where a process has died.
 */
static bool has_crashed(const fan_copy_drive_round *round)
{
    enum { SIGNALS = 128 /* from here on a shell's, and mpirun's, exit statuses are signals */ };
    return WIFSIGNALED(round->status) || WEXITSTATUS(round->status) > SIGNALS ||
           WEXITSTATUS(round->status) == FAN_COPY_MPI_FAILED;
}

/* Find out why. False if there is no use in another job. */
static bool recover(drive *d, const fan_copy_drive_round *round, int lost_before)
{
    if (!fan_copy_hosts_ask(&d->hosts, FAN_COPY_HOST_TO_DO, d->source_is_here, &d->launcher,
                            &d->signals)) {
        d->stopped = true;
        return false;
    }
    bool may_go_on = d->begun || round->stuck || has_crashed(round);
    if (count_lost(d) == lost_before && (!may_go_on || ++d->unexplained > MOST_UNEXPLAINED))
        return fail_unexplained(d, round);
    if (!bear_loss(d))
        return false;
    if (is_used_up(d)) {
        fan_copy_drive_verdict_fail(&d->verdict, "the job has ended, and what it was reading "
                                                 "cannot be read again; give the data once more");
        return false;
    }
    return true;
}

/* ---- all jobs ---- */

static bool read_wrong(drive *d)
{
    if (d->input.error == 0)
        return false;
    fan_copy_drive_verdict_fail(&d->verdict, "cannot read standard input: %s",
                                strerror(d->input.error));
    return true;
}

/* Until one ends with a result, or there is no use in another one. */
static void run_jobs(drive *d)
{
    fan_copy_drive_round round;
    for (;;) {
        int lost = count_lost(d);
        if (!run_job(d, &round) || round.result != NULL || d->stopped || read_wrong(d) ||
            !recover(d, &round, lost))
            return;
        tell_restart(d);
    }
}

/* Those that have come back but have got nothing are lost again. */
static void lose_again(drive *d, const char *why)
{
    for (int i = 0; i < d->hosts.count; i++)
        if (d->hosts.items[i].state == FAN_COPY_HOST_TO_DO) {
            d->hosts.items[i].state = FAN_COPY_HOST_LOST;
            snprintf(d->hosts.items[i].why, sizeof d->hosts.items[i].why, "%s", why);
        }
}

/* Whether the source, if it was lost, has come back. */
static bool has_source(drive *d)
{
    if (d->lost_sources == 0)
        return true;
    d->hosts.sources = d->lost_sources;
    if (fan_copy_hosts_lost_source(&d->hosts) == NULL)
        d->lost_sources = 0;
    else
        d->hosts.sources = 0;
    return d->lost_sources == 0;
}

static void retry(drive *d)
{
    fan_copy_drive_round round;
    if (is_used_up(d))
        return;
    if (!fan_copy_hosts_ask(&d->hosts, FAN_COPY_HOST_LOST, false, &d->launcher, &d->signals))
        return;
    if (!has_source(d))
        lose_again(d, "it answers, but the host of the source does not");
    if (fan_copy_hosts_in(&d->hosts, FAN_COPY_HOST_TO_DO) > 0 && run_job(d, &round))
        lose_again(d, "it answers, but the job that was to serve it at the end has failed");
}

static void run_all(drive *d)
{
    run_jobs(d);
    for (int i = 0; i < d->options->retries && d->verdict.report != NULL && !d->stopped; i++) {
        if (count_lost(d) == 0)
            return;
        if (!fan_copy_watch_wait(&d->signals, RETRY_PAUSE))
            retry(d);
        d->stopped |= d->signals.stops > 0;
    }
}

/* ---- */

static bool open_all(drive *d)
{
    char wrong[FAN_COPY_TEXT];
    if (!fan_copy_drive_verdict_open(&d->verdict, d->options))
        return false;
    int error = d->options->takes_input ? fan_copy_drive_input_open(&d->input) : 0;
    if (error != 0 || !fan_copy_watch_open(&d->signals))
        fan_copy_drive_verdict_fail(&d->verdict, "cannot begin: %s",
                                    strerror(error != 0 ? error : errno));
    else if (!fan_copy_launcher_find(&d->launcher, wrong, sizeof wrong))
        fan_copy_drive_verdict_fail(&d->verdict, "--hosts: %s", wrong);
    fan_copy_descendants_adopt();
    return d->verdict.error[0] == '\0';
}

/* By which its jobs know each other. */
static uint64_t make_number(void)
{
    uint64_t number;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = (uint64_t)getpid() << 32 ^ (uint64_t)time(NULL);
    return number;
}

static bool is_here(const fan_copy_host *host, const char *here)
{
    return fan_hostname_same(host->name, here) || strcmp(host->name, "localhost") == 0;
}

int fan_copy_drive_run(const fan_copy_drive_options *options)
{
    char wrong[2 * FAN_COPY_TEXT], here[FAN_COPY_HOST] = "";
    drive d = {.options = options, .copy = make_number(), .start = fan_clock_now()};
    gethostname(here, sizeof here - 1);
    if (!fan_copy_hosts_open(&d.hosts, options->hosts, options->host_file, wrong, sizeof wrong)) {
        fprintf(stderr, "fanout-copy: %s\n", wrong);
        fan_copy_hosts_close(&d.hosts);
        return USAGE;
    }
    d.some_here = fan_copy_drive_sources_add(&d.hosts, options, here);
    d.source_is_here = is_here(&d.hosts.items[0], here);
    if (open_all(&d))
        run_all(&d);
    int status = fan_copy_drive_verdict_close(&d.verdict, &d.hosts);
    fan_copy_drive_input_close(&d.input);
    fan_copy_hosts_close(&d.hosts);
    return d.stopped ? 1 : status;
}
