/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/options.h"
#include "copy/path.h"
#include "fanout.h"
#include "tools/parse_on_ranks.h"

#include <argp.h>
#include <stdio.h>

enum { OPTION_JSON = 256, OPTION_FSYNC, OPTION_PROGRESS, OPTION_NO_PROGRESS };

static const struct argp_option table[] = {
    {"fsync", OPTION_FSYNC, NULL, 0,
     "Flush each file and its directory to the device before success is reported", 0},
    {"json", OPTION_JSON, "FILE", 0, "Write a report in JSON to FILE, - for standard output", 0},
    {"no-progress", OPTION_NO_PROGRESS, NULL, 0, "Show no progress line", 0},
    {"progress", OPTION_PROGRESS, NULL, 0,
     "Show the progress line on standard error even if that is no terminal", 0},
    {"quiet", 'q', NULL, 0, "Print errors only", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    fan_copy_options *options = state->input;
    switch (key) {
    case 'q': options->quiet = true; return 0;
    case OPTION_FSYNC: options->sync = true; return 0;
    case OPTION_JSON: options->json = value; return 0;
    case OPTION_PROGRESS: options->progress = FAN_COPY_SHOW_ALWAYS; return 0;
    case OPTION_NO_PROGRESS: options->progress = FAN_COPY_SHOW_NEVER; return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num >= 2)
            argp_error(state, "too many arguments: %s; one SRC and one DST are copied at a time",
                       value);
        else if (state->arg_num == 1)
            options->destination = value;
        else
            options->source = value;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2)
            argp_error(state, "SRC and DST are both needed");
        else if (!fan_copy_path_valid(options->destination))
            argp_error(state, "DST %s: after %% only h (host), r (rank) and %% have a meaning",
                       options->destination);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .args_doc = "SRC DST",
    .doc = "Copy a file from the host of rank 0 to every host of the job, in about the time of one "
           "copy.\vStart it with one process per host, such as: "
           "mpirun -N 1 --host a,b,c fanout-copy SRC DST\n\n"
           "Rank 0 reads SRC once. One process of each host writes DST; if DST is a directory, the "
           "file goes into it under its own name. In DST %h stands for the host name and %r for "
           "the rank; with %r every rank writes a copy of its own. A file appears under its final "
           "name only when it is whole.\n\n"
           "Exit status, on every rank: 0 when every host has the file, 1 when one of them has "
           "not, 2 for a wrong command line.",
};

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    fprintf(stream, "fanout-copy (libfanout) %s\n", fanout_version());
}

void fan_copy_options_parse(int argc, char **argv, bool prints, fan_copy_options *options)
{
    *options = (fan_copy_options){.progress = FAN_COPY_SHOW_ON_TERMINAL};
    argp_program_version_hook = print_version;
    fan_parse_on_ranks(&parser, argc, argv, prints, options);
}
