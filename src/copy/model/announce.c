/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/stop.h"
#include "copy/model/announce.h"
#include "fanout.h"

/* The communicator's errors are returned, and without the manifest the job cannot go on. */
static void need(int code)
{
    char text[MPI_MAX_ERROR_STRING];
    int length;
    if (code == MPI_SUCCESS)
        return;
    MPI_Error_string(code, text, &length);
    fan_copy_abort("cannot tell all ranks what is copied: %s", text);
}

static void send(void *data, int64_t count, size_t size, MPI_Comm comm)
{
    need(fanout_bcast_c(data, (MPI_Count)(count * (int64_t)size), MPI_BYTE, 0, comm));
}

void fan_copy_announce(fan_copy_manifest *manifest, MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    int64_t counts[] = {manifest->entry_count, manifest->extent_count, manifest->text_bytes};
    need(MPI_Bcast(counts, 3, MPI_INT64_T, 0, comm));
    if (rank != 0)
        fan_copy_manifest_allocate(manifest, counts[0], counts[1], counts[2]);
    send(manifest->entries, counts[0], sizeof *manifest->entries, comm);
    send(manifest->extents, counts[1], sizeof *manifest->extents, comm);
    send(manifest->text, counts[2], 1, comm);
}
