/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/where/hosts.h"

#include "base/segment.h"
#include "comm/agree.h"
#include "comm/wait.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mpi_failed[] = "cannot agree on the hosts of the ranks";

/* What a rank tells, before the name of its host. */
typedef struct told {
    uint64_t reach; /* with whom it may share memory */
    uint64_t able;
} told;

static size_t told_bytes(int longest)
{
    return sizeof(told) + (size_t)longest + 1;
}

bool fan_hosts_begin(fan_hosts *hosts, MPI_Comm comm)
{
    int length;
    *hosts = (fan_hosts){0};
    MPI_Comm_rank(comm, &hosts->rank);
    MPI_Comm_size(comm, &hosts->size);
    MPI_Get_processor_name(hosts->own, &length);
    hosts->of = malloc((size_t)hosts->size * sizeof *hosts->of);
    if (hosts->rank > 0)
        return hosts->of != NULL;
    hosts->block = malloc((size_t)hosts->size * told_bytes(MPI_MAX_PROCESSOR_NAME));
    hosts->names = malloc((size_t)hosts->size * sizeof *hosts->names);
    return hosts->of != NULL && hosts->block != NULL && hosts->names != NULL;
}

void fan_hosts_free(fan_hosts *hosts)
{
    fan_topology_free(hosts->topology);
    free(hosts->names);
    free(hosts->order);
    free(hosts->block);
    free(hosts->of);
    *hosts = (fan_hosts){0};
}

static told what_told(const fan_hosts *hosts, int rank, int longest)
{
    told t;
    memcpy(&t, hosts->block + (size_t)rank * told_bytes(longest), sizeof t);
    return t;
}

/* Only as many bytes are sent and touched as the longest name needs. */
static fan_status tell(fan_hosts *hosts, MPI_Comm comm, int longest, bool able)
{
    char own[sizeof(told) + sizeof hosts->own];
    told t = {fan_segment_reach(), able};
    memcpy(own, &t, sizeof t);
    memcpy(own + sizeof t, hosts->own, sizeof hosts->own);
    int code = fan_comm_to_first(own, hosts->block, told_bytes(longest), comm);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

/* ---- on rank 0 ---- */

/* The file names ranks of MPI_COMM_WORLD, so that it means the same on every communicator. */
static void move_ranks(fan_hosts *hosts, MPI_Comm comm)
{
    MPI_Group group, world;
    MPI_Comm_group(comm, &group);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    for (int rank = 0; rank < hosts->size; rank++) {
        int in_world;
        MPI_Group_translate_ranks(group, 1, &rank, world, &in_world);
        hosts->names[rank] = fan_topology_rank_host(hosts->topology, in_world, hosts->names[rank]);
        hosts->of[rank].domain = fan_topology_rank_domain(hosts->topology, in_world);
    }
    MPI_Group_free(&group);
    MPI_Group_free(&world);
}

static fan_status read_topology(fan_hosts *hosts, MPI_Comm comm)
{
    const char *path = secure_getenv("FANOUT_TOPO_FILE");
    if (path == NULL || *path == '\0')
        return FAN_OK;
    fan_status status = fan_topology_read(path, &hosts->topology);
    if (status == FAN_OK && hosts->topology->moved_count > 0)
        move_ranks(hosts, comm);
    return status;
}

typedef struct named_rank {
    const char *name;
    uint64_t reach;
    int rank;
} named_rank;

static bool are_together(const named_rank *a, const named_rank *b)
{
    return strcmp(a->name, b->name) == 0 && a->reach == b->reach;
}

static int compare(const void *a, const void *b)
{
    const named_rank *first = a, *second = b;
    int names = strcmp(first->name, second->name);
    if (names != 0)
        return names;
    if (first->reach != second->reach)
        return first->reach < second->reach ? -1 : 1;
    return first->rank - second->rank;
}

static fan_status find_together(fan_hosts *hosts, int longest)
{
    named_rank *sorted = malloc((size_t)hosts->size * sizeof *sorted);
    if (sorted == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the hosts of %d ranks", hosts->size);
    for (int rank = 0; rank < hosts->size; rank++)
        sorted[rank] =
            (named_rank){hosts->names[rank], what_told(hosts, rank, longest).reach, rank};
    qsort(sorted, (size_t)hosts->size, sizeof *sorted, compare);
    for (int i = 0; i < hosts->size; i++) {
        bool is_first = i == 0 || !are_together(&sorted[i], &sorted[i - 1]);
        int rank = sorted[i].rank;
        hosts->of[rank].host = is_first ? rank : hosts->of[sorted[i - 1].rank].host;
    }
    free(sorted);
    return FAN_OK;
}

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

static fan_status order_hosts(fan_hosts *hosts)
{
    int *leader = malloc((size_t)hosts->size * sizeof *leader), count = 0;
    if (leader == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for %d hosts", hosts->size);
    for (int rank = 0; rank < hosts->size; rank++)
        if (hosts->of[rank].host == rank)
            leader[count++] = rank;
    fan_status status = make_order(hosts, leader, count, &hosts->order);
    free(leader);
    return status;
}

static void read_names(fan_hosts *hosts, int longest)
{
    for (int rank = 0; rank < hosts->size; rank++) {
        hosts->names[rank] = hosts->block + (size_t)rank * told_bytes(longest) + sizeof(told);
        hosts->of[rank] = (fan_whereabouts){rank, FAN_NO_DOMAIN};
    }
}

static fan_status find(fan_hosts *hosts, MPI_Comm comm, int longest, bool share)
{
    read_names(hosts, longest);
    fan_status status = read_topology(hosts, comm);
    if (status == FAN_OK && share)
        status = find_together(hosts, longest);
    return status == FAN_OK ? order_hosts(hosts) : status;
}

/* ---- what rank 0 answers ---- */

/* What must be known before the table of an order can be received. */
typedef struct header {
    fan_comm_verdict verdict;
    bool able;     /* all ranks are */
    bool is_plain; /* the order is that of the numbers of the nodes */
    int nodes, slow, switches;
    double slowest;
} header;

static void describe(const fan_order *order, header *h)
{
    memset(h, 0, sizeof *h);
    h->is_plain = order == NULL;
    if (order == NULL)
        return;
    h->nodes = order->nodes;
    h->slow = order->slow;
    h->switches = order->switches;
    h->slowest = order->slowest;
}

/* A rank's `failed` is a failure on all. */
static fan_status agree(MPI_Comm comm, bool failed)
{
    int code = fan_comm_any(comm, &failed);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, mpi_failed);
    return failed ? fan_fail(FAN_ERR_MEMORY, "no memory for the hosts of the ranks on some rank")
                  : FAN_OK;
}

/* Rank 0 has its order already, the others get it. */
static fan_status share_table(MPI_Comm comm, const header *h, fan_order **order)
{
    if (*order == NULL)
        *order = fan_order_allocate(h->nodes, h->slow, h->switches, h->slowest);
    fan_status status = agree(comm, *order == NULL);
    if (status != FAN_OK)
        return status;
    size_t bytes = fan_order_table_length(*order) * sizeof(int);
    int code = fan_comm_from(0, (*order)->table, bytes, comm);
    return code == MPI_SUCCESS ? FAN_OK : fan_fail_mpi(code, mpi_failed);
}

/* Rank 0's status is that of all, and so is its `able`. */
static fan_status share_order(MPI_Comm comm, fan_status status, bool *able, fan_order **order)
{
    header h;
    describe(*order, &h);
    h.able = *able;
    status = fan_comm_share(comm, status, &h.verdict, sizeof h, mpi_failed);
    *able = h.able;
    if (status == FAN_OK && !h.is_plain)
        status = share_table(comm, &h, order);
    if (status != FAN_OK) {
        free(*order);
        *order = NULL;
    }
    return status;
}

/* Begun before the verdict is waited for: one way for both. */
static fan_status share_all(fan_hosts *hosts, MPI_Comm comm, fan_status status, bool *able)
{
    MPI_Request request;
    int code =
        PMPI_Ibcast(hosts->of, hosts->size * (int)sizeof *hosts->of, MPI_BYTE, 0, comm, &request);
    status = share_order(comm, status, able, &hosts->order);
    code = fan_comm_completed(code, &request);
    return code == MPI_SUCCESS ? status : fan_fail_mpi(code, mpi_failed);
}

static int count_hosts(const fan_hosts *hosts)
{
    int count = 0;
    for (int rank = 0; rank < hosts->size; rank++)
        count += hosts->of[rank].host == rank;
    return count;
}

static bool are_all_able(const fan_hosts *hosts, int longest)
{
    bool able = true;
    for (int rank = 0; rank < hosts->size; rank++)
        able = able && what_told(hosts, rank, longest).able;
    return able;
}

fan_status fan_hosts_find(fan_hosts *hosts, MPI_Comm comm, int longest, bool share, bool *able)
{
    fan_status status = tell(hosts, comm, longest, *able);
    if (status != FAN_OK)
        return status;
    if (hosts->rank == 0) {
        *able = are_all_able(hosts, longest);
        status = find(hosts, comm, longest, share);
    }
    status = share_all(hosts, comm, status, able);
    hosts->count = status == FAN_OK ? count_hosts(hosts) : 0;
    return status;
}

fan_status fan_hosts_order(const fan_hosts *hosts, MPI_Comm comm, const int *leader, int nodes,
                           fan_order **order)
{
    *order = NULL;
    bool able = true;
    fan_status status = hosts->rank == 0 ? make_order(hosts, leader, nodes, order) : FAN_OK;
    return share_order(comm, status, &able, order);
}
