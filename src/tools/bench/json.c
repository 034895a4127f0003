/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/json.h"

#include "compat/mpi_calls.h"
#include "fanout.h"
#include "tools/common/json_append.h"
#include "tune/algorithm_names.h"
#include "tune/params.h"

#include <jansson.h>
#include <stdio.h>

/* All of these return NULL if a part cannot be made, so that no report lacks one. */
static json_t *set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *parameters(const fan_bench_contender *contender)
{
    if (contender->kind != FAN_BENCH_FANOUT)
        return json_null();
    MPI_Info used;
    if (fanout_comm_get_info(contender->comm, &used) != MPI_SUCCESS)
        return NULL;
    json_t *object = json_object();
    for (size_t i = 0; i < fan_param_count(); i++) {
        char key[MPI_MAX_INFO_KEY], value[64] = "";
        int found;
        snprintf(key, sizeof key, "fanout_%s", fan_param_name(i));
        fan_compat_info_get(used, key, sizeof value, value, &found);
        object = set(object, fan_param_name(i), json_string(value));
    }
    MPI_Info_free(&used);
    return object;
}

static json_t *segment(const fan_bench_contender *contender)
{
    return contender->peer != NULL && contender->peer->segment_bytes > 0
               ? json_integer(contender->peer->segment_bytes)
               : json_null();
}

/* As --peers or a setting names it; else NULL. */
static const char *algorithm(const fan_bench_contender *contender)
{
    if (contender->peer != NULL)
        return contender->peer->algorithm;
    if (contender->setting == NULL ||
        !fan_params_given(&contender->setting->params, FAN_PARAM_INDEX_algorithm))
        return NULL;
    return fan_algorithm_names[contender->setting->params.algorithm];
}

static json_t *contender_array(const fan_bench_contenders *contenders)
{
    static const char *const kinds[] = {[FAN_BENCH_LIMIT] = "limit",
                                        [FAN_BENCH_MPI] = "mpi",
                                        [FAN_BENCH_FANOUT] = "fanout",
                                        [FAN_BENCH_MEMCPY] = "memcpy",
                                        [FAN_BENCH_PEER] = "peer"};
    json_t *array = json_array();
    for (int i = 0; i < contenders->count; i++) {
        const fan_bench_contender *c = &contenders->list[i];
        array = fan_json_append(array, json_pack("{s:s, s:s, s:s?, s:o, s:o}", "name", c->name,
                                                 "kind", kinds[c->kind], "algorithm", algorithm(c),
                                                 "segment_bytes", segment(c), "parameters",
                                                 parameters(c)));
    }
    return array;
}

static json_t *host_array(const fan_job *job)
{
    json_t *array = json_array();
    for (int i = 0; i < job->size; i++)
        array = fan_json_append(array, json_string(job->hosts[i]));
    return array;
}

static json_t *sample_array(const fan_bench_results *results, int size, int contender)
{
    const double *seconds = fan_bench_seconds(results, size, contender);
    json_t *array = json_array();
    for (int i = 0; i < results->rounds; i++)
        array = fan_json_append(array, json_real(seconds[i]));
    return array;
}

static json_t *summary(fan_summary s)
{
    return json_pack("{s:f, s:f, s:f}", "median", s.median, "min", s.minimum, "max", s.maximum);
}

static json_t *result_array(const fan_bench_options *options,
                            const fan_bench_contenders *contenders,
                            const fan_bench_results *results)
{
    json_t *array = json_array();
    for (int size = 0; size < options->size_count; size++)
        for (int i = 0; i < contenders->count; i++) {
            json_t *result = json_pack("{s:i, s:s, s:o, s:o, s:o}", "bytes", options->sizes[size],
                                       "contender", contenders->list[i].name, "seconds",
                                       summary(fan_bench_times(results, size, i)), "ratio",
                                       summary(fan_bench_ratios(results, size, i, 0)), "samples",
                                       sample_array(results, size, i));
            array = fan_json_append(array, result);
        }
    return array;
}

bool fan_bench_json_write(const fan_bench_options *options, const fan_job *job,
                          const fan_bench_contenders *contenders, const fan_bench_results *results,
                          FILE *file)
{
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(library, &length);
    json_t *root = json_pack(
        "{s:s, s:i, s:s,"
        " s:i, s:i, s:o,"
        " s:i, s:i, s:i,"
        " s:i, s:b,"
        " s:o,"
        " s:o}",
        "version", fanout_version(), "api_version", fanout_api_version(), "mpi_library", library,
        "ranks", job->size, "host_count", job->host_count, "hosts", host_array(job), "root",
        job->root, "limit_peer", job->peer, "repeat", options->rounds, "warmup", options->warmup,
        "check", (int)options->check, "contenders", contender_array(contenders), "results",
        result_array(options, contenders, results));
    if (root == NULL)
        return false;
    bool written = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    json_decref(root);
    return written;
}
