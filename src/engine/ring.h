/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file ring.h  Broadcast inside a node: one member writes pieces into a ring of cells in shared memory, all
 * other members read each piece, in order.
 *
 * Pieces are numbered from 0 over the life of the ring, piece n is in cell n mod FAN_RING_CELLS. The writer moves
 * `head`, the number of pieces written; each reader moves its `tail`, the number of pieces that it is through with,
 * on a cache line of its own. The writer may be another member from one broadcast to the next: a member that has read
 * all of one broadcast knows what number comes next.
 *
 * A member that must wait polls, then yields, then sleeps (futex(2)), because ranks may outnumber cores. tests/model
 * has a model of this for the checker spin.
 *
 * Counters are 32 bits wide, which is what a futex can wait on, and wrap; only differences count.
 */
#ifndef FAN_ENGINE_RING_H
#define FAN_ENGINE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /*
     * Together they stay in the second or third level of the cache, are large enough that ranks which take turns on
     * a core seldom do, and 2 MiB are little for a communicator. (2, 4 and 8 ranks on 2 cores, 1 to 128 MiB: cells of
     * 16 to 256 KiB, 8 to 32 of them.)
     */
    FAN_RING_CELLS = 32,
    FAN_RING_CELL_BYTES = 64 * 1024,
    FAN_RING_LINE = 128 /* two cache lines: processors fetch them in pairs */
};

/** What is in a cell. */
typedef struct fan_piece {
    int64_t total; /**< bytes of the whole broadcast, as its writer knows it */
    int32_t bytes; /**< of this piece, at most FAN_RING_CELL_BYTES */
    int32_t status; /**< a fan_status; if not FAN_OK, there are no bytes, and no more pieces come */
} fan_piece;

/** A counter that others wait for. */
typedef struct fan_ring_counter {
    _Alignas(FAN_RING_LINE) _Atomic uint32_t value;
    _Atomic uint32_t wake_at; /**< of a tail: the writer sleeps until it is this */
} fan_ring_counter;

/** Lives in shared memory, all zero at first. */
typedef struct fan_ring_memory {
    fan_ring_counter head;
    _Alignas(FAN_RING_LINE) _Atomic uint32_t sleepers; /**< readers that sleep until head moves */
    _Alignas(FAN_RING_LINE) fan_piece pieces[FAN_RING_CELLS];
    _Alignas(4096) char cells[FAN_RING_CELLS][FAN_RING_CELL_BYTES];
    fan_ring_counter tails[]; /**< [members] */
} fan_ring_memory;

/** A member's view. */
typedef struct fan_ring {
    fan_ring_memory *memory;
    int members;
    int self;
    uint32_t position; /**< number of the next piece to write or to read */
    uint32_t limit;    /**< the writer's: pieces below this have a free cell */
    int polls;         /**< while waiting, before others get the core */
    /** Called while waiting, so that messages make progress; or NULL. */
    void (*idle)(void *state);
    void *idle_state;
} fan_ring;

/** Bytes of memory for a ring of `members`. */
size_t fan_ring_bytes(int members);

/** Begin to use a ring of which nothing has been written yet. Local. */
void fan_ring_open(fan_ring *ring, fan_ring_memory *memory, int members, int self);

/** Begin to write a broadcast. Only one member may, and the others read it. */
void fan_ring_begin(fan_ring *ring);

/** The writer's, after it has begun: true if as many pieces as hold `bytes`, or as many as the ring has cells, can be
 * written without waiting. */
bool fan_ring_has_room(fan_ring *ring, int64_t bytes);

/** The next free cell, of FAN_RING_CELL_BYTES; waits for one. */
char *fan_ring_claim(fan_ring *ring);

/** Hand the claimed cell to the readers. */
void fan_ring_publish(fan_ring *ring, fan_piece piece);

/** True if there is a piece to read. */
bool fan_ring_has_next(const fan_ring *ring);

/** The next piece; waits for it. `data` receives its bytes, which stay until fan_ring_release. */
fan_piece fan_ring_next(fan_ring *ring, const char **data);

/** Be through with the piece that fan_ring_next gave. */
void fan_ring_release(fan_ring *ring);

#endif
