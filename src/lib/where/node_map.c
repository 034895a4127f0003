/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/node_map.h"

#include "base/log.h"
#include "comm/agree.h"

#include <stdlib.h>

static const char mpi_failed[] = "cannot find the ranks that share memory";

/* Ranks that share memory, of hosts of the same name. */
static fan_status split(const fan_hosts *hosts, int host, MPI_Comm *local)
{
    MPI_Comm sharing;
    int code = MPI_Comm_split_type(hosts->comm, MPI_COMM_TYPE_SHARED, hosts->rank, MPI_INFO_NULL,
                                   &sharing);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    code = MPI_Comm_split(sharing, host, hosts->rank, local);
    MPI_Comm_free(&sharing);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

/* Ranks that cannot share memory each take part on their own: slower, but right. */
static fan_status join(const fan_hosts *hosts, MPI_Comm local, int domain, fan_node **node,
                       int *leader)
{
    int size, rank;
    MPI_Comm_size(local, &size);
    MPI_Comm_rank(local, &rank);
    *leader = hosts->rank;
    if (size == 1)
        return FAN_OK;
    fan_status status = fan_node_join(local, domain, true, node);
    if (status == FAN_ERR_SYSTEM || status == FAN_ERR_MEMORY) {
        if (rank == 0)
            fan_warn("rank %d and %d others on its node cannot share memory: %s. Each receives the "
                     "data on its own.",
                     hosts->rank, size - 1, fan_fail_text());
        return FAN_OK;
    }
    if (status != FAN_OK)
        return status;
    int code = PMPI_Bcast(leader, 1, MPI_INT, 0, local);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

static fan_status find_leader(const fan_hosts *hosts, bool by_domain, fan_node **node, int *leader)
{
    MPI_Comm local;
    fan_whereabouts own;
    fan_status status = fan_hosts_find(hosts, &own);
    if (status == FAN_OK)
        status = split(hosts, own.host, &local);
    if (status != FAN_OK)
        return status;
    MPI_Comm_set_errhandler(local, MPI_ERRORS_RETURN);
    status = join(hosts, local, by_domain ? own.domain : 0, node, leader);
    MPI_Comm_free(&local);
    return status;
}

/* From the leader of each rank. A leader is its own and comes before the others. */
static void number_nodes(fan_node_map *map, int ranks, int *members)
{
    for (int rank = 0; rank < ranks; rank++) {
        bool leads = map->node_of[rank] == rank;
        if (leads)
            map->leader[map->nodes] = rank;
        int node = leads ? map->nodes++ : map->node_of[map->node_of[rank]];
        map->node_of[rank] = node;
        members[node]++;
        if (members[node] > map->largest)
            map->largest = members[node];
    }
}

/* If no node has several domains, nothing is kept. */
static int gather_domains(const fan_hosts *hosts, bool are_several, fan_node_map *map)
{
    if (!are_several) {
        free(map->domain_of);
        map->domain_of = NULL;
        return MPI_SUCCESS;
    }
    int own = map->node == NULL ? 0 : map->node->domain;
    return MPI_Allgather(&own, 1, MPI_INT, map->domain_of, 1, MPI_INT, hosts->comm);
}

static fan_status gather(const fan_hosts *hosts, int leader, fan_node_map *map)
{
    size_t ranks = (size_t)hosts->size;
    map->node_of = malloc(ranks * sizeof *map->node_of);
    map->leader = malloc(ranks * sizeof *map->leader);
    map->domain_of = malloc(ranks * sizeof *map->domain_of);
    int *members = calloc(ranks, sizeof *members);
    bool failed =
        map->node_of == NULL || map->leader == NULL || map->domain_of == NULL || members == NULL;
    int64_t most[2] = {failed, map->node == NULL ? 1 : map->node->ring.domains};
    int code = fan_comm_maximum(hosts->comm, 2, most);
    failed = most[0] != 0;
    if (code == MPI_SUCCESS && !failed)
        code = MPI_Allgather(&leader, 1, MPI_INT, map->node_of, 1, MPI_INT, hosts->comm);
    if (code == MPI_SUCCESS && !failed)
        code = gather_domains(hosts, most[1] > 1, map);
    if (code == MPI_SUCCESS && !failed)
        number_nodes(map, hosts->size, members);
    free(members);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    return failed ? fan_fail(FAN_ERR_MEMORY, "no memory for the nodes of %d ranks on some rank",
                             hosts->size)
                  : FAN_OK;
}

fan_status fan_node_map_make(const fan_hosts *hosts, const fan_params *params, fan_node_map *map)
{
    *map = (fan_node_map){0};
    int leader = hosts->rank;
    fan_status status = FAN_OK;
    if (params->shared_memory != 0)
        status = find_leader(hosts, params->domains != 0, &map->node, &leader);
    if (status == FAN_OK)
        status = gather(hosts, leader, map);
    if (status != FAN_OK)
        fan_node_map_free(map);
    return status;
}

void fan_node_map_free(fan_node_map *map)
{
    if (map->node != NULL)
        fan_node_leave(map->node);
    free(map->node_of);
    free(map->leader);
    free(map->domain_of);
    *map = (fan_node_map){0};
}

int fan_node_map_speaker(const fan_node_map *map, int node, int root)
{
    return map->node_of[root] == node ? root : map->leader[node];
}

int fan_node_map_domain(const fan_node_map *map, int rank)
{
    return map->domain_of == NULL ? 0 : map->domain_of[rank];
}
