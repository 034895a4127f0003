/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/plan/options.h"

#include "base/array.h"
#include "base/hostlist.h"
#include "base/units.h"
#include "os/program.h"
#include "plan/schedule/order.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 1000000 };

/* Options that set a parameter of the library. Their ranges are those of the parameter. */
enum {
    SET_ALGORITHM = 256,
    SET_GROUP_SIZE,
    SET_BRANCHING,
    SET_SECONDARY,
    SET_CONNECTIONS,
    SET_CHUNK,
    SET_WINDOW,
    SET_LATENCY,
    SET_BANDWIDTH,
    SET_OVERHEAD,
    SET_GAP,
    SET_END
};
enum { FIRST_SETTING = SET_ALGORITHM, SETTINGS_COUNT = SET_END - SET_ALGORITHM };

static const struct {
    const char *option;
    const char *parameter;
} settings[SETTINGS_COUNT] = {
    [SET_ALGORITHM - FIRST_SETTING] = {"--algorithm", "algorithm"},
    [SET_GROUP_SIZE - FIRST_SETTING] = {"--group-size", "group_size"},
    [SET_BRANCHING - FIRST_SETTING] = {"--branching", "branching"},
    [SET_SECONDARY - FIRST_SETTING] = {"--secondary", "secondary_groups"},
    [SET_CONNECTIONS - FIRST_SETTING] = {"--connections", "connections"},
    [SET_CHUNK - FIRST_SETTING] = {"--chunk", "chunk_bytes"},
    [SET_WINDOW - FIRST_SETTING] = {"--window", "window"},
    [SET_LATENCY - FIRST_SETTING] = {"--latency", "latency"},
    [SET_BANDWIDTH - FIRST_SETTING] = {"--bandwidth", "bandwidth"},
    [SET_OVERHEAD - FIRST_SETTING] = {"--overhead", "overhead"},
    [SET_GAP - FIRST_SETTING] = {"--gap", "gap"},
};

enum {
    OPTION_ROOT = SET_END,
    OPTION_TUNE_FILE,
    OPTION_TOPOLOGY,
    OPTION_HOSTS,
    OPTION_SVG,
    OPTION_TABLE,
    OPTION_ALL,
    OPTION_SCHEDULE,
    OPTION_SIMULATE
};

static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "What to send:", 1},
    {"nodes", 'n', "N", 0, "Number of nodes with the root, 1 to 1000000", 1},
    {"bytes", 'b', "SIZE", 0, "Length of the data, such as 4096, 64K or 1.5G (powers of 1024)", 1},
    {"root", OPTION_ROOT, "NODE", 0, "The node that has the data (default 0)", 1},
    {NULL, 0, NULL, 0, "The plan (chosen automatically unless set):", 2},
    {"algorithm", SET_ALGORITHM, "NAME", 0, "auto, chain, group, full, ktree or kexchange", 2},
    {"group-size", SET_GROUP_SIZE, "K", 0, "Recipients in a group and number of subfiles", 2},
    {"branching", SET_BRANCHING, "B", 0, "Groups that a group forwards to", 2},
    {"secondary", SET_SECONDARY, "N", 0,
     "Groups that are served only after a group has all the data", 2},
    {"connections", SET_CONNECTIONS, "N", 0, "Largest group size to choose", 2},
    {"chunk", SET_CHUNK, "SIZE", 0, "Size of a chunk", 2},
    {"window", SET_WINDOW, "N", 0, "Chunks of each subfile in progress on a node", 2},
    {NULL, 0, NULL, 0, "The network:", 3},
    {"latency", SET_LATENCY, "SECONDS", 0, "Start-up time of a message, such as 2e-6", 3},
    {"bandwidth", SET_BANDWIDTH, "RATE", 0, "Bytes per second of one link, such as 12.5e9", 3},
    {"overhead", SET_OVERHEAD, "SECONDS", 0, "Processor time of a message", 3},
    {"gap", SET_GAP, "SECONDS", 0, "Time that a message occupies a link besides its bytes", 3},
    {"tune-file", OPTION_TUNE_FILE, "FILE", 0,
     "Read parameters from FILE instead of the file that FANOUT_TUNE_FILE names", 3},
    {"hosts", OPTION_HOSTS, "LIST", 0,
     "Hosts of the nodes in order, such as node[01-16],gpu1; --nodes is then optional", 3},
    {"topology", OPTION_TOPOLOGY, "FILE", 0,
     "With --hosts: file with switches and link speeds, as FANOUT_TOPO_FILE for the library", 3},
    {NULL, 0, NULL, 0, "What to show:", 4},
    {"table", OPTION_TABLE, NULL, 0, "Print the best 30 candidates instead of the explanation", 4},
    {"all", OPTION_ALL, NULL, 0, "With --table: print all candidates", 4},
    {"schedule", OPTION_SCHEDULE, "NODE", 0,
     "Print what NODE receives and sends instead of the explanation", 4},
    {"simulate", OPTION_SIMULATE, NULL, 0,
     "Also simulate each plan message by message, and print how long it takes", 4},
    {"svg", OPTION_SVG, "FILE", 0, "Also draw the plan to FILE", 4},
    {0},
};

typedef struct reading {
    fan_plantool_options *options;
    const char *texts[SETTINGS_COUNT]; /* NULL: not given */
    const char *tune_file;
    const char *hosts;
    const char *topology;
} reading;

/* ---- values ---- */

static int64_t parse_size(struct argp_state *state, const char *option, const char *text)
{
    int64_t bytes = 0;
    if (!fan_parse_bytes(text, &bytes))
        argp_error(state, "%s: '%s' is not a size; give one such as 4096, 64K or 1.5G", option,
                   text);
    return bytes;
}

/* ---- when everything is read ---- */

static void expect_ok(struct argp_state *state, fan_status status)
{
    if (status == FAN_ERR_ARGUMENT)
        argp_error(state, "%s", fan_fail_text());
    else if (status != FAN_OK)
        argp_failure(state, EXIT_FAILURE, 0, "%s", fan_fail_text());
}

static void set_params(struct argp_state *state, const reading *r)
{
    fan_params *params = &r->options->params;
    *params = fan_params_default();
    expect_ok(state, fan_params_from_tune_file(params, r->tune_file));
    expect_ok(state, fan_params_from_environment(params));
    for (int i = 0; i < SETTINGS_COUNT; i++)
        if (r->texts[i] != NULL)
            expect_ok(state, fan_params_set(params, settings[i].parameter, r->texts[i],
                                            settings[i].option));
}

/* ---- hosts ---- */

typedef struct host_list {
    char **names;
    int count;
    size_t room;
} host_list;

static fan_status add_host(void *state, const char *name)
{
    host_list *list = state;
    if (list->count == MOST_NODES)
        return fan_fail(FAN_ERR_ARGUMENT, "more than %d hosts", MOST_NODES);
    if (!fan_array_reserve(&list->names, &list->room, (size_t)list->count + 1,
                           sizeof *list->names) ||
        (list->names[list->count] = strdup(name)) == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the hosts");
    list->count++;
    return FAN_OK;
}

static void read_hosts(struct argp_state *state, const char *text, host_list *list)
{
    fan_status status = fan_hostlist_expand(text, add_host, list);
    if (status == FAN_ERR_ARGUMENT)
        argp_error(state, "--hosts: %s", fan_fail_text());
    expect_ok(state, status);
}

static void set_order(struct argp_state *state, const reading *r)
{
    fan_plan_request *request = &r->options->request;
    host_list hosts = {0};
    fan_topology *topology = NULL;
    read_hosts(state, r->hosts, &hosts);
    if (request->nodes > 0 && request->nodes != hosts.count)
        argp_error(state, "--hosts: %d hosts, but --nodes is %d", hosts.count, request->nodes);
    if (r->topology != NULL)
        expect_ok(state, fan_topology_read(r->topology, &topology));
    expect_ok(state, fan_order_make((const char *const *)hosts.names, hosts.count, topology,
                                    &r->options->order));
    fan_topology_free(topology);
    for (int i = 0; i < hosts.count; i++)
        free(hosts.names[i]);
    free(hosts.names);
    request->nodes = hosts.count;
    request->order = r->options->order;
}

static void finish(struct argp_state *state, const reading *r)
{
    const fan_plantool_options *o = r->options;
    if (r->topology != NULL && r->hosts == NULL)
        argp_error(state, "--topology needs --hosts, the hosts of the nodes");
    if (r->hosts != NULL)
        set_order(state, r);
    if (o->request.nodes == 0)
        argp_error(state, "--nodes is missing: give the number of nodes, or --hosts");
    if (o->request.bytes < 0)
        argp_error(state, "--bytes is missing: give the length of the data");
    if (o->request.root >= o->request.nodes)
        argp_error(state, "--root: node %d does not exist; the nodes are 0 to %d", o->request.root,
                   o->request.nodes - 1);
    if (o->schedule >= o->request.nodes)
        argp_error(state, "--schedule: node %d does not exist; the nodes are 0 to %d", o->schedule,
                   o->request.nodes - 1);
    if (o->all && !o->table)
        argp_error(state, "--all needs --table");
    set_params(state, r);
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    reading *r = state->input;
    fan_plantool_options *o = r->options;
    if (key >= FIRST_SETTING && key < SET_END) {
        r->texts[key - FIRST_SETTING] = value;
        return 0;
    }
    switch (key) {
    case 'n':
        o->request.nodes = fan_os_parse_number(state, "--nodes", value, 1, MOST_NODES);
        return 0;
    case 'b': o->request.bytes = parse_size(state, "--bytes", value); return 0;
    case OPTION_ROOT:
        o->request.root = fan_os_parse_number(state, "--root", value, 0, MOST_NODES - 1);
        return 0;
    case OPTION_SCHEDULE:
        o->schedule = fan_os_parse_number(state, "--schedule", value, 0, MOST_NODES - 1);
        return 0;
    case OPTION_TUNE_FILE: r->tune_file = value; return 0;
    case OPTION_HOSTS: r->hosts = value; return 0;
    case OPTION_TOPOLOGY: r->topology = value; return 0;
    case OPTION_SVG: o->svg = value; return 0;
    case OPTION_TABLE: o->table = true; return 0;
    case OPTION_SIMULATE: o->simulate = true; return 0;
    case OPTION_ALL: o->all = true; return 0;
    case ARGP_KEY_ARG: argp_error(state, "unexpected argument: %s", value); return 0;
    case ARGP_KEY_END: finish(state, r); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = table,
    .parser = parse_option,
    .args_doc = "--nodes N --bytes SIZE",
    .doc =
        "Show how libfanout would deliver SIZE bytes from one node to the N - 1 others, and why.\v"
        "It only computes: it sends no messages and needs no MPI launcher. Parameters are those of "
        "the library. Their precedence, lowest first: default, tune file, environment "
        "(FANOUT_GROUP_SIZE and so on), option.\n\n"
        "Exit status: 0 done, 1 failed, 2 wrong command line or parameter.",
};

void fan_plantool_options_parse(int argc, char **argv, fan_plantool_options *options)
{
    *options = (fan_plantool_options){.request.bytes = -1, .schedule = -1};
    reading r = {.options = options};
    fan_os_program("fanout-plan", PACKAGE_VERSION);
    argp_parse(&parser, argc, argv, 0, NULL, &r);
}
