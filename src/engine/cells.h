/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file cells.h  Memory for the chunks in the window of a stream, one in each cell, and for those
 * that a sink keeps for longer: another piece of memory takes the place of a chunk that is kept.
 *
 * One thread uses the cells. What is kept may be released by any thread, also when the stream has
 * ended.
 */
#ifndef FAN_ENGINE_CELLS_H
#define FAN_ENGINE_CELLS_H

#include <stdint.h>

typedef struct fan_cells fan_cells;

/** A chunk that stays as it is. */
typedef struct fan_kept fan_kept;

/** So many cells of so many bytes. NULL: there is no memory. */
fan_cells *fan_cells_make(int64_t count, int64_t bytes);

/** Where the chunk in a cell is, or will be. */
char *fan_cells_at(const fan_cells *cells, int64_t cell);

/**
 * Keep the chunk in a cell until fan_kept_release. NULL: it is kept already, or there is no memory
 * for the chunk that comes after it.
 */
fan_kept *fan_cells_keep(fan_cells *cells, int64_t cell);

/** The chunk in a cell is finished: the next one goes elsewhere if it is kept. */
void fan_cells_renew(fan_cells *cells, int64_t cell);

/** Release what is kept. Its memory is used again while the stream goes on. Thread-safe. */
void fan_kept_release(fan_kept *kept);

/** The stream has ended. What is kept stays. `cells` may be NULL. */
void fan_cells_leave(fan_cells *cells);

#endif
