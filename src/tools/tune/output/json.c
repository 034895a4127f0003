/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/tune/output/json.h"

#include "tools/common/json_append.h"

#include <jansson.h>

/* All of these return NULL if a part cannot be made, so that no report lacks one. */
static json_t *samples(const fan_tune_point *point)
{
    json_t *array = json_array();
    for (int i = 0; i < point->count; i++)
        array = fan_json_append(array, json_real(point->samples[i]));
    return array;
}

/* `x` is what the points are over, and its name. */
static json_t *points(const fan_tune_curve *curve, const char *x)
{
    json_t *array = json_array();
    for (int i = 0; i < curve->count; i++)
        array = fan_json_append(array, json_pack("{s:I, s:o}", x, (json_int_t)curve->points[i].x,
                                                 "samples", samples(&curve->points[i])));
    return array;
}

static json_t *pairs(const fan_tune_results *results)
{
    json_t *array = json_array();
    for (int i = 0; i < results->pair_count; i++) {
        const fan_tune_pair *pair = &results->pairs[i];
        array = fan_json_append(array, json_pack("{s:s, s:f, s:o, s:o}", "host", pair->host,
                                                 "speed", pair->speed, "messages",
                                                 points(&pair->messages, "on_the_way"), "transfers",
                                                 points(&pair->transfers, "bytes")));
    }
    return array;
}

static json_t *parameters(const fan_params *params)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:I, s:I}", "latency", params->latency, "overhead",
                     params->overhead, "bandwidth", params->bandwidth, "gap", params->gap,
                     "connections", (json_int_t)params->connections, "min_bytes",
                     (json_int_t)params->min_bytes);
}

bool fan_tune_json_write(const fan_tune_results *results, FILE *file)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:f, s:o, s:o, s:o, s:o, s:o, s:o}", "version", results->version,
        "mpi_library", results->library, "when", results->when, "ranks", results->ranks,
        "host_count", results->host_count, "seconds", results->seconds, "parameters",
        parameters(&results->params), "pairs", pairs(results), "rates",
        points(&results->rates, "k"), "chunks", points(&results->chunks, "bytes"), "mpi_bcast",
        points(&results->mpi, "bytes"), "fanout_bcast", points(&results->fanout, "bytes"));
    if (root == NULL)
        return false;
    bool written = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    json_decref(root);
    return written;
}
