/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file inventory.h  What this host has already, of files (--update, --resume) and of pieces
 * (--resume).
 */
#ifndef FAN_COPY_TARGET_INVENTORY_H
#define FAN_COPY_TARGET_INVENTORY_H

#include "copy/model/pieces.h"
#include "copy/target/tree.h"

/**
 * Files of the right size and time, or with --checksum of the right size, are kept, or candidates;
 * pieces in a temporary file of a killed run count as present.
 *
 * @param candidates  one bit for each entry, set for files whose hash must be compared
 * @param have        one bit for each piece, set for those that this rank does not need
 */
void fan_copy_inventory_look(fan_copy_tree *tree, fan_copy_set *candidates, fan_copy_set *have);

/**
 * The hash of a whole file, with zeros for its holes; zero if it cannot be read. A link is
 * followed or not read.
 */
XXH128_hash_t fan_copy_inventory_hash(const char *path, bool follow);

/**
 * Keep this rank's candidates whose hash is that of the source; `hashes` has one for each entry.
 */
void fan_copy_inventory_compare(fan_copy_tree *tree, const fan_copy_set *candidates,
                                const XXH128_hash_t *hashes, fan_copy_set *have);

/**
 * What this host can give to others: the pieces of `have` that are in its files. From now on the
 * manifest says where these are.
 *
 * @param manifest  the tree's
 * @return a set to be freed
 */
fan_copy_set fan_copy_inventory_lend(const fan_copy_tree *tree, fan_copy_manifest *manifest,
                                     const fan_copy_set *have);

/** Remove temporary files of killed runs that are not going to be continued. */
void fan_copy_inventory_remove_stale(fan_copy_tree *tree);

/** What is still to be written: the bytes on a device, and the number of new files. */
void fan_copy_inventory_room(const fan_copy_tree *tree, const fan_copy_set *have, int64_t unit,
                             int64_t *bytes, int64_t *files);

#endif
