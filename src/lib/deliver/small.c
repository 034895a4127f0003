/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/deliver/small.h"

#include "comm/wait.h"

#include <limits.h>

/* Above, MPI's algorithms are better (4 ranks in a node, Open MPI 4.1.4 and MPICH 4.0.2). */
enum { MOST_BYTES = 8192, MOST_CHILDREN = 31 };

bool fan_small_takes(const fan_comm_state *state, MPI_Count count, int64_t bytes)
{
    return state->connection == FAN_CONNECTED && bytes <= MOST_BYTES && count <= INT_MAX;
}

/* Ranks are counted from the root. The lowest bit that is set in the number of a rank leads to its
 * parent, and the bits below it to its children. */
int fan_small_broadcast(const fan_comm_state *state, void *buffer, int count, MPI_Datatype datatype,
                        int root)
{
    int size = state->size, number = (state->rank - root + size) % size, tag = state->first_tag + FAN_TAG_SMALL;
    int bit = 1, children = 0, code = MPI_SUCCESS;
    MPI_Request request, sends[MOST_CHILDREN];
    while (bit < size && (number & bit) == 0)
        bit <<= 1;
    if (number > 0) {
        int parent = (number - bit + root) % size;
        code = PMPI_Irecv(buffer, count, datatype, parent, tag, state->comm, &request);
        code = fan_comm_completed(code, &request);
    }
    for (bit >>= 1; bit > 0 && code == MPI_SUCCESS; bit >>= 1)
        if (number + bit < size)
            code = PMPI_Isend(buffer, count, datatype, (number + bit + root) % size, tag, state->comm, &sends[children++]);
    for (int i = 0; i < children && code == MPI_SUCCESS; i++)
        code = fan_comm_complete(&sends[i]);
    return code;
}
