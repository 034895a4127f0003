/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/mpi/mpi_trace.h"

#include "base/clock.h"

#include <math.h>

enum { CLOCK_TAG = 32765, PIECE_TAG = 32764 }; /* chunks have small ones; see mpi_stall.c */
enum { ROUND_TRIPS = 20 };                     /* of which the shortest counts */

static int answer(MPI_Comm comm, int rank)
{
    int code = MPI_SUCCESS;
    for (int i = 0; code == MPI_SUCCESS && i < ROUND_TRIPS; i++) {
        code = MPI_Recv(NULL, 0, MPI_BYTE, rank, CLOCK_TAG, comm, MPI_STATUS_IGNORE);
        double now = fan_clock_now();
        if (code == MPI_SUCCESS)
            code = MPI_Send(&now, 1, MPI_DOUBLE, rank, CLOCK_TAG, comm);
    }
    return code;
}

static int ask(MPI_Comm comm, fan_clock_offset *offset)
{
    int code = MPI_SUCCESS;
    for (int i = 0; code == MPI_SUCCESS && i < ROUND_TRIPS; i++) {
        double theirs, sent = fan_clock_now();
        code = MPI_Send(NULL, 0, MPI_BYTE, 0, CLOCK_TAG, comm);
        if (code == MPI_SUCCESS)
            code = MPI_Recv(&theirs, 1, MPI_DOUBLE, 0, CLOCK_TAG, comm, MPI_STATUS_IGNORE);
        if (code == MPI_SUCCESS)
            fan_clock_improve(offset, sent, theirs, fan_clock_now());
    }
    return code;
}

int fan_mpi_clock_compare(MPI_Comm comm, fan_clock_offset *offset)
{
    int rank, size, code = MPI_SUCCESS;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    *offset = (fan_clock_offset){.time = fan_clock_now(), .error = rank == 0 ? 0 : INFINITY};
    if (rank > 0)
        return ask(comm, offset);
    for (int other = 1; code == MPI_SUCCESS && other < size; other++)
        code = answer(comm, other);
    return code;
}

static int piece_of(int64_t left)
{
    return left < FAN_MPI_PIECE ? (int)left : FAN_MPI_PIECE;
}

int fan_mpi_trace_send(MPI_Comm comm, const fan_transfer *transfers, int64_t count)
{
    int code = MPI_SUCCESS;
    for (int64_t done = 0; code == MPI_SUCCESS && done < count; done += piece_of(count - done))
        code = MPI_Ssend(transfers + done, piece_of(count - done) * (int)sizeof *transfers,
                         MPI_BYTE, 0, PIECE_TAG, comm);
    return code;
}

int fan_mpi_trace_receive(MPI_Comm comm, int rank, int64_t left, fan_transfer *transfers,
                          int *count)
{
    *count = piece_of(left);
    return MPI_Recv(transfers, *count * (int)sizeof *transfers, MPI_BYTE, rank, PIECE_TAG, comm,
                    MPI_STATUS_IGNORE);
}
