/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/model/announce.h"
#include "fanout.h"

#include <string.h>

static int send(void *data, int64_t count, size_t size, int root, MPI_Comm comm)
{
    return fanout_bcast_c(data, (MPI_Count)(count * (int64_t)size), MPI_BYTE, root, comm);
}

/*
 * All ranks learn of one that has no memory for it, or for as much again: what is noted of each
 * entry. What is small is not worth the question.
 */
static int find_shortage(const fan_copy_manifest *found, const int64_t counts[3], bool has_it,
                         MPI_Comm comm, fan_copy_announce_shortage *shortage)
{
    enum { SMALL = 1 << 20 };
    int64_t bytes = counts[0] * (int64_t)sizeof *found->entries +
                    counts[1] * (int64_t)sizeof *found->extents + counts[2];
    if (bytes <= SMALL)
        return MPI_SUCCESS;
    int lack = !fan_copy_memory_is_there((size_t)(has_it ? bytes : 2 * bytes));
    shortage->here = lack != 0;
    int code = MPI_Allreduce(MPI_IN_PLACE, &lack, 1, MPI_INT, MPI_MAX, comm);
    shortage->anywhere = lack != 0;
    return code;
}

/* What the rank `root` has found. */
static int share(fan_copy_manifest *found, int root, MPI_Comm comm,
                 fan_copy_announce_shortage *shortage)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    int64_t counts[] = {found->entry_count, found->extent_count, found->text_bytes};
    int code = MPI_Bcast(counts, 3, MPI_INT64_T, root, comm);
    if (code == MPI_SUCCESS)
        code = find_shortage(found, counts, rank == root, comm, shortage);
    if (code != MPI_SUCCESS || shortage->anywhere)
        return code;
    if (rank != root)
        fan_copy_manifest_allocate(found, counts[0], counts[1], counts[2]);
    code = send(found->entries, counts[0], sizeof *found->entries, root, comm);
    if (code == MPI_SUCCESS)
        code = send(found->extents, counts[1], sizeof *found->extents, root, comm);
    if (code == MPI_SUCCESS)
        code = send(found->text, counts[2], 1, root, comm);
    return code;
}

int fan_copy_announce(fan_copy_manifest *manifest, fan_copy_portion *portions, int count,
                      MPI_Comm comm, fan_copy_announce_shortage *shortage)
{
    int rank, code = MPI_SUCCESS;
    MPI_Comm_rank(comm, &rank);
    fan_copy_manifest all = {0};
    *shortage = (fan_copy_announce_shortage){0};
    for (int i = 0; i < count && code == MPI_SUCCESS && !shortage->anywhere; i++) {
        fan_copy_manifest found = {0};
        if (rank == portions[i].reader)
            found = *manifest;
        code = share(&found, portions[i].reader, comm, shortage);
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

typedef struct top {
    int64_t count; /* 0 or 1 */
    fan_copy_entry entry;
} top;

fan_copy_manifest fan_copy_announce_top(const fan_copy_manifest *found, MPI_Comm comm)
{
    top t;
    fan_copy_manifest manifest = {0};
    const struct stat unknown = {0};
    memset(&t, 0, sizeof t);
    if (found->entry_count > 0) {
        t.count = 1;
        t.entry = found->entries[0];
    }
    MPI_Bcast(&t, sizeof t, MPI_BYTE, 0, comm);
    fan_copy_manifest_keep(&manifest, "", 0); /* at 0, which in an entry means "not given" */
    if (t.count == 0)
        return manifest;
    fan_copy_entry *entry =
        fan_copy_manifest_add(&manifest, t.entry.kind, t.entry.target, "", &unknown);
    entry->device = t.entry.device;
    entry->inode = t.entry.inode;
    return manifest;
}
