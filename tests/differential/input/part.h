/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file part.h  One rank's part of a broadcast: a buffer that is described by a random datatype,
 * and what must be in it in the end.
 */
#ifndef FAN_TESTS_DIFFERENTIAL_INPUT_PART_H
#define FAN_TESTS_DIFFERENTIAL_INPUT_PART_H

#include "tests/datatypes/random_layout.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

enum { PART_TILES = 2, PART_TEXT = 300 };

/** What is broadcast. Equal on all ranks. */
typedef struct content {
    signature signature;
    size_t bytes;
    uint64_t id; /**< the data is a function of it */
} content;

/** Copies of a layout in different places. */
typedef struct tile {
    layout inner;
    int copies;
    MPI_Aint *offsets; /**< of each copy from the buffer address */
} tile;

/** The arguments of the broadcast, and the memory around the buffer. */
typedef struct part {
    void *address;
    MPI_Count count;
    MPI_Datatype type;
    tile tiles[PART_TILES];
    int tile_count;
    content content;
    unsigned char *memory;
    size_t size, origin; /**< of the memory; where the buffer address is in it */
    unsigned char background;
} part;

/** A byte of the content. */
unsigned char content_byte(const content *c, size_t index);

/** Some basic types, and about so many bytes: `bytes` receives how many. */
content content_draw(random_state *state, size_t bytes, uint64_t id);

/** Draw a datatype. On the root the data is there at once. */
void part_make(part *p, random_state *state, const content *c, bool is_root);

/** Other data in the same place. */
void part_refill(part *p, uint64_t id, bool is_root);

/**
 * Whether the data is there, and all other memory as it was. If not, `text` receives where the
 * first difference is.
 */
bool part_is_right(const part *p, char text[PART_TEXT]);

void part_free(part *p);

#endif
