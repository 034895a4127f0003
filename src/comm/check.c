/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/check.h"

#include "compat/mpi_calls.h"

#include <stdbool.h>

int fan_comm_look(MPI_Comm comm, int *size)
{
    int inter = 0;
    int code = PMPI_Comm_test_inter(comm, &inter);
    *size = 0;
    return code != MPI_SUCCESS || inter ? code : PMPI_Comm_size(comm, size);
}

int fan_comm_check(MPI_Comm comm, int *size)
{
    int code = comm == MPI_COMM_NULL ? MPI_ERR_COMM : fan_comm_look(comm, size);
    return code == MPI_SUCCESS && *size == 0 ? MPI_ERR_COMM : code;
}

bool fan_comm_is_inter(MPI_Comm comm)
{
    int size;
    return comm != MPI_COMM_NULL && fan_comm_look(comm, &size) == MPI_SUCCESS && size == 0;
}

bool fan_comm_has_threads(void)
{
    int level;
    PMPI_Query_thread(&level);
    return level == MPI_THREAD_MULTIPLE;
}

int fan_comm_bytes(MPI_Count count, MPI_Datatype datatype, MPI_Count *bytes)
{
    MPI_Count size;
    int code = fan_compat_type_size(datatype, &size);
    if (code != MPI_SUCCESS)
        return code;
    bool fits = size != MPI_UNDEFINED && !__builtin_mul_overflow(count, size, bytes);
    return fits ? MPI_SUCCESS : MPI_ERR_COUNT;
}

int fan_comm_rank_in_world(MPI_Comm comm, int rank)
{
    int found;
    MPI_Group group, world;
    PMPI_Comm_group(comm, &group);
    PMPI_Comm_group(MPI_COMM_WORLD, &world);
    PMPI_Group_translate_ranks(group, 1, &rank, world, &found);
    PMPI_Group_free(&group);
    PMPI_Group_free(&world);
    return found;
}
