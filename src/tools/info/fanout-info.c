/* SPDX-License-Identifier: BSD-3-Clause */
/* fanout-info: versions and parameters. Needs no MPI launcher. */
#include "config.h"

#include "fanout.h"
#include "os/program.h"
#include "tune/params.h"

#include <argp.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_PARAMS = 256 };

static const struct argp_option table[] = {
    {"params", OPTION_PARAMS, NULL, 0,
     "List the parameters: default, environment variable, MPI_Info key and help", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    bool *params = state->input;
    switch (key) {
    case OPTION_PARAMS: *params = true; return 0;
    case ARGP_KEY_ARG: argp_error(state, "unexpected argument: %s", value); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .doc = "Show the version of libfanout and of the MPI library that it uses.\v"
           "Exit status: 0 done, 1 failed, 2 wrong command line.",
};

/* MPI allows both calls before MPI_Init. */
static void print_versions(void)
{
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    int length, version, subversion;
    MPI_Get_library_version(library, &length);
    MPI_Get_version(&version, &subversion);
    printf("libfanout     %s\n", fanout_version());
    printf("API version   %d.%d\n", fanout_api_version() / 1000, fanout_api_version() % 1000);
    printf("MPI standard  %d.%d\n", version, subversion);
    printf("MPI library   %s%s", library, library[strlen(library) - 1] == '\n' ? "" : "\n");
}

static void print_parameter(size_t index)
{
    const fan_params defaults = fan_params_default();
    const char *name = fan_param_name(index);
    char preset[64], variable[64];
    fan_params_get(&defaults, index, preset, sizeof preset);
    fan_param_variable(index, variable, sizeof variable);
    printf("%-17s %-12s %-24s fanout_%s\n    %s\n", name, preset, variable, name,
           fan_param_help(index));
}

static void print_parameters(void)
{
    printf("%-17s %-12s %-24s %s\n", "name", "default", "environment variable", "MPI_Info key");
    for (size_t i = 0; i < fan_param_count(); i++)
        print_parameter(i);
}

int main(int argc, char **argv)
{
    bool params = false;
    fan_os_program("fanout-info", fanout_version());
    argp_parse(&parser, argc, argv, 0, NULL, &params);
    if (params)
        print_parameters();
    else
        print_versions();
    return fan_os_program_flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
