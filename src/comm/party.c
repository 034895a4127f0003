/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/party.h"

#include "comm/wait.h"

#include <stdint.h>
#include <string.h>

static int rank_of(const fan_comm_party *p, int member)
{
    return p->ranks == NULL ? member : p->ranks[member];
}

static int send_to(const fan_comm_party *p, int member, const void *data, size_t bytes)
{
    MPI_Request request;
    int code =
        PMPI_Isend(data, (int)bytes, MPI_BYTE, rank_of(p, member), p->tag, p->comm, &request);
    return fan_comm_complete_message(code, &request);
}

static int receive_from(const fan_comm_party *p, int member, void *data, size_t bytes)
{
    MPI_Request request;
    int code =
        PMPI_Irecv(data, (int)bytes, MPI_BYTE, rank_of(p, member), p->tag, p->comm, &request);
    return fan_comm_complete_message(code, &request);
}

int fan_party_share(const fan_comm_party *p, void *data, size_t bytes)
{
    if (p->self > 0)
        return receive_from(p, 0, data, bytes);
    int code = MPI_SUCCESS;
    for (int member = 1; member < p->members && code == MPI_SUCCESS; member++)
        code = send_to(p, member, data, bytes);
    return code;
}

int fan_party_collect(const fan_comm_party *p, const void *own, void *all, size_t bytes)
{
    if (p->self > 0)
        return send_to(p, 0, own, bytes);
    memcpy(all, own, bytes);
    int code = MPI_SUCCESS;
    for (int member = 1; member < p->members && code == MPI_SUCCESS; member++)
        code = receive_from(p, member, (char *)all + (size_t)member * bytes, bytes);
    return code;
}

static int find_worst(const fan_comm_party *p, int64_t *worst)
{
    int64_t own = *worst;
    if (p->self > 0)
        return send_to(p, 0, &own, sizeof own);
    int code = MPI_SUCCESS;
    for (int member = 1; member < p->members && code == MPI_SUCCESS; member++) {
        int64_t other = 0;
        code = receive_from(p, member, &other, sizeof other);
        *worst = other > *worst ? other : *worst;
    }
    return code;
}

fan_status fan_party_worst(const fan_comm_party *p, fan_status status)
{
    int64_t worst = status;
    int code = find_worst(p, &worst);
    if (code == MPI_SUCCESS)
        code = fan_party_share(p, &worst, sizeof worst);
    if (code != MPI_SUCCESS)
        return fan_fail_mpi(code, "cannot agree on the memory of a node");
    if (worst != (int64_t)FAN_OK && status == FAN_OK)
        return fan_fail((fan_status)worst, "another rank of the node cannot use the shared memory");
    return (fan_status)worst;
}
