/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/options.h"

#include "fanout.h"
#include "os/parse_on_ranks.h"
#include "os/program.h"

#include <stdlib.h>

enum { OPTION_JSON = 256, OPTION_SECONDS, OPTION_SVG };

static const double least_seconds = 1, most_seconds = 3600;

static const struct argp_option table[] = {
    {"json", OPTION_JSON, "FILE", 0, "Write all samples to FILE", 0},
    {"output", 'o', "FILE", 0,
     "Write the tune file to FILE (default fanout.tune); - is standard output", 0},
    {"quiet", 'q', NULL, 0, "Do not show progress or print the summary", 0},
    {"seconds", OPTION_SECONDS, "N", 0, "Measure for at most about N seconds (default 60)", 0},
    {"svg", OPTION_SVG, "FILE", 0, "Draw the measurements to FILE", 0},
    {0},
};

static double parse_seconds(struct argp_state *state, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least_seconds && value <= most_seconds))
        argp_error(state, "--seconds: '%s' is not a number from %g to %g", text, least_seconds,
                   most_seconds);
    return value;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    fan_tune_options *options = state->input;
    switch (key) {
    case OPTION_JSON: options->files.json = value; return 0;
    case 'o': options->files.tune = value; return 0;
    case 'q': options->quiet = true; return 0;
    case OPTION_SECONDS: options->seconds = parse_seconds(state, value); return 0;
    case OPTION_SVG: options->files.svg = value; return 0;
    case ARGP_KEY_ARG: argp_error(state, "unexpected argument: %s", value); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .doc =
        "Measure the network and write the parameters of libfanout that depend on it to a file.\v"
        "Start it like your program, preferably with one process per host:\n\n"
        "    mpirun -N 1 --host a,b,c fanout-tune\n"
        "    export FANOUT_TUNE_FILE=$PWD/fanout.tune\n\n"
        "Exit status: 0 done, 1 failed, 2 wrong command line.",
};

void fan_tune_options_parse(int argc, char **argv, bool prints, fan_tune_options *options)
{
    *options = (fan_tune_options){.files.tune = "fanout.tune", .seconds = 60};
    fan_os_program("fanout-tune", fanout_version());
    fan_os_parse_on_ranks(&parser, argc, argv, prints, options);
}
