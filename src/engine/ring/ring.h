/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file ring.h  Broadcast inside a node: one member writes pieces into a ring of cells in shared
 * memory, all other members read each piece, in order.
 *
 * Pieces are numbered from 0 over the life of the ring, piece n is in cell n mod FAN_RING_CELLS.
 * The writer moves `head`, the number of pieces written; each reader moves its `tail`, the number
 * of pieces that it has finished, on a cache line of its own. The writer may be another member
 * from one broadcast to the next: a member that has read all of one broadcast knows what number
 * comes next.
 *
 * Domains. Where parts of the node have memory of their own, each such domain has a ring. The
 * writer writes into that of its own domain. There, besides the members of that domain, the leaders
 * of the others read, member 0 of each, and pass each piece on into their own ring, under the same
 * number: so data crosses between domains once for each, numbers are the same in all rings, a
 * member has one tail for whichever ring it reads, and any member may write next. A writer looks at
 * the tails of those that read its ring in this broadcast; a leader that read it before, and is
 * late, is safe: no piece n is in any ring before the writer of its broadcast has seen all leaders
 * through with n - FAN_RING_CELLS.
 *
 * A member that must wait polls, then yields, then sleeps (futex(2)), because ranks may outnumber
 * cores. tests/model has a model of this for the checker spin.
 *
 * Counters are 32 bits wide, which is what a futex can wait on, and wrap; only differences count.
 */
#ifndef FAN_ENGINE_RING_RING_H
#define FAN_ENGINE_RING_RING_H

#include "base/units.h"
#include "engine/ring/copying.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    /*
     * Together they stay in the second or third level of the cache, are large enough that ranks
     * which take turns on a core seldom do, and 2 MiB are little for a communicator. (2, 4 and 8
     * ranks on 2 cores, 1 to 128 MiB: cells of 16 to 256 KiB, 8 to 32 of them.)
     */
    FAN_RING_CELLS = 32,
    FAN_RING_CELL_BYTES = 64 * 1024,
    FAN_RING_LINE = 128 /* two cache lines: processors fetch them in pairs */
};

/** What is in a cell. */
typedef struct fan_piece {
    /** bytes of the whole broadcast; if unknown at first, only the last piece has them */
    int64_t total;
    int64_t offset; /**< of this piece in the broadcast */
    int32_t bytes;  /**< of this piece, at most FAN_RING_CELL_BYTES */
    int32_t status; /**< a fan_status; if not FAN_OK, this piece is empty and the last */
} fan_piece;

/** A counter that others wait for. */
typedef struct fan_ring_counter {
    _Alignas(FAN_RING_LINE) _Atomic uint32_t value;
    _Atomic uint32_t wake_at; /**< of a tail: the writer sleeps until it is this */
} fan_ring_counter;

/** The ring of a domain. Lives in shared memory, all zero at first. */
typedef struct fan_ring_memory {
    fan_ring_counter head;
    _Alignas(FAN_RING_LINE) _Atomic uint32_t sleepers; /**< readers that sleep until head moves */
    _Alignas(FAN_RING_LINE) fan_piece pieces[FAN_RING_CELLS];
    _Alignas(4096) char cells[FAN_RING_CELLS][FAN_RING_CELL_BYTES];
    fan_ring_counter tails[]; /**< [members of the domain] */
} fan_ring_memory;

/** A member's view. */
typedef struct fan_ring {
    fan_ring_memory *memory; /**< of its own domain */
    int members;             /**< of its domain */
    int self;
    fan_ring_memory *const *of_domain; /**< [domains], if they are several */
    int domains;
    fan_ring_memory *source; /**< where it reads */
    bool passes_on;          /**< what it reads, to its domain */
    int readers;             /**< whose tails limit what it writes */
    uint32_t position;       /**< number of the next piece to write or to read */
    uint32_t limit;          /**< the writer's: pieces below this have a free cell */
    int polls;               /**< while waiting, before others get the core */
    /** of pieces, for each class of broadcasts */
    fan_copying writing[FAN_SIZE_CLASSES], reading[FAN_SIZE_CLASSES];
    /** Called while waiting, so that messages make progress; or NULL. */
    void (*idle)(void *state);
    void *idle_state;
} fan_ring;

/** Bytes of memory for a ring of `members`: whole pages of 4 KiB. */
size_t fan_ring_bytes(int members);

/** Begin to use a ring of which nothing has been written yet. Local. */
void fan_ring_open(fan_ring *ring, fan_ring_memory *memory, int members, int self);

/**
 * The ring that is open is one of those of several domains, which have `members` in all;
 * `of_domain` must stay where it is. Local.
 */
void fan_ring_connect(fan_ring *ring, fan_ring_memory *const *of_domain, int domains, int members);

/** Begin to write a broadcast, which all other members read. */
void fan_ring_begin(fan_ring *ring);

/** Begin to read a broadcast whose writer is in `domain`. Not needed with one domain only. */
void fan_ring_follow(fan_ring *ring, int domain);

/**
 * For the writer, after it has begun: true if it can write `bytes`, or as many as the ring holds,
 * without waiting.
 */
bool fan_ring_has_room(fan_ring *ring, int64_t bytes);

/** The next free cell, of FAN_RING_CELL_BYTES. Waits until a cell is free. */
char *fan_ring_claim(fan_ring *ring);

/** Let the readers have the claimed cell. */
void fan_ring_publish(fan_ring *ring, fan_piece piece);

/** True if there is a piece to read. */
bool fan_ring_has_next(const fan_ring *ring);

/** Wait for the next piece. `data` receives its bytes, which are valid until fan_ring_release. */
fan_piece fan_ring_next(fan_ring *ring, const char **data);

/**
 * If the ring `passes_on`: let the own domain have the piece that fan_ring_next returned. Its bytes
 * are now in the claimed cell. Every piece must be passed on; if this member is alone in its
 * domain, without the bytes.
 */
void fan_ring_pass_on(fan_ring *ring, fan_piece piece);

/** Release the piece that fan_ring_next returned. */
void fan_ring_release(fan_ring *ring);

#endif
