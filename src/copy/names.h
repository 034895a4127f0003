/* SPDX-License-Identifier: BSD-3-Clause */
/** @file names.h  --verbose: the names of what some host lacked. */
#ifndef FAN_COPY_NAMES_H
#define FAN_COPY_NAMES_H

#include "copy/model/pieces.h"
#include "copy/target/tree.h"

#include <mpi.h>
#include <stdbool.h>

/** The entries that some rank is going to make. Collective. `writes`: this rank does. */
fan_copy_set fan_copy_names_find(fan_copy_tree *tree, bool writes, MPI_Comm comm);

/** Print the names of these entries; of all, if the set is empty ({0}). */
void fan_copy_names_print(const fan_copy_manifest *manifest, char *const *sources,
                          const fan_copy_set *made);

#endif
