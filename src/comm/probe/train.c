/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/probe/train.h"

#include "comm/wait.h"

enum { HEAD = 4 /* messages that do not count, as many bytes as a shaped link lets through */ };

static int receive(MPI_Comm comm, int from, int tag, int pieces)
{
    char piece[FAN_PROBE_TRAIN_PIECE];
    int code = MPI_SUCCESS;
    for (int i = 0; i < pieces && code == MPI_SUCCESS; i++) {
        MPI_Request request;
        code = fan_comm_complete_message(
            PMPI_Irecv(piece, sizeof piece, MPI_BYTE, from, tag, comm, &request), &request);
    }
    return code;
}

static int receive_train(MPI_Comm comm, int from, int tag, int pieces, double *rate)
{
    int code = receive(comm, from, tag, HEAD);
    double begin = MPI_Wtime();
    if (code == MPI_SUCCESS)
        code = receive(comm, from, tag, pieces);
    double seconds = MPI_Wtime() - begin;
    *rate = seconds > 0 ? (double)pieces * FAN_PROBE_TRAIN_PIECE / seconds : 0;
    return code;
}

int fan_probe_train(MPI_Comm comm, int to, int from, int tag, int pieces, double *rate)
{
    static const char piece[FAN_PROBE_TRAIN_PIECE];
    MPI_Request requests[HEAD + FAN_PROBE_TRAIN_MOST];
    int begun = 0, code = MPI_SUCCESS;
    *rate = 0;
    for (int i = 0; to != MPI_PROC_NULL && i < HEAD + pieces && code == MPI_SUCCESS; i++) {
        code = PMPI_Isend(piece, sizeof piece, MPI_BYTE, to, tag, comm, &requests[begun]);
        begun += code == MPI_SUCCESS;
    }
    if (from != MPI_PROC_NULL)
        code = fan_comm_first(code, receive_train(comm, from, tag, pieces, rate));
    return fan_comm_complete_messages(code, begun, requests);
}
