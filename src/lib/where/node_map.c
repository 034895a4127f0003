/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/node_map.h"

#include "base/log.h"
#include "comm/agree.h"

#include <stdlib.h>

static const char mpi_failed[] = "cannot find the ranks that share memory";

bool fan_node_map_begin(fan_node_map *map, int ranks)
{
    size_t bytes = (size_t)ranks * sizeof(int);
    *map = (fan_node_map){.node_of = malloc(bytes),
                          .leader = malloc(bytes),
                          .members = malloc(bytes),
                          .domain_of = malloc(bytes),
                          .near = malloc(bytes)};
    return map->node_of != NULL && map->leader != NULL && map->members != NULL &&
           map->domain_of != NULL && map->near != NULL;
}

void fan_node_map_free(fan_node_map *map)
{
    if (map->node != NULL)
        fan_node_leave(map->node);
    free(map->node_of);
    free(map->leader);
    free(map->members);
    free(map->domain_of);
    free(map->near);
    *map = (fan_node_map){0};
}

/* ---- this rank's node ---- */

/* Those that node_of says are together, whatever it numbers them by. */
static void find_near(fan_node_map *map, int ranks, int rank)
{
    map->near_count = 0;
    for (int other = 0; other < ranks; other++) {
        if (map->node_of[other] != map->node_of[rank])
            continue;
        if (other == rank)
            map->self = map->near_count;
        map->near[map->near_count++] = other;
    }
}

fan_comm_party fan_node_map_party(const fan_node_map *map, MPI_Comm own, int tag)
{
    return (fan_comm_party){own, map->near, map->near_count, map->self, tag};
}

/* Ranks that cannot share memory each take part on their own: slower, but right. */
static fan_status join(const fan_node_map_place *place, fan_node_map *map, bool *failed)
{
    const fan_hosts *hosts = place->hosts;
    fan_comm_party party = fan_node_map_party(map, place->own, place->tag);
    int domain = place->domains ? hosts->of[hosts->rank].domain : 0;
    *failed = false;
    if (party.members == 1)
        return FAN_OK;
    fan_status status = fan_node_join(&party, domain, place->share, &map->node);
    *failed = status == FAN_ERR_SYSTEM || status == FAN_ERR_MEMORY;
    if (*failed && party.self == 0)
        fan_warn("rank %d and %d others on its node cannot share memory: %s. Each receives the "
                 "data on its own.",
                 hosts->rank, party.members - 1, fan_fail_text());
    return *failed ? FAN_OK : status;
}

/* ---- all nodes ---- */

/* From the leader of each rank. A leader is its own and comes before the others. */
static void number_nodes(fan_node_map *map, int ranks)
{
    map->nodes = map->largest = 0;
    for (int rank = 0; rank < ranks; rank++) {
        bool leads = map->node_of[rank] == rank;
        if (leads) {
            map->members[map->nodes] = 0;
            map->leader[map->nodes] = rank;
        }
        int node = leads ? map->nodes++ : map->node_of[map->node_of[rank]];
        map->node_of[rank] = node;
        if (++map->members[node] > map->largest)
            map->largest = map->members[node];
    }
}

/* If no node has several domains, nothing is kept. Returns MPI's code. */
static int gather_domains(const fan_node_map_place *place, bool are_several, fan_node_map *map)
{
    if (!are_several) {
        free(map->domain_of);
        map->domain_of = NULL;
        return MPI_SUCCESS;
    }
    int own = map->node == NULL ? 0 : map->node->domain;
    return fan_comm_to_all(&own, map->domain_of, sizeof own, place->all);
}

/* Those of a host that cannot share memory are each a node. Returns MPI's code. */
static int gather_leaders(const fan_node_map_place *place, bool failed, fan_node_map *map)
{
    const fan_hosts *hosts = place->hosts;
    int leader = failed ? hosts->rank : hosts->of[hosts->rank].host;
    return fan_comm_to_all(&leader, map->node_of, sizeof leader, place->all);
}

/* What came of it elsewhere. Not asked for if every rank is alone. Returns MPI's code. */
static int agree(fan_node_map_place *place, bool failed, fan_node_map *map)
{
    int64_t most[2] = {failed, map->node == NULL ? 1 : map->node->ring.domains};
    int code = MPI_SUCCESS;
    if (place->hosts->count < place->hosts->size)
        code = fan_comm_maximum(place->all, 2, most);
    place->is_whole = most[0] == 0;
    if (code == MPI_SUCCESS && !place->is_whole)
        code = gather_leaders(place, failed, map);
    return code == MPI_SUCCESS ? gather_domains(place, most[1] > 1, map) : code;
}

fan_status fan_node_map_make(fan_node_map_place *place, fan_node_map *map)
{
    const fan_hosts *hosts = place->hosts;
    bool failed;
    for (int rank = 0; rank < hosts->size; rank++)
        map->node_of[rank] = hosts->of[rank].host;
    find_near(map, hosts->size, hosts->rank);
    fan_status status = join(place, map, &failed);
    int code = status == FAN_OK ? agree(place, failed, map) : MPI_SUCCESS;
    if (code != MPI_SUCCESS)
        status = fan_fail_mpi(code, mpi_failed);
    if (status != FAN_OK) {
        fan_node_map_free(map);
        return status;
    }
    find_near(map, hosts->size, hosts->rank);
    number_nodes(map, hosts->size);
    return FAN_OK;
}

int fan_node_map_speaker(const fan_node_map *map, int node, int root)
{
    return map->node_of[root] == node ? root : map->leader[node];
}

int fan_node_map_domain(const fan_node_map *map, int rank)
{
    return map->domain_of == NULL ? 0 : map->domain_of[rank];
}
