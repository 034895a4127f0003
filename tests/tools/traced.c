/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Usage: traced BYTES plain|several|stream|own|shared|end|mdc|error
 * Broadcasts, for trace.sh, whose data is checked. several: on four communicators, of which one is
 * freed before MPI_Finalize, and two have another process as rank 0. error: rank 1 expects another
 * length. mdc: eight descriptors. own: a stream with a window of its own. shared: one whose source
 * all ranks can read. end: one to its end.
 */
#include "config.h"

#include "fanout_mdc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size, bytes;
static bool good = true;

static unsigned char value(int root, MPI_Count offset)
{
    return (unsigned char)((unsigned long long)(offset + 1) * 2654435761u >> 9) ^
           (unsigned char)root;
}

static void broadcast(MPI_Comm comm, int root)
{
    int own;
    unsigned char *data = malloc((size_t)bytes);
    MPI_Comm_rank(comm, &own);
    for (int i = 0; i < bytes; i++)
        data[i] = own == root ? value(root, i) : 0;
    good = fanout_bcast(data, bytes, MPI_BYTE, root, comm) == MPI_SUCCESS && good;
    for (int i = 0; i < bytes; i++)
        good = good && data[i] == value(root, i);
    free(data);
}

static void on_several(void)
{
    MPI_Comm half, freed, kept;
    broadcast(MPI_COMM_WORLD, 0);
    MPI_Comm_dup(MPI_COMM_WORLD, &freed);
    broadcast(freed, 1);
    MPI_Comm_free(&freed);
    MPI_Comm_split(MPI_COMM_WORLD, rank < size / 2, rank, &half);
    broadcast(half, 0);
    MPI_Comm_dup(half, &kept);
    broadcast(kept, 0);
    broadcast(MPI_COMM_WORLD, 2);
}

static int fill(void *state, MPI_Count offset, void *buffer, size_t count)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        ((unsigned char *)buffer)[i] = value(0, offset + (MPI_Count)i);
    return 0;
}

static int drain(void *state, MPI_Count offset, const void *buffer, size_t count)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        good = good && ((const unsigned char *)buffer)[i] == value(0, offset + (MPI_Count)i);
    return 0;
}

static void stream_with(const char *key, const char *value_of_key)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, key, value_of_key);
    good = fanout_stream(bytes, fill, drain, NULL, 0, MPI_COMM_WORLD, info) == MPI_SUCCESS && good;
    MPI_Info_free(&info);
}

static MPI_Count read_some(void *state, MPI_Count offset, void *buffer, size_t count)
{
    MPI_Count left = bytes - offset, some = (MPI_Count)count < left ? (MPI_Count)count : left;
    fill(state, offset, buffer, (size_t)some);
    return some;
}

static void stream_to_end(void)
{
    MPI_Count length;
    good = fanout_stream_to_end(read_some, drain, NULL, 0, MPI_COMM_WORLD, MPI_INFO_NULL,
                                &length) == MPI_SUCCESS &&
           good && length == bytes;
}

static void broadcast_descriptors(void)
{
    const MPI_Count extent[] = {bytes};
    const int factor[] = {8};
    const fanout_mdc mdc = {1, extent, factor, 1};
    unsigned char *data = calloc((size_t)bytes, 1);
    for (int i = 0; rank == 0 && i < bytes; i++)
        data[i] = value(0, i);
    good =
        fanout_mdc_bcast(data, &mdc, NULL, NULL, 0, MPI_COMM_WORLD, MPI_INFO_NULL) == MPI_SUCCESS;
    for (int i = 0; i < bytes; i++)
        good = good && data[i] == value(0, i);
    free(data);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (argc != 3) {
        fprintf(stderr, "usage: traced BYTES plain|several|stream|own|shared|end|mdc|error\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    bytes = atoi(argv[1]);
    if (strcmp(argv[2], "plain") == 0)
        broadcast(MPI_COMM_WORLD, 0);
    else if (strcmp(argv[2], "several") == 0)
        on_several();
    else if (strcmp(argv[2], "mdc") == 0)
        broadcast_descriptors();
    else if (strcmp(argv[2], "stream") == 0)
        stream_with("no_parameter", "1");
    else if (strcmp(argv[2], "own") == 0)
        stream_with("fanout_window", "2");
    else if (strcmp(argv[2], "shared") == 0)
        stream_with("fanout_shared_source", "1");
    else if (strcmp(argv[2], "end") == 0)
        stream_to_end();
    else if (rank == 1)
        bytes += 64 * 1024;
    if (strcmp(argv[2], "error") == 0)
        broadcast(MPI_COMM_WORLD, 0);
    if (good)
        printf("rank %d: good\n", rank);
    MPI_Finalize();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
