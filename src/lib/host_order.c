/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/host_order.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What rank 0 tells of its order before the table of it. */
typedef struct header {
    fan_status status;
    char text[500];
    int is_rank_order;
    int slow;
    int switches;
    double slowest;
} header;

/* Host names of all ranks, on rank 0. */
typedef struct host_names {
    char *block; /* NULL elsewhere */
    int stride;
} host_names;

static fan_status mpi_failure(int code, int *mpi_code)
{
    *mpi_code = code;
    return fan_fail(FAN_ERR_TRANSPORT, "cannot agree on the order of ranks");
}

/* A rank's `failed` is a failure on all. Also finds the largest `length`. */
static fan_status agree(MPI_Comm comm, bool failed, int *length, int *mpi_code)
{
    int most[2] = {failed, *length};
    int code = MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_INT, MPI_MAX, comm);
    if (code != MPI_SUCCESS)
        return mpi_failure(code, mpi_code);
    *length = most[1];
    return most[0] ? fan_fail(FAN_ERR_MEMORY, "no memory for the order of ranks on some rank") : FAN_OK;
}

/* Only as much travels, and is touched, as the longest name takes. */
static fan_status gather_names(MPI_Comm comm, int rank, int size, host_names *names, int *mpi_code)
{
    char own[MPI_MAX_PROCESSOR_NAME + 1] = "";
    int length = 0;
    MPI_Get_processor_name(own, &length);
    if (rank == 0)
        names->block = malloc((size_t)size * sizeof own);
    names->stride = (int)strlen(own) + 1;
    fan_status status = agree(comm, rank == 0 && names->block == NULL, &names->stride, mpi_code);
    if (status != FAN_OK)
        return status;
    int code = MPI_Gather(own, names->stride, MPI_CHAR, names->block, names->stride, MPI_CHAR, 0, comm);
    return code == MPI_SUCCESS ? FAN_OK : mpi_failure(code, mpi_code);
}

static fan_status order_hosts(const host_names *names, int size, const fan_topology *topology, fan_order **order)
{
    const char **hosts = malloc((size_t)size * sizeof *hosts);
    if (hosts == NULL)
        return fan_fail(FAN_ERR_MEMORY, "no memory for the names of %d hosts", size);
    for (int rank = 0; rank < size; rank++)
        hosts[rank] = names->block + (size_t)rank * (size_t)names->stride;
    fan_status status = fan_order_make(hosts, size, topology, order);
    free(hosts);
    return status;
}

/* On rank 0. */
static fan_status decide(const host_names *names, int size, fan_order **order)
{
    fan_topology *topology = NULL;
    const char *path = getenv("FANOUT_TOPO_FILE");
    if (path != NULL && *path != '\0') {
        fan_status status = fan_topology_read(path, &topology);
        if (status != FAN_OK)
            return status;
    }
    fan_status status = order_hosts(names, size, topology, order);
    fan_topology_free(topology);
    return status;
}

static header describe(fan_status status, const fan_order *order)
{
    header h;
    memset(&h, 0, sizeof h);
    h.status = status;
    h.is_rank_order = order == NULL;
    if (status != FAN_OK)
        snprintf(h.text, sizeof h.text, "%s", fan_fail_text());
    if (order != NULL) {
        h.slow = order->slow;
        h.switches = order->switches;
        h.slowest = order->slowest;
    }
    return h;
}

/* Rank 0 has its order already, the others get it. */
static fan_status share_table(MPI_Comm comm, int size, const header *h, fan_order **order, int *mpi_code)
{
    int unused = 0;
    if (*order == NULL)
        *order = fan_order_allocate(size, h->slow, h->switches, h->slowest);
    fan_status status = agree(comm, *order == NULL, &unused, mpi_code);
    if (status != FAN_OK)
        return status;
    int code = PMPI_Bcast((*order)->table, (int)fan_order_table_length(*order), MPI_INT, 0, comm);
    return code == MPI_SUCCESS ? FAN_OK : mpi_failure(code, mpi_code);
}

static fan_status share(MPI_Comm comm, int size, header *h, fan_order **order, int *mpi_code)
{
    int code = PMPI_Bcast(h, sizeof *h, MPI_BYTE, 0, comm);
    if (code != MPI_SUCCESS)
        return mpi_failure(code, mpi_code);
    if (h->status != FAN_OK)
        return fan_fail(h->status, "%s", h->text);
    return h->is_rank_order ? FAN_OK : share_table(comm, size, h, order, mpi_code);
}

fan_status fan_agree_on_order(MPI_Comm comm, fan_order **order, int *mpi_code)
{
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    host_names names = {0};
    header h = {0};
    *order = NULL;
    fan_status status = gather_names(comm, rank, size, &names, mpi_code);
    if (status == FAN_OK) {
        if (rank == 0) {
            fan_status decided = decide(&names, size, order);
            h = describe(decided, *order);
        }
        status = share(comm, size, &h, order, mpi_code);
    }
    free(names.block);
    if (status != FAN_OK) {
        free(*order);
        *order = NULL;
    }
    return status;
}
