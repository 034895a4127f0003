/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file tree.h  The inside of a typemap: loops over bodies, and bodies made of loops.
 *
 * A loop repeats a body at a stride; a body is a dense block or a list of loops. That is every MPI
 * datatype. Loops are values; bodies live in a list until the typemap is freed, so that several
 * loops can share one. The functions that build the tree keep it small: dense neighbours become one
 * block, a dense loop becomes a block, a loop of one disappears. Bytes are counted in the packed
 * stream, displacements and strides in memory.
 */
#ifndef FAN_ENGINE_TYPEMAP_TREE_H
#define FAN_ENGINE_TYPEMAP_TREE_H

#include "base/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fan_body fan_body;

/** `count` copies of a body, `stride` bytes apart, the first at `displacement`; no data: all 0. */
typedef struct fan_loop {
    int64_t displacement;
    int64_t count;
    int64_t stride;
    int64_t bytes;        /**< packed length of one body */
    const fan_body *body; /**< NULL: a dense block of `bytes` */
} fan_loop;

/** A loop in a body, and where its data starts in the packed body. */
typedef struct fan_part {
    int64_t start;
    fan_loop loop;
} fan_part;

/** Loops whose data follow each other in the packed stream. None is empty. */
struct fan_body {
    fan_body *next; /**< in the list of all bodies of the typemap */
    int64_t count;
    fan_part parts[];
};

fan_loop fan_loop_block(int64_t displacement, int64_t bytes);

/** Packed length of all copies. */
int64_t fan_loop_bytes(const fan_loop *loop);

/**
 * Replace *loop by `count` copies of it, `stride` bytes apart. A new body, if needed, joins
 * *bodies. FAN_ERR_ARGUMENT if the packed length does not fit in an int64_t.
 */
fan_status fan_loop_repeat(fan_body **bodies, int64_t count, int64_t stride, fan_loop *loop);

/** A body that is being built. */
typedef struct fan_sequence {
    fan_body *body;
    int64_t bytes;
    fan_status status;
} fan_sequence;

/** Start a body with place for `room` loops. A failure shows when the sequence ends. */
fan_sequence fan_sequence_begin(int64_t room);

void fan_sequence_append(fan_sequence *sequence, const fan_loop *loop);

/** End every sequence that was begun: one copy of it in *loop, its body in *bodies. */
fan_status fan_sequence_end(fan_sequence *sequence, fan_body **bodies, fan_loop *loop);

/** Decode `count` elements of a datatype. What it made joins *bodies on failure as well. */
fan_status fan_typemap_decode(MPI_Count count, MPI_Datatype datatype, fan_body **bodies,
                              fan_loop *loop);

#endif
