/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout-tune: measures what the library's cost model and its crossover depend on, and writes it to
 * a file that the library reads. Rank 0 decides everything, the others do what it says.
 */
#include "config.h"

#include "fanout.h"
#include "launch/alone.h"
#include "os/terminal.h"
#include "tools/common/job.h"
#include "tools/tune/measure/broadcasts.h"
#include "tools/tune/measure/exchange.h"
#include "tools/tune/measure/job.h"
#include "tools/tune/measure/pairs.h"
#include "tools/tune/model/crossover.h"
#include "tools/tune/model/knee.h"
#include "tools/tune/model/model.h"
#include "tools/tune/options.h"
#include "tools/tune/output/output.h"

#include "base/units.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATUS_USAGE = 2 };

/* Up to which share of the time each part may go on. What one does not need, the next ones have. */
static const double until_messages = 0.1, until_transfers = 0.3, until_exchange = 0.5,
                    until_chunks = 0.6;

/* ---- before ---- */

/*
 * Before MPI starts. With Open MPI 5 a rank has 512 small fragments for all messages through shared
 * memory, a synchronous send takes one, and so does the answer to one. What finds none waits in a
 * list that is looked at only when a fragment comes back: when the last has come back, it waits for
 * ever (https://github.com/open-mpi/ompi/pull/13939). So there are to be as many as it takes.
 */
static void lift_limit_of_fragments(void)
{
    setenv("OMPI_MCA_btl_sm_free_list_max", "-1", 0);
}

/*
 * The environment wins over what is measured, so broadcasts would be measured with something else.
 * The cache has no part in them: where all is set the library measures nothing.
 */
static bool is_overridden(void)
{
    for (size_t i = 0; i < fan_param_count(); i++) {
        char variable[64];
        fan_param_variable(i, variable, sizeof variable);
        if (i == FAN_PARAM_INDEX_cache || getenv(variable) == NULL)
            continue;
        fprintf(stderr,
                "fanout-tune: the environment sets %s, which would distort the result; unset it\n",
                variable);
        return true;
    }
    /* That file is to be replaced. Nothing in it may count, and it need not exist yet. */
    unsetenv("FANOUT_TUNE_FILE");
    return false;
}

/* On rank 0: the exit status if there is nothing to measure. */
static int prepare(const fan_tune_job *job, const fan_tune_options *options,
                   fan_tune_output *output)
{
    *output = (fan_tune_output){0};
    if (job->size < 2) {
        fprintf(stderr, "fanout-tune: measuring needs two ranks; try mpirun -np 2 fanout-tune\n");
        return STATUS_USAGE;
    }
    if (is_overridden())
        return STATUS_USAGE;
    if (fan_tune_output_open(output, &options->files) == FAN_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "fanout-tune: %s\n", fan_fail_text());
    return EXIT_FAILURE;
}

/* ---- measuring ---- */

static void name_library(char *name, size_t size)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0'; /* what follows is how it was built */
    for (char *tab = text; (tab = strchr(tab, '\t')) != NULL;)
        *tab = ' ';
    snprintf(name, size, "%.*s", (int)size - 1, text);
}

static void name_hosts(const fan_tune_job *job, char *text, size_t size)
{
    size_t length = 0;
    const char *before = "";
    for (int i = 0; i < job->size && length < size; i++) {
        const char *host = fan_tune_host(job, i);
        if (i > 0 && strcmp(host, before) == 0)
            continue;
        length += (size_t)snprintf(text + length, size - length, "%s%s", i == 0 ? "" : " ", host);
        before = host;
    }
    if (length >= size) /* dots, where the last name was cut off */
        memcpy(text + size - 4, "...", 4);
}

static void describe(const fan_tune_job *job, fan_tune_results *results)
{
    time_t now = time(NULL);
    struct tm utc;
    strftime(results->when, sizeof results->when, "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &utc));
    snprintf(results->version, sizeof results->version, "%s", fanout_version());
    name_library(results->library, sizeof results->library);
    name_hosts(job, results->hosts, sizeof results->hosts);
    results->ranks = job->size;
    results->host_count = job->world.host_count;
}

static void measure(fan_tune_job *job, const fan_tune_options *options, fan_tune_results *results)
{
    bool conducts = job->rank == 0;
    results->params = fan_params_default();
    describe(job, results);
    job->start = MPI_Wtime();
    job->seconds = options->seconds;
    if (conducts && !options->quiet)
        job->terminal = fan_os_terminal_open();
    fan_tune_measure_pairs(job, until_messages, until_transfers, results);
    if (conducts)
        fan_tune_model(results);
    fan_tune_measure_exchange(job, until_exchange, until_chunks, results);
    if (conducts) {
        results->params.connections =
            fan_tune_connections(&results->rates, (int)results->params.connections);
        results->params.gap = fan_tune_gap(&results->chunks, results->params.bandwidth);
    }
    fan_tune_measure_broadcasts(job, results);
    if (!conducts)
        return;
    results->params.min_bytes =
        fan_tune_min_bytes(&results->mpi, &results->fanout, results->params.min_bytes);
    results->seconds = MPI_Wtime() - job->start;
    fan_tune_progress_end(job);
}

/* ---- afterwards ---- */

static const char *note_on_broadcasts(const fan_tune_results *results)
{
    if (results->mpi.count == 0)
        return " (the default: there was no time for broadcasts)";
    return fan_tune_crossover(&results->mpi, &results->fanout) < results->mpi.count
               ? ""
               : " (fanout_bcast was slower at the largest size tested)";
}

static void print_summary(const fan_tune_output *output, const fan_tune_results *results)
{
    const fan_params *params = &results->params;
    char latency[16], overhead[16], bandwidth[16], gap[16], bytes[16], whole_path[PATH_MAX];
    printf("%d ranks on %d host%s, %.0f s\n", results->ranks, results->host_count,
           results->host_count == 1 ? "" : "s", results->seconds);
    printf("  latency      %s\n", fan_format_seconds(params->latency, latency, sizeof latency));
    printf("  overhead     %s\n", fan_format_seconds(params->overhead, overhead, sizeof overhead));
    printf("  bandwidth    %s/s\n",
           fan_format_bytes((int64_t)params->bandwidth, bandwidth, sizeof bandwidth));
    printf("  gap          %s\n", fan_format_seconds(params->gap, gap, sizeof gap));
    printf("  connections  %d\n", (int)params->connections);
    printf("  min_bytes    %s%s\n", fan_format_bytes(params->min_bytes, bytes, sizeof bytes),
           note_on_broadcasts(results));
    for (int i = 0; i < results->pair_count; i++)
        if (results->pairs[i].speed < FAN_TUNE_SLOW)
            printf("  slow host    %s, %.2g of the usual bandwidth; see the file\n",
                   results->pairs[i].host, results->pairs[i].speed);
    if (realpath(output->path, whole_path) != NULL)
        printf("Next: export FANOUT_TUNE_FILE=%s\n", whole_path);
}

/* On rank 0: the exit status. */
static int conclude(const fan_tune_options *options, fan_tune_output *output,
                    const fan_tune_results *results)
{
    if (fan_tune_output_write(output, results) != FAN_OK) {
        fprintf(stderr, "fanout-tune: %s\n", fan_fail_text());
        return EXIT_FAILURE;
    }
    if (!options->quiet && output->tune != stdout)
        print_summary(output, results);
    return EXIT_SUCCESS;
}

static int tune(fan_tune_job *job, const fan_tune_options *options)
{
    static fan_tune_results results;
    static fan_tune_output output;
    bool conducts = job->world.rank == 0;
    int status = conducts ? prepare(job, options, &output) : EXIT_SUCCESS;
    fan_tune_share(&status, sizeof status, MPI_COMM_WORLD);
    if (status == EXIT_SUCCESS) {
        if (job->comm != MPI_COMM_NULL)
            measure(job, options, &results);
        status = conducts ? conclude(options, &output, &results) : EXIT_SUCCESS;
        fan_tune_share(&status, sizeof status, MPI_COMM_WORLD);
    }
    if (conducts)
        fan_tune_output_close(&output);
    return status;
}

/* At every exit(), argp's too: a rank that ends without this is a crash to the launcher. */
static void finalize(void)
{
    MPI_Finalize();
}

int main(int argc, char **argv)
{
    lift_limit_of_fragments();
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS || atexit(finalize) != 0)
        return EXIT_FAILURE;
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    fan_tune_options options;
    fan_tune_options_parse(argc, argv, rank == 0, &options);
    if (fan_launch_refuses("fanout-tune"))
        return EXIT_FAILURE;
    fan_tune_job job = {0};
    fan_tune_job_open(&job);
    int status = tune(&job, &options);
    fan_tune_job_close(&job);
    return status;
}
