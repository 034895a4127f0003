/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * src/engine/ring/ring.c, for the model checker spin: no piece is overwritten that somebody has still to read, each reader
 * reads the piece that it expects, and nobody sleeps for ever. tests/model/ring.sh runs it.
 *
 * MEMBERS members take turns in writing BROADCASTS broadcasts of PIECES pieces each into CELLS cells. The names are
 * those of the C code.
 *
 * Sleeping. futex(2) compares the word and puts the caller to sleep in one step. Here a sleep has no time limit, so a
 * wake-up that is lost is a deadlock, which spin reports. A sleep may end without a wake-up SPURIOUS times in all: by
 * its time limit, or a signal. Polling before sleeping is left out: to look once more later is to be slow, which spin
 * tries anyway.
 *
 * Counters are modulo MODULUS instead of 2^32, a multiple of CELLS too, and start shortly before they wrap.
 *
 * Memory order. Spin knows only sequential consistency. The C code has it (memory_order_seq_cst) where a member moves a
 * counter and then looks who sleeps, while another says that it sleeps and then looks at the counter:
 *   - publish: store head, load sleepers; next: add to sleepers, load head (by the kernel in futex(2), behind a full
 *     barrier),
 *   - release: store tail, load wake_at; wait_for_tail: store wake_at, load tail (then by the kernel once more).
 * Elsewhere acquire and release do. They pass on what was written or read before: next's load of head the piece,
 * update_limit's loads of tails the cell. A load that sees an old value does no harm:
 *   - next then goes to sleep, for which the kernel looks again;
 *   - update_limit then finds less room than there is. How much less? Whoever published the piece before `position`
 *     had seen all tails at least at position - CELLS; publishing and reading head pass that on, so that a new writer
 *     sees no older tails, and the limit is never behind its position. begin below tries that oldest value, too. And
 *     after wait_for_room the same member has seen tails at `wanted`, and sees none older later;
 *   - publish's store of the writer's own tail is before its store of head, by which all others come to know of it.
 *
 * Each macro BREAK_... breaks the protocol in one way; ring.sh expects spin to find that.
 */
#ifndef MEMBERS
#define MEMBERS 3
#endif
#ifndef CELLS
#define CELLS 2
#endif
#ifndef PIECES
#define PIECES 3
#endif
#ifndef BROADCASTS
#define BROADCASTS 3
#endif
#ifndef SPURIOUS
#define SPURIOUS 1
#endif

#define MODULUS 8
#define START (MODULUS - 2)
#define CELLS_TO_WAIT_FOR (CELLS / 2)

#define MINUS(a, b) (((a) + MODULUS - (b)) % MODULUS)
#define PLUS(a, b) (((a) + (b)) % MODULUS)
#define IS_LESS(a, b) (MINUS(a, b) >= MODULUS / 2) /* the difference is negative */
#define CELL (position % CELLS)
#define PIECE (broadcast * PIECES + piece + 1)
#define NOTHING 0 /* in a cell: no piece, or half of one */

byte head = START;
byte sleepers = 0;
byte tail[MEMBERS] = START;
byte wake_at[MEMBERS] = 0;
byte cells[CELLS] = NOTHING;

byte unread[CELLS] = 0; /* readers that have not read it yet; for assertions only */

/* In the kernel: who sleeps, bit by bit. */
byte asleep_on_head = 0;
byte asleep_on_tail[MEMBERS] = 0;
byte spurious = SPURIOUS;

#define SELF_BIT (1 << self)

inline futex_wait(word, seen_value, asleep)
{
#ifdef BREAK_FUTEX_COMPARES_EARLIER
    if
    :: word == seen_value -> asleep = asleep | SELF_BIT
    :: else
    fi;
#else
    atomic {
        if
        :: word == seen_value -> asleep = asleep | SELF_BIT
        :: else
        fi
    }
#endif
    if
    :: (asleep & SELF_BIT) == 0
#if SPURIOUS > 0
    :: atomic { (asleep & SELF_BIT) != 0 && spurious > 0 -> spurious--; asleep = asleep & ~SELF_BIT }
#endif
    fi
}

#ifdef BREAK_WAKE_ONE
#define WAKE(asleep) asleep = asleep & (asleep - 1)
#else
#define WAKE(asleep) asleep = 0
#endif

/* ---- the writer ---- */

#ifdef BREAK_LIMIT
#define LIMIT_CELLS (CELLS + 1)
#else
#define LIMIT_CELLS CELLS
#endif

inline update_limit()
{
    behind = 0;
    m = 0;
    do
    :: m < MEMBERS ->
        atomic {
            if
            :: MINUS(position, tail[m]) > behind -> behind = MINUS(position, tail[m])
            :: else
            fi;
            m++
        }
    :: else -> break
    od;
    atomic {
        limit = PLUS(MINUS(position, behind), LIMIT_CELLS);
        behind = 0;
        m = 0
    }
}

inline begin()
{
#ifdef BREAK_NO_BEGIN
    skip
#else
    if
    :: update_limit()
    :: limit = position /* having seen the oldest possible tails */
    fi
#endif
}

#ifdef BREAK_WAKE_AT_SOONER
#define WAKE_AT MINUS(wanted, 1)
#else
#define WAKE_AT wanted
#endif

inline wait_for_tail()
{
    do
    :: atomic { IS_LESS(tail[m], wanted) -> seen = tail[m] };
#if defined(BREAK_WAKE_AT_LATE)
        /* As if the store became visible only after the kernel had looked. */
        if
        :: tail[m] == seen -> wake_at[m] = WAKE_AT; asleep_on_tail[m] = SELF_BIT; asleep_on_tail[m] == 0
        :: else
        fi
#else
#ifndef BREAK_NO_WAKE_AT
        wake_at[m] = WAKE_AT;
#endif
        seen = tail[m];
        if
        :: IS_LESS(seen, wanted) -> futex_wait(tail[m], seen, asleep_on_tail[m])
        :: else
        fi
#endif
    :: atomic { !IS_LESS(tail[m], wanted) -> seen = 0; break }
    od
}

inline wait_for_room()
{
    m = 0;
    do
    :: m < MEMBERS ->
        wanted = (m == self -> position : PLUS(MINUS(position, CELLS), CELLS_TO_WAIT_FOR));
        wait_for_tail();
        m++
    :: else -> break
    od;
    wanted = 0;
    update_limit()
}

inline claim()
{
    if
    :: limit == position -> wait_for_room()
    :: else
    fi
}

inline fill()
{
    atomic {
        assert(unread[CELL] == 0);
        unread[CELL] = MEMBERS - 1;
        cells[CELL] = NOTHING
    };
    cells[CELL] = PIECE
}

inline publish()
{
#ifndef BREAK_OWN_TAIL
    tail[self] = PLUS(position, 1);
#endif
#ifdef BREAK_SLEEPERS_EARLY
    must_wake = sleepers > 0;
    head = PLUS(position, 1);
#else
    head = PLUS(position, 1);
    must_wake = sleepers > 0;
#endif
#ifndef BREAK_NO_WAKE_OF_READERS
    if
    :: must_wake -> WAKE(asleep_on_head)
    :: else
    fi;
#endif
    atomic { must_wake = false; position = PLUS(position, 1) }
}

inline write()
{
    begin();
    do
    :: piece < PIECES ->
        claim();
#ifdef BREAK_HEAD_EARLY
        publish();
        position = MINUS(position, 1);
        fill();
        position = PLUS(position, 1);
#else
        fill();
        publish();
#endif
        piece++
    :: else -> break
    od
}

/* ---- the readers ---- */

inline next()
{
    do
    :: head != position -> break
    :: head == position ->
#ifndef BREAK_NOT_COUNTED
        sleepers++;
#endif
#ifdef BREAK_SLEEPS_ON_FRESH_HEAD
        seen = head;
        futex_wait(head, seen, asleep_on_head);
        seen = 0;
#else
        futex_wait(head, position, asleep_on_head);
#endif
#ifndef BREAK_NOT_COUNTED
        sleepers--
#endif
    od
}

inline use()
{
    atomic {
        assert(cells[CELL] == PIECE);
        unread[CELL]--
    }
}

inline release()
{
#ifdef BREAK_WAKE_AT_EARLY
    must_wake = wake_at[self] == PLUS(position, 1);
    tail[self] = PLUS(position, 1);
#else
    tail[self] = PLUS(position, 1);
    must_wake = wake_at[self] == PLUS(position, 1);
#endif
#ifndef BREAK_NO_WAKE_OF_WRITER
    if
    :: must_wake -> WAKE(asleep_on_tail[self])
    :: else
    fi;
#endif
    atomic { must_wake = false; position = PLUS(position, 1) }
}

inline read()
{
    do
    :: piece < PIECES ->
        next();
#ifdef BREAK_TAIL_EARLY
        release();
        position = MINUS(position, 1);
        use();
        position = PLUS(position, 1);
#else
        use();
        release();
#endif
        piece++
    :: else -> break
    od
}

active [MEMBERS] proctype member()
{
    byte self = _pid;
    byte position = START;
    byte limit = START;
    byte broadcast = 0;
    byte piece = 0;
    byte m = 0;
    byte behind = 0;
    byte wanted = 0;
    byte seen = 0;
    bool must_wake = false;
    do
    :: broadcast < BROADCASTS ->
        if
        :: broadcast % MEMBERS == self -> write()
        :: else -> read()
        fi;
        atomic { piece = 0; broadcast++ }
    :: else -> break
    od
}
