/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout-mdc: datasets in HDF5 files as descriptors of which any subset is a usable picture. Needs
 * no MPI launcher.
 */
#include "config.h"

#include "fanout.h"
#include "os/program.h"
#include "tools/mdc/compare.h"
#include "tools/mdc/dataset.h"
#include "tools/mdc/encode.h"
#include "tools/mdc/extract.h"

#include <argp.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    const char *factors;
    const char *output;
    bool quiet;
    char **arguments; /* the first is the command */
    int count;
} options;

static const struct argp_option table[] = {
    {"factors", 'k', "NUMBERS", 0,
     "encode: factors by which the axes are divided, such as 2x2x2; one number is for all axes "
     "(default 2)",
     0},
    {"output", 'o', "FILE", 0,
     "encode, decode, extract: output file; encode writes FILE.d0.h5, FILE.d1.h5, ...", 0},
    {"quiet", 'q', NULL, 0, "encode: do not print the file names", 0},
    {0},
};

static const struct {
    const char *name;
    int least, most; /* arguments */
    bool has_output;
} commands[] = {{"encode", 1, 1, true},
                {"extract", 1, 1, true},
                {"decode", 1, 4096, true},
                {"info", 1, 4096, false},
                {"compare", 2, 2, false}};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void check(const options *o, struct argp_state *state)
{
    const char *command = o->count > 0 ? o->arguments[0] : "";
    int i = 0;
    while (i < COMMANDS && strcmp(command, commands[i].name) != 0)
        i++;
    if (i == COMMANDS)
        argp_error(state, "name a command: encode, decode, extract, info or compare");
    else if (o->count - 1 < commands[i].least || o->count - 1 > commands[i].most)
        argp_error(state, "%s: wrong number of datasets", command);
    else if (commands[i].has_output != (o->output != NULL))
        argp_error(state, "%s: %s", command,
                   o->output != NULL ? "it has no --output" : "--output (-o) is needed");
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    options *o = state->input;
    switch (key) {
    case 'k': o->factors = value; return 0;
    case 'o': o->output = value; return 0;
    case 'q': o->quiet = true; return 0;
    case ARGP_KEY_ARG: o->arguments[o->count++] = value; return 0;
    case ARGP_KEY_END: check(o, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .args_doc = "encode DATASET -o FILE\ndecode DESCRIPTOR... -o FILE\nextract FILE:/OBJECT -o "
                "FILE\ninfo DESCRIPTOR...\ncompare ORIGINAL OTHER",
    .doc =
        "Split a dataset into descriptors, each the whole field at a fraction of its resolution, "
        "and put it together again from any of them.\v"
        "A DATASET is FILE:/PATH, or FILE if it has only one. All descriptors together give the "
        "original, bit for bit; without some of them, the missing values are interpolated.\n\n"
        "Exit status: 0 done, 1 failed, 2 wrong command line.",
};

static void extract(const char *source, const char *output)
{
    const char *path, *object;
    char *words = strdup(source);
    if (words == NULL || !fan_os_split_object_path(words, &path, &object))
        fan_mdctool_die("%s: not of the form FILE:/OBJECT", source);
    if (fan_mdctool_extract(path, object, output) != FAN_OK)
        fan_mdctool_die("%s", fan_fail_text());
    free(words);
}

int main(int argc, char **argv)
{
    options o = {.factors = "2", .arguments = calloc((size_t)argc, sizeof *o.arguments)};
    fan_os_program("fanout-mdc", fanout_version());
    if (o.arguments == NULL)
        return EXIT_FAILURE;
    argp_parse(&parser, argc, argv, 0, NULL, &o);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* messages have its reasons */
    const char *command = o.arguments[0];
    if (strcmp(command, "encode") == 0)
        fan_mdctool_encode(o.arguments[1], o.output, o.factors, !o.quiet);
    else if (strcmp(command, "decode") == 0)
        fan_mdctool_decode(o.arguments + 1, o.count - 1, o.output);
    else if (strcmp(command, "extract") == 0)
        extract(o.arguments[1], o.output);
    else if (strcmp(command, "compare") == 0)
        fan_mdctool_compare(o.arguments[1], o.arguments[2]);
    for (int i = 1; strcmp(command, "info") == 0 && i < o.count; i++)
        fan_mdctool_info(o.arguments[i]);
    free(o.arguments);
    return fan_os_program_flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
