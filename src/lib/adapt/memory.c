/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/memory.h"

#include "base/log.h"
#include "tune/cache/cache.h"
#include "tune/variables.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEPT = 16 /* sets of hosts: a program may use thousands */ };

typedef struct kept_link {
    fan_cache_name name;
    fan_probe_link link;
} kept_link;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static kept_link kept[MOST_KEPT];
static int kept_count;

static void warn_if_asked(fan_status status)
{
    if (status != FAN_OK && fan_variable_wants_stats())
        fan_warn("%s", fan_fail_text());
}

/* ---- the name ---- */

const fan_hosts *fan_adapt_hosts(const fan_comm_state *state)
{
    fan_survey_key key = fan_survey_key_of(&state->params);
    int number = fan_channel_find_survey(state->channel, &key);
    fan_survey *survey = number != 0 ? fan_channel_survey(state->channel, number) : NULL;
    return survey != NULL && state->rank == 0 ? &survey->hosts : NULL;
}

/* False: what is measured on this state has no name. */
static bool name_network(const fan_comm_state *state, fan_cache_name *name)
{
    char library[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    const fan_hosts *hosts = state->params.cache ? fan_adapt_hosts(state) : NULL;
    if (hosts == NULL)
        return false;
    const char **names = malloc((size_t)state->map.nodes * sizeof *names);
    if (names == NULL)
        return false;
    for (int node = 0; node < state->map.nodes; node++)
        names[node] = hosts->names[state->map.leader[node]];
    PMPI_Get_library_version(library, &length);
    *name = fan_cache_name_of(library, names, state->map.nodes);
    free(names);
    return true;
}

/* ---- reading and writing ---- */

bool fan_adapt_recall(const fan_comm_state *state, fan_probe_link *link)
{
    fan_cache_name name;
    fan_params params;
    bool found;
    if (!name_network(state, &name))
        return false;
    warn_if_asked(fan_cache_read(&name, &params, &found));
    if (found)
        *link = (fan_probe_link){.latency = params.latency,
                                 .overhead = params.overhead,
                                 .bandwidth = params.bandwidth,
                                 .is_settled = true};
    return found;
}

/* The place of that name, or a new one; NULL if there is no more room. */
static kept_link *place_of(const fan_cache_name *name)
{
    for (int i = 0; i < kept_count; i++)
        if (strcmp(kept[i].name.text, name->text) == 0)
            return &kept[i];
    return kept_count < MOST_KEPT ? &kept[kept_count++] : NULL;
}

void fan_adapt_keep(const fan_comm_state *state, const fan_probe_link *link)
{
    fan_cache_name name;
    if (!link->is_settled || !name_network(state, &name))
        return;
    pthread_mutex_lock(&lock);
    kept_link *place = place_of(&name);
    if (place != NULL)
        *place = (kept_link){name, *link};
    pthread_mutex_unlock(&lock);
}

static void write_down(const kept_link *k)
{
    fan_params params = fan_params_default();
    params.latency = k->link.latency;
    params.overhead = k->link.overhead;
    params.bandwidth = k->link.bandwidth;
    warn_if_asked(fan_cache_write(&k->name, &params));
}

void fan_adapt_write_down(void)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < kept_count; i++)
        write_down(&kept[i]);
    kept_count = 0;
    pthread_mutex_unlock(&lock);
}
