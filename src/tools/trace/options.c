/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/trace/options.h"

#include "os/program.h"

#include <argp.h>
#include <limits.h>

enum { OPTION_BROADCAST = 256, OPTION_COMMUNICATOR, OPTION_CHECK, OPTION_SVG };

static const struct argp_option table[] = {
    {"communicator", OPTION_COMMUNICATOR, "N", 0,
     "Show only communicator N of the files, counting from 0", 0},
    {"broadcast", OPTION_BROADCAST, "N", 0,
     "Show only broadcast N of each communicator, counting from 0", 0},
    {"check", OPTION_CHECK, NULL, 0,
     "Instead, check that each broadcast behaves as the method requires", 0},
    {"svg", OPTION_SVG, "FILE", 0,
     "Also draw a broadcast to FILE: the largest, unless --broadcast picks one", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    fan_tracetool_options *o = state->input;
    switch (key) {
    case OPTION_COMMUNICATOR:
        o->communicator = fan_os_parse_number(state, "--communicator", value, 0, INT_MAX);
        return 0;
    case OPTION_BROADCAST:
        o->broadcast = fan_os_parse_number(state, "--broadcast", value, 0, INT_MAX);
        return 0;
    case OPTION_CHECK: o->check = true; return 0;
    case OPTION_SVG: o->svg = value; return 0;
    case ARGP_KEY_ARGS:
        o->files = state->argv + state->next;
        o->count = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name a trace: a file that FANOUT_TRACE=FILE has written");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .args_doc = "FILE...",
    .doc = "Show what FANOUT_TRACE=FILE has recorded: how well links and ranks were used, and what "
           "the last rank of each broadcast waited for.\v"
           "If a broadcast fails, each rank writes a file of its own: give all of them.\n\n"
           "Exit status: 0 done, 1 failed, or a behaviour is missing, 2 wrong command line.",
};

void fan_tracetool_options_parse(int argc, char **argv, fan_tracetool_options *options)
{
    *options = (fan_tracetool_options){.communicator = FAN_TRACE_ALL, .broadcast = FAN_TRACE_ALL};
    fan_os_program("fanout-trace", PACKAGE_VERSION);
    argp_parse(&parser, argc, argv, 0, NULL, options);
}
