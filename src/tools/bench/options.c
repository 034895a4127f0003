/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/options.h"

#include "base/units.h"
#include "fanout.h"
#include "os/parse_on_ranks.h"
#include "os/program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_FACTOR = 4 };

/* All of Open MPI 4.1. The linear one and those that scatter do not cut messages into segments. */
static char default_peers[] =
    "basic_linear,scatter_allgather,scatter_allgather_ring,"
    "chain:8K,chain:16K,chain:64K,chain:128K,"
    "pipeline:8K,pipeline:16K,pipeline:64K,pipeline:128K,"
    "split_binary_tree:8K,split_binary_tree:16K,split_binary_tree:64K,split_binary_tree:128K,"
    "binary_tree:8K,binary_tree:16K,binary_tree:64K,binary_tree:128K,"
    "binomial:8K,binomial:16K,binomial:64K,binomial:128K,"
    "knomial:8K,knomial:16K,knomial:64K,knomial:128K";

enum {
    OPTION_ALGORITHM = 256,
    OPTION_CHECK,
    OPTION_GROUP_SIZE,
    OPTION_JSON,
    OPTION_PEERS,
    OPTION_REPEAT,
    OPTION_ROOT,
    OPTION_SETTING,
    OPTION_SIZES,
    OPTION_WARMUP
};

static const struct argp_option table[] = {
    {"algorithm", OPTION_ALGORITHM, "A[,B...]", 0,
     "Also measure fanout_bcast with each of these algorithms", 0},
    {"check", OPTION_CHECK, NULL, 0, "Verify the data of every round, not only of the first", 0},
    {"group-size", OPTION_GROUP_SIZE, "K", 0, "Group size for --algorithm", 0},
    {"json", OPTION_JSON, "FILE", 0,
     "Write settings and all samples to FILE; - writes them to standard output instead of the "
     "table",
     0},
    {"peers", OPTION_PEERS, "A[:SEGMENT][,B...]", OPTION_ARG_OPTIONAL,
     "Also force and measure each of these algorithms of the MPI library; without a list, many "
     "of them (Open MPI only)",
     0},
    {"quiet", 'q', NULL, 0, "Do not print the table", 0},
    {"repeat", OPTION_REPEAT, "N", 0, "Rounds to measure for each size (default 5)", 0},
    {"root", OPTION_ROOT, "R", 0, "Rank that holds the data (default 0)", 0},
    {"setting", OPTION_SETTING, "NAME=VALUE[,...]", 0,
     "Also measure fanout_bcast with these parameters; can be given several times", 0},
    {"sizes", OPTION_SIZES, "LIST", 0,
     "Sizes and ranges LOW:HIGH[:FACTOR], such as 1M,16777229 (default 64K:64M:4)", 0},
    {"warmup", OPTION_WARMUP, "N", 0, "Warm-up rounds, not measured (default 1)", 0},
    {0},
};

/* MPI_Bcast counts with an int: larger sizes would need another call than the one compared with. */
static int parse_size(struct argp_state *state, const char *text)
{
    int64_t bytes;
    if (!fan_parse_bytes(text, &bytes) || bytes < 1 || bytes > INT_MAX)
        argp_error(state, "--sizes: '%s' is not a size from 1 to %d bytes, such as 64K or 1000001",
                   text, INT_MAX);
    return (int)bytes;
}

static void add_size(struct argp_state *state, int bytes)
{
    fan_bench_options *options = state->input;
    if (options->size_count == FAN_BENCH_MAX_SIZES)
        argp_error(state, "--sizes: more than %d sizes", FAN_BENCH_MAX_SIZES);
    options->sizes[options->size_count++] = bytes;
}

static void add_range(struct argp_state *state, char *range)
{
    int low = parse_size(state, strsep(&range, ":"));
    if (range == NULL) {
        add_size(state, low);
        return;
    }
    int high = parse_size(state, strsep(&range, ":"));
    int factor = DEFAULT_FACTOR;
    if (range != NULL)
        factor = fan_os_parse_number(state, "--sizes: factor", range, 2, INT_MAX);
    if (low > high)
        argp_error(state, "--sizes: a range must not go down, from %d to %d bytes", low, high);
    for (int64_t bytes = low; bytes <= high; bytes *= factor)
        add_size(state, (int)bytes);
}

static void parse_sizes(struct argp_state *state, char *list)
{
    fan_bench_options *options = state->input;
    options->size_count = 0;
    while (list != NULL)
        add_range(state, strsep(&list, ","));
}

/* Have the library's table of parameters judge a value. */
static void set_parameter(struct argp_state *state, fan_params *params, const char *option,
                          const char *name, const char *text)
{
    if (fan_params_set(params, name, text, option) != FAN_OK)
        argp_error(state, "%s", fan_fail_text());
}

static fan_bench_setting *add_setting(struct argp_state *state, const char *option)
{
    fan_bench_options *options = state->input;
    if (options->setting_count == FAN_BENCH_MAX_SETTINGS)
        argp_error(state, "%s: more than %d algorithms and settings", option,
                   FAN_BENCH_MAX_SETTINGS);
    fan_bench_setting *setting = &options->settings[options->setting_count++];
    setting->params = fan_params_default();
    return setting;
}

static void parse_setting(struct argp_state *state, char *list)
{
    fan_bench_setting *setting = add_setting(state, "--setting");
    snprintf(setting->name, sizeof setting->name, "%s", list);
    while (list != NULL) {
        char *value = strsep(&list, ",");
        const char *name = strsep(&value, "=");
        if (value == NULL)
            argp_error(state, "--setting: '%s' is not NAME=VALUE, such as group_size=4", name);
        set_parameter(state, &setting->params, "--setting", name, value);
    }
}

/* Small broadcasts too must be done by the algorithm that is named. */
static void add_algorithm(struct argp_state *state, const char *name, const char *group_size)
{
    fan_bench_setting *setting = add_setting(state, "--algorithm");
    set_parameter(state, &setting->params, "--algorithm", "algorithm", name);
    set_parameter(state, &setting->params, "--algorithm", "min_bytes", "0");
    if (group_size != NULL)
        set_parameter(state, &setting->params, "--group-size", "group_size", group_size);
    snprintf(setting->name, sizeof setting->name, group_size != NULL ? "%s k=%s" : "%s", name,
             group_size);
}

/* When the group size is known, wherever it was on the command line. */
static void add_algorithms(struct argp_state *state)
{
    const fan_bench_options *options = state->input;
    if (options->group_size != NULL && options->algorithms == NULL)
        argp_error(state, "--group-size needs --algorithm");
    for (char *list = options->algorithms; list != NULL;)
        add_algorithm(state, strsep(&list, ","), options->group_size);
}

static fan_bench_peer parse_peer(struct argp_state *state, char *text)
{
    fan_bench_peer peer;
    snprintf(peer.name, sizeof peer.name, "%s", text);
    peer.algorithm = strsep(&text, ":");
    int64_t segment = 0;
    if (text != NULL && (!fan_parse_bytes(text, &segment) || segment < 1 || segment > INT_MAX))
        argp_error(state, "--peers: %s: '%s' is not a segment size from 1 to %d bytes, such as 64K",
                   peer.algorithm, text, INT_MAX);
    peer.segment_bytes = (int)segment;
    return peer;
}

static void parse_peers(struct argp_state *state, char *list)
{
    fan_bench_options *options = state->input;
    options->peer_count = 0;
    while (list != NULL) {
        if (options->peer_count == FAN_BENCH_MAX_PEERS)
            argp_error(state, "--peers: more than %d algorithms", FAN_BENCH_MAX_PEERS);
        options->peers[options->peer_count++] = parse_peer(state, strsep(&list, ","));
    }
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    fan_bench_options *options = state->input;
    switch (key) {
    case OPTION_ALGORITHM: options->algorithms = value; return 0;
    case OPTION_CHECK: options->check = true; return 0;
    case OPTION_GROUP_SIZE: options->group_size = value; return 0;
    case OPTION_JSON:
        options->json = value;
        options->quiet = options->quiet || strcmp(value, "-") == 0;
        return 0;
    case OPTION_PEERS: parse_peers(state, value != NULL ? value : default_peers); return 0;
    case 'q': options->quiet = true; return 0;
    case OPTION_REPEAT:
        options->rounds = fan_os_parse_number(state, "--repeat", value, 1, 1000000);
        return 0;
    case OPTION_ROOT:
        options->root = fan_os_parse_number(state, "--root", value, 0, INT_MAX);
        return 0;
    case OPTION_SETTING: parse_setting(state, value); return 0;
    case OPTION_SIZES: parse_sizes(state, value); return 0;
    case OPTION_WARMUP:
        options->warmup = fan_os_parse_number(state, "--warmup", value, 0, 1000000);
        return 0;
    case ARGP_KEY_ARG: argp_error(state, "unexpected argument: %s", value); return 0;
    case ARGP_KEY_END: add_algorithms(state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .doc = "Measure broadcasts against the time of one point-to-point transfer of the same bytes.\v"
           "Start two or more processes, preferably one per host:\n\n"
           "    mpirun -N 1 --host a,b,c fanout-bench\n\n"
           "Each round times, in turns, the transfer from the root to one rank on "
           "another host (the limit), MPI_Bcast, fanout_bcast, fanout_bcast with each algorithm "
           "that --algorithm names, and MPI_Bcast with each that --peers names. The table shows "
           "medians over the rounds; each ratio compares two times of the same round.\n\n"
           "Exit status: 0 measured, 1 failed or wrong data, 2 wrong command line.",
};

void fan_bench_options_parse(int argc, char **argv, bool prints, fan_bench_options *options)
{
    *options = (fan_bench_options){.rounds = 5, .warmup = 1};
    for (int64_t bytes = 64 * 1024; bytes <= 64 * 1024 * 1024; bytes *= DEFAULT_FACTOR)
        options->sizes[options->size_count++] = (int)bytes;
    fan_os_program("fanout-bench", fanout_version());
    fan_os_parse_on_ranks(&parser, argc, argv, prints, options);
}

int fan_bench_largest(const fan_bench_options *options)
{
    int largest = 0;
    for (int i = 0; i < options->size_count; i++)
        if (options->sizes[i] > largest)
            largest = options->sizes[i];
    return largest;
}
