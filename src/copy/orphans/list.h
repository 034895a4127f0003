/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file list.h  The manifest, kept beside DST on each host that writes until the copy has ended: if
 * the host of the source is lost meanwhile, what the others need to know of it is there.
 *
 * A process keeps one at most.
 */
#ifndef FAN_COPY_ORPHANS_LIST_H
#define FAN_COPY_ORPHANS_LIST_H

#include "copy/coding/xxhash.h"
#include "copy/job/outcome.h"
#include "copy/model/manifest.h"
#include "copy/target/targets.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/** A list that was found. */
typedef struct fan_copy_list {
    fan_copy_manifest manifest; /**< empty if none was */
    bool into;                  /**< what is copied goes into the directory DST */
    XXH128_hash_t hash;         /**< of all of it */
} fan_copy_list;

/**
 * Keep a list. If that fails there is none, and no old one. Local.
 *
 * @param targets  those of a rank that writes
 * @param copy     its number, by which another job of the same copy knows it
 */
void fan_copy_list_keep(const fan_copy_targets *targets, const fan_copy_manifest *manifest,
                        uint64_t copy);

/** Remove what another copy may have left here. Local. */
void fan_copy_list_forget(const fan_copy_targets *targets);

/** The copy has ended: remove the list. Local. */
void fan_copy_list_remove(void);

/**
 * Look for the list that a job of this copy has left here, and go on with it. Local.
 *
 * @param options  where DST is, and what the first source is called
 * @param copy     its number
 * @return a list to be freed
 */
fan_copy_list fan_copy_list_find(const fan_copy_targets_options *options, uint64_t copy,
                                 const fan_copy_outcome *outcome);

/**
 * Find out whose list tells all ranks what is copied. Collective.
 *
 * @param list    gets `into` of that list
 * @param holder  the rank that has it
 * @return NULL, or what is wrong
 */
const char *fan_copy_list_agree(fan_copy_list *list, int *holder, MPI_Comm comm);

#endif
