/* SPDX-License-Identifier: BSD-3-Clause */
/** @file announce.h  All ranks learn from the source what is copied. */
#ifndef FAN_COPY_MODEL_ANNOUNCE_H
#define FAN_COPY_MODEL_ANNOUNCE_H

#include "copy/model/manifest.h"

#include <mpi.h>

/** The source's rank 0 of `comm` has a manifest, all get it. Collective. */
void fan_copy_announce(fan_copy_manifest *manifest, MPI_Comm comm);

#endif
