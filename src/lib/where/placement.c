/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/placement.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- surveys ---- */

fan_survey_key fan_survey_key_of(const fan_params *params)
{
    fan_survey_key key;
    struct stat file;
    const char *path = secure_getenv("FANOUT_TOPO_FILE");
    memset(&key, 0, sizeof key);
    key.shared_memory = params->shared_memory;
    key.domains = params->domains;
    if (path == NULL || *path == '\0')
        return key;
    key.modified = -1; /* of one that cannot be read */
    if (stat(path, &file) != 0)
        return key;
    key.device = file.st_dev;
    key.inode = file.st_ino;
    key.bytes = file.st_size;
    key.modified = file.st_mtim.tv_sec * INT64_C(1000000000) + file.st_mtim.tv_nsec;
    return key;
}

bool fan_survey_key_equal(const fan_survey_key *a, const fan_survey_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

fan_survey *fan_survey_begin(MPI_Comm comm, const fan_params *params)
{
    fan_survey *survey = calloc(1, sizeof *survey);
    if (survey == NULL)
        return NULL;
    survey->key = fan_survey_key_of(params);
    if (fan_hosts_begin(&survey->hosts, comm))
        return survey;
    fan_survey_free(survey);
    return NULL;
}

void fan_survey_free(fan_survey *survey)
{
    if (survey == NULL)
        return;
    if (survey->placement != NULL)
        fan_placement_leave(survey->placement);
    fan_hosts_free(&survey->hosts);
    free(survey);
}

/* ---- placements ---- */

fan_placement *fan_placement_begin(int ranks)
{
    fan_placement *placement = calloc(1, sizeof *placement);
    if (placement == NULL)
        return NULL;
    atomic_init(&placement->references, 1);
    placement->rates = malloc(((size_t)ranks + 1) * sizeof *placement->rates);
    if (placement->rates != NULL && fan_node_map_begin(&placement->map, ranks))
        return placement;
    fan_placement_leave(placement);
    return NULL;
}

fan_placement *fan_placement_hold(fan_placement *placement)
{
    atomic_fetch_add(&placement->references, 1);
    return placement;
}

void fan_placement_leave(fan_placement *placement)
{
    if (atomic_fetch_sub(&placement->references, 1) > 1)
        return;
    fan_node_map_free(&placement->map);
    free(placement->order);
    free(placement->rates);
    fan_slowness_free(placement->slowness);
    free(placement);
}

static fan_status copy_order(const fan_order *order, fan_order **copy)
{
    if (order == NULL)
        return FAN_OK;
    size_t bytes = sizeof *order + fan_order_table_length(order) * sizeof order->table[0];
    *copy = malloc(bytes);
    if (*copy == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the order of %d nodes", order->nodes);
    memcpy(*copy, order, bytes);
    return FAN_OK;
}

fan_status fan_placement_make(const fan_survey *survey, MPI_Comm comm, MPI_Comm own, int tag,
                              bool share, fan_placement *placement)
{
    fan_node_map_place place = {.hosts = &survey->hosts,
                                .all = comm,
                                .own = own,
                                .tag = tag,
                                .share = share,
                                .domains = survey->key.domains != 0};
    fan_node_map *map = &placement->map;
    fan_status status = fan_node_map_make(&place, map);
    if (status == FAN_OK && place.is_whole)
        status = copy_order(survey->hosts.order, &placement->order);
    else if (status == FAN_OK)
        status = fan_hosts_order(&survey->hosts, comm, map->leader, map->nodes, &placement->order);
    if (status != FAN_OK)
        fan_placement_leave(placement);
    return status;
}
