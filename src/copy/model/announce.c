/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/model/announce.h"
#include "fanout.h"

static int send(void *data, int64_t count, size_t size, int root, MPI_Comm comm)
{
    return fanout_bcast_c(data, (MPI_Count)(count * (int64_t)size), MPI_BYTE, root, comm);
}

/* What the rank `root` has found. */
static int share(fan_copy_manifest *found, int root, MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    int64_t counts[] = {found->entry_count, found->extent_count, found->text_bytes};
    int code = MPI_Bcast(counts, 3, MPI_INT64_T, root, comm);
    if (code == MPI_SUCCESS && rank != root)
        fan_copy_manifest_allocate(found, counts[0], counts[1], counts[2]);
    if (code == MPI_SUCCESS)
        code = send(found->entries, counts[0], sizeof *found->entries, root, comm);
    if (code == MPI_SUCCESS)
        code = send(found->extents, counts[1], sizeof *found->extents, root, comm);
    if (code == MPI_SUCCESS)
        code = send(found->text, counts[2], 1, root, comm);
    return code;
}

int fan_copy_announce(fan_copy_manifest *manifest, fan_copy_portion *portions, int count,
                      MPI_Comm comm)
{
    int rank, code = MPI_SUCCESS;
    MPI_Comm_rank(comm, &rank);
    fan_copy_manifest all = {0};
    for (int i = 0; i < count && code == MPI_SUCCESS; i++) {
        fan_copy_manifest found = {0};
        if (rank == portions[i].reader)
            found = *manifest;
        code = share(&found, portions[i].reader, comm);
        portions[i].first = all.entry_count;
        if (i == 0)
            all = found;
        else
            fan_copy_manifest_append(&all, &found);
        portions[i].end = all.entry_count;
    }
    *manifest = all;
    return code;
}
