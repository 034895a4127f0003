/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/memory.h"
#include "copy/source/scan.h"
#include "copy/target/inventory.h"
#include "copy/wire/lacking.h"
#include "fanout.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/param.h>

/* MPI counts are ints: a part of the set at a time. */
static void combine(fan_copy_set *set, MPI_Op operation, MPI_Comm comm)
{
    size_t bytes = fan_copy_set_bytes(set->count);
    for (size_t done = 0; done < bytes;) {
        int part = (int)MIN(bytes - done, INT_MAX);
        MPI_Allreduce(MPI_IN_PLACE, set->bits + done, part, MPI_UNSIGNED_CHAR, operation, comm);
        done += (size_t)part;
    }
}

static void hash_sources(char *const *sources, const fan_copy_manifest *manifest,
                         const fan_copy_portion *portion, const fan_copy_set *wanted,
                         XXH128_hash_t *hashes)
{
    for (int64_t i = portion->first; i < portion->end; i++) {
        if (!fan_copy_set_has(wanted, i))
            continue;
        char *path = fan_copy_scan_content(sources, manifest, &manifest->entries[i]);
        hashes[i] = fan_copy_inventory_hash(path, true);
        free(path);
    }
}

/* Of what one rank reads, on all ranks. */
static void share_hashes(const fan_copy_portion *portion, XXH128_hash_t *hashes, MPI_Comm comm)
{
    size_t bytes = (size_t)(portion->end - portion->first) * sizeof *hashes;
    fanout_bcast_c(hashes + portion->first, (MPI_Count)bytes, MPI_BYTE, portion->reader, comm);
}

void fan_copy_lacking_compare(char *const *sources, const fan_copy_manifest *manifest,
                              const fan_copy_portion *portions, int count, fan_copy_tree *tree,
                              const fan_copy_set *candidates, fan_copy_set *have, MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    fan_copy_set wanted = fan_copy_set_make(manifest->entry_count);
    for (size_t i = 0; i < fan_copy_set_bytes(manifest->entry_count); i++)
        wanted.bits[i] = candidates->bits[i];
    combine(&wanted, MPI_BOR, comm);
    XXH128_hash_t *hashes = fan_copy_allocate((size_t)manifest->entry_count, sizeof *hashes);
    for (int i = 0; i < count; i++) /* all at the same time */
        if (rank == portions[i].reader)
            hash_sources(sources, manifest, &portions[i], &wanted, hashes);
    for (int i = 0; i < count; i++)
        share_hashes(&portions[i], hashes, comm);
    if (tree != NULL)
        fan_copy_inventory_compare(tree, candidates, hashes, have);
    free(hashes);
    fan_copy_set_free(&wanted);
}

fan_copy_set fan_copy_lacking_portion(const fan_copy_manifest *manifest, const fan_copy_set *set,
                                      const fan_copy_portion *portion)
{
    fan_copy_set part = fan_copy_set_make(set->count);
    fan_copy_cursor cursor = {0};
    fan_copy_piece piece;
    while (fan_copy_pieces_next_of(manifest, set, &cursor, &piece))
        if (piece.entry >= portion->first && piece.entry < portion->end)
            fan_copy_set_add(&part, piece.index);
    return part;
}

void fan_copy_lacking_find(fan_copy_set *have, MPI_Comm comm)
{
    combine(have, MPI_BAND, comm);
    for (size_t i = 0; i < fan_copy_set_bytes(have->count); i++)
        have->bits[i] = (unsigned char)~have->bits[i];
}

int64_t fan_copy_lacking_bytes(const fan_copy_manifest *manifest, const fan_copy_set *set)
{
    int64_t bytes = 0;
    fan_copy_cursor cursor = {0};
    fan_copy_piece piece;
    while (fan_copy_pieces_next_of(manifest, set, &cursor, &piece))
        bytes += piece.bytes;
    return bytes;
}
