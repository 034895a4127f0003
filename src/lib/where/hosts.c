/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/hosts.h"

#include "comm/agree.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mpi_failed[] = "cannot agree on the hosts of the ranks";

/* A rank's `failed` is a failure on all. Also finds the largest `length`. */
static fan_status agree(MPI_Comm comm, bool failed, int *length)
{
    int64_t most[2] = {failed, *length};
    int code = fan_comm_maximum(comm, 2, most);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    *length = (int)most[1];
    return most[0] ? fan_fail(FAN_ERR_MEMORY, "no memory for the hosts of the ranks on some rank")
                   : FAN_OK;
}

/* Rank 0's status is that of all. */
static fan_status share_status(MPI_Comm comm, fan_status status)
{
    fan_comm_verdict verdict;
    memset(&verdict, 0, sizeof verdict);
    return fan_comm_share(comm, status, &verdict, sizeof verdict, mpi_failed);
}

/* ---- names ---- */

/* Only as many bytes are sent and touched as the longest name needs. */
static fan_status gather_names(fan_hosts *hosts)
{
    char own[MPI_MAX_PROCESSOR_NAME + 1] = "";
    int length = 0;
    MPI_Get_processor_name(own, &length);
    if (hosts->rank == 0) {
        hosts->block = malloc((size_t)hosts->size * sizeof own);
        hosts->names = malloc((size_t)hosts->size * sizeof *hosts->names);
        hosts->domains = malloc((size_t)hosts->size * sizeof *hosts->domains);
    }
    int stride = (int)strlen(own) + 1;
    bool failed = hosts->rank == 0 &&
                  (hosts->block == NULL || hosts->names == NULL || hosts->domains == NULL);
    fan_status status = agree(hosts->comm, failed, &stride);
    if (status != FAN_OK)
        return status;
    int code = MPI_Gather(own, stride, MPI_CHAR, hosts->block, stride, MPI_CHAR, 0, hosts->comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    for (int rank = 0; hosts->rank == 0 && rank < hosts->size; rank++) {
        hosts->names[rank] = hosts->block + (size_t)rank * (size_t)stride;
        hosts->domains[rank] = FAN_NO_DOMAIN;
    }
    return FAN_OK;
}

/* The file names ranks of MPI_COMM_WORLD, so that it means the same on every communicator. */
static void move_ranks(fan_hosts *hosts)
{
    MPI_Group group, world;
    MPI_Comm_group(hosts->comm, &group);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    for (int rank = 0; rank < hosts->size; rank++) {
        int in_world;
        MPI_Group_translate_ranks(group, 1, &rank, world, &in_world);
        hosts->names[rank] = fan_topology_rank_host(hosts->topology, in_world, hosts->names[rank]);
        hosts->domains[rank] = fan_topology_rank_domain(hosts->topology, in_world);
    }
    MPI_Group_free(&group);
    MPI_Group_free(&world);
}

/* On rank 0. */
static fan_status read_topology(fan_hosts *hosts)
{
    const char *path = secure_getenv("FANOUT_TOPO_FILE");
    if (path == NULL || *path == '\0')
        return FAN_OK;
    fan_status status = fan_topology_read(path, &hosts->topology);
    if (status == FAN_OK && hosts->topology->moved_count > 0)
        move_ranks(hosts);
    return status;
}

fan_status fan_hosts_collect(MPI_Comm comm, fan_hosts *hosts)
{
    *hosts = (fan_hosts){.comm = comm};
    MPI_Comm_rank(comm, &hosts->rank);
    MPI_Comm_size(comm, &hosts->size);
    fan_status status = gather_names(hosts);
    if (status != FAN_OK)
        return status;
    return share_status(comm, hosts->rank == 0 ? read_topology(hosts) : FAN_OK);
}

void fan_hosts_free(fan_hosts *hosts)
{
    fan_topology_free(hosts->topology);
    free(hosts->names);
    free(hosts->domains);
    free(hosts->block);
}

/* ---- where ranks are ---- */

typedef struct named_rank {
    const char *name;
    int rank;
} named_rank;

static int compare(const void *a, const void *b)
{
    const named_rank *first = a, *second = b;
    int names = strcmp(first->name, second->name);
    return names != 0 ? names : first->rank - second->rank;
}

static void find_all(const fan_hosts *hosts, named_rank *sorted, fan_whereabouts *all)
{
    for (int rank = 0; rank < hosts->size; rank++)
        sorted[rank] = (named_rank){hosts->names[rank], rank};
    qsort(sorted, (size_t)hosts->size, sizeof *sorted, compare);
    for (int i = 0; i < hosts->size; i++) {
        bool is_first = i == 0 || strcmp(sorted[i].name, sorted[i - 1].name) != 0;
        int rank = sorted[i].rank;
        all[rank] =
            (fan_whereabouts){is_first ? rank : all[sorted[i - 1].rank].host, hosts->domains[rank]};
    }
}

fan_status fan_hosts_find(const fan_hosts *hosts, fan_whereabouts *own)
{
    int unused = 0;
    fan_whereabouts *all = NULL;
    named_rank *sorted = NULL;
    if (hosts->rank == 0) {
        all = malloc((size_t)hosts->size * sizeof *all);
        sorted = malloc((size_t)hosts->size * sizeof *sorted);
    }
    bool failed = hosts->rank == 0 && (all == NULL || sorted == NULL);
    fan_status status = agree(hosts->comm, failed, &unused);
    if (status == FAN_OK) {
        if (hosts->rank == 0)
            find_all(hosts, sorted, all);
        int code =
            MPI_Scatter(all, sizeof *all, MPI_BYTE, own, sizeof *own, MPI_BYTE, 0, hosts->comm);
        if (code != MPI_SUCCESS)
            status = fan_fail_mpi(code, mpi_failed);
    }
    free(all);
    free(sorted);
    return status;
}

/* ---- order ---- */

/* On rank 0. */
static fan_status make_order(const fan_hosts *hosts, const int *leader, int nodes,
                             fan_order **order)
{
    const char **names = malloc((size_t)nodes * sizeof *names);
    if (names == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the names of %d hosts", nodes);
    for (int node = 0; node < nodes; node++)
        names[node] = hosts->names[leader[node]];
    fan_status status = fan_order_make(names, nodes, hosts->topology, order);
    free(names);
    return status;
}

/* What must be known before the table can be received. */
typedef struct header {
    int is_plain; /* the order is that of the numbers of the nodes */
    int slow;
    int switches;
    double slowest;
} header;

static header describe(const fan_order *order)
{
    if (order == NULL)
        return (header){.is_plain = true};
    return (header){false, order->slow, order->switches, order->slowest};
}

/* Rank 0 has its order already, the others get it. */
static fan_status share_table(const fan_hosts *hosts, int nodes, const header *h, fan_order **order)
{
    int unused = 0;
    if (*order == NULL)
        *order = fan_order_allocate(nodes, h->slow, h->switches, h->slowest);
    fan_status status = agree(hosts->comm, *order == NULL, &unused);
    if (status != FAN_OK)
        return status;
    int code =
        PMPI_Bcast((*order)->table, (int)fan_order_table_length(*order), MPI_INT, 0, hosts->comm);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

static fan_status share_order(const fan_hosts *hosts, int nodes, fan_order **order)
{
    header h = describe(*order);
    int code = PMPI_Bcast(&h, sizeof h, MPI_BYTE, 0, hosts->comm);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    return h.is_plain ? FAN_OK : share_table(hosts, nodes, &h, order);
}

fan_status fan_hosts_order(const fan_hosts *hosts, const int *leader, int nodes, fan_order **order)
{
    *order = NULL;
    fan_status status = hosts->rank == 0 ? make_order(hosts, leader, nodes, order) : FAN_OK;
    status = share_status(hosts->comm, status);
    if (status == FAN_OK)
        status = share_order(hosts, nodes, order);
    if (status != FAN_OK) {
        free(*order);
        *order = NULL;
    }
    return status;
}
