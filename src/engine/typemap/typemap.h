/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file typemap.h  Any piece of the packed stream of (buffer, count, datatype), read or written
 * directly.
 *
 * MPI_Pack works on whole elements only, and MPICH's refuses MPI_BOTTOM. Segments of a broadcast
 * are byte ranges of the packed stream, so a datatype is decoded once (MPI_Type_get_envelope,
 * _get_contents) into a tree of loops and blocks that can be entered at any byte.
 */
#ifndef FAN_ENGINE_TYPEMAP_TYPEMAP_H
#define FAN_ENGINE_TYPEMAP_TYPEMAP_H

#include "base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct fan_typemap fan_typemap;

/**
 * Decode `count` elements of `datatype`. Local. The map does not refer to the datatype afterwards.
 * Memory is proportional to the description of the type, not to count.
 */
fan_status fan_typemap_make(MPI_Count count, MPI_Datatype datatype, fan_typemap **map);

void fan_typemap_free(fan_typemap *map);

/** Length of the packed stream in bytes. */
int64_t fan_typemap_bytes(const fan_typemap *map);

/**
 * True if the packed stream lies in memory in one piece; then *offset is its distance in bytes from
 * the buffer address (absolute with MPI_BOTTOM).
 */
bool fan_typemap_is_dense(const fan_typemap *map, int64_t *offset);

/**
 * Copy bytes [from, from + length) of the packed stream of `buffer` to `piece`. `buffer` may be
 * MPI_BOTTOM.
 */
void fan_typemap_pack(const fan_typemap *map, const void *buffer, int64_t from, void *piece,
                      int64_t length);

/** Copy `piece` to where bytes [from, from + length) of the packed stream lie in `buffer`. */
void fan_typemap_unpack(const fan_typemap *map, void *buffer, int64_t from, const void *piece,
                        int64_t length);

#endif
