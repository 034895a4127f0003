/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/typemap.h"
#include "lib/arguments.h"
#include "lib/delivery.h"
#include "lib/errors.h"

#include <limits.h>

/*
 * An MPI 3 library takes no count above 2^31 - 1: make a datatype of `count` elements, as
 * q x (contiguous INT_MAX) and a rest.
 */
#ifndef HAVE_MPI_BCAST_C
static int make_large_type(MPI_Count count, MPI_Datatype datatype, MPI_Datatype *large)
{
    MPI_Datatype block, parts[2];
    MPI_Count lower, extent;
    int lengths[2] = {1, 1};
    int code = MPI_Type_get_extent_x(datatype, &lower, &extent);
    if (code != MPI_SUCCESS)
        return code;
    MPI_Aint displacements[2] = {0, (MPI_Aint)(count / INT_MAX * INT_MAX * extent)};
    MPI_Type_contiguous(INT_MAX, datatype, &block);
    MPI_Type_contiguous((int)(count / INT_MAX), block, &parts[0]);
    MPI_Type_contiguous((int)(count % INT_MAX), datatype, &parts[1]);
    code = MPI_Type_create_struct(2, lengths, displacements, parts, large);
    MPI_Type_free(&block);
    MPI_Type_free(&parts[0]);
    MPI_Type_free(&parts[1]);
    return code == MPI_SUCCESS ? MPI_Type_commit(large) : code;
}

static int broadcast_large(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    MPI_Datatype large;
    int code = make_large_type(count, datatype, &large);
    if (code != MPI_SUCCESS)
        return code;
    code = PMPI_Bcast(buffer, 1, large, root, comm);
    MPI_Type_free(&large);
    return code;
}
#else
static int broadcast_large(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return PMPI_Bcast_c(buffer, count, datatype, root, comm);
}
#endif

/* The MPI library's own broadcast. It also judges wrong arguments, and raises its own errors. */
static int hand_over(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    if (count > INT_MAX)
        return broadcast_large(buffer, count, datatype, root, comm);
    return PMPI_Bcast(buffer, count < 0 ? -1 : (int)count, datatype, root, comm);
}

/* Ours are broadcasts with sane arguments on an intracommunicator of several ranks. */
static bool is_ours(const void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    if (comm == MPI_COMM_NULL || datatype == MPI_DATATYPE_NULL || count < 0)
        return false;
    int inter, size;
    if (MPI_Comm_test_inter(comm, &inter) != MPI_SUCCESS || inter)
        return false;
    return MPI_Comm_size(comm, &size) == MPI_SUCCESS && size > 1 && root >= 0 && root < size &&
           fan_arguments_accepted(buffer, count, datatype);
}

/* Memory that is not one piece is packed and unpacked a chunk at a time. */
typedef struct packing {
    const fan_typemap *map;
    void *buffer;
} packing;

static int pack(void *state, int64_t offset, void *piece, int64_t bytes)
{
    const packing *p = state;
    fan_typemap_pack(p->map, p->buffer, offset, piece, bytes);
    return 0;
}

static int unpack(void *state, int64_t offset, const void *piece, int64_t bytes)
{
    const packing *p = state;
    fan_typemap_unpack(p->map, p->buffer, offset, piece, bytes);
    return 0;
}

static fan_status deliver(fan_comm_state *state, void *buffer, const fan_typemap *map, int root, int *mpi_code)
{
    packing p = {map, buffer};
    fan_store store = {0};
    int64_t offset;
    if (fan_typemap_is_dense(map, &offset))
        store.base = (void *)((uintptr_t)buffer + (uintptr_t)offset);
    else
        store = (fan_store){.fill = pack, .drain = state->rank == root ? NULL : unpack, .state = &p};
    return fan_deliver_buffer(state, fan_typemap_bytes(map), root, &store, mpi_code);
}

static fan_status broadcast(fan_comm_state *state, void *buffer, MPI_Count count, MPI_Datatype datatype, int root,
                            int *mpi_code)
{
    fan_typemap *map;
    fan_status status = fan_typemap_make(count, datatype, &map);
    if (status != FAN_OK)
        return status;
    status = deliver(state, buffer, map, root, mpi_code);
    fan_typemap_free(map);
    return status;
}

static fan_status check(fan_comm_state *state, int64_t bytes, int root, int *mpi_code)
{
    if (!state->params.check)
        return FAN_OK;
    fan_status status = fan_comm_state_connect(state, mpi_code);
    return status == FAN_OK ? fan_arguments_compare(state, bytes, root, mpi_code) : status;
}

int fanout_bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    if (!is_ours(buffer, count, datatype, root, comm))
        return hand_over(buffer, count, datatype, root, comm);
    MPI_Count size;
    int code = MPI_Type_size_x(datatype, &size);
    if (code != MPI_SUCCESS)
        return code;
    int64_t bytes;
    if (size == MPI_UNDEFINED || __builtin_mul_overflow(count, size, &bytes))
        return fan_raise(comm, FAN_OK, MPI_ERR_COUNT);
    fan_comm_state *state;
    fan_status status = fan_comm_state_get(comm, &state, &code);
    if (status == FAN_OK)
        status = check(state, bytes, root, &code);
    if (status != FAN_OK)
        return fan_raise(comm, status, fan_error_code(status, code));
    /* Open MPI returns at once on ranks with no element, and waits for them on ranks with elements of no data. */
    if (bytes == 0)
        return hand_over(buffer, 0, datatype, root, comm);
    if (bytes < state->params.min_bytes)
        return hand_over(buffer, count, datatype, root, comm);
    status = fan_comm_state_connect(state, &code);
    if (status == FAN_OK && fan_is_small(state, bytes))
        return hand_over(buffer, count, datatype, root, comm);
    if (status == FAN_OK)
        status = broadcast(state, buffer, count, datatype, root, &code);
    return fan_raise(comm, status, fan_error_code(status, code));
}

int fanout_bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    return fanout_bcast_c(buffer, count, datatype, root, comm);
}
