/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rings of several domains (src/engine/ring/ring.h), for the model checker spin: no piece is overwritten that somebody has
 * still to read, each reader reads the piece that it expects, no writer thinks that a reader is ahead of it, and nobody
 * waits for ever. tests/model/ring.sh runs it.
 *
 * Any member may write any broadcast, of 1 to PIECES pieces. How members sleep is in ring.pml: here to wait is a step that
 * is not possible yet. Each tail is waited for by one member at a time, which that model takes for granted: this one
 * checks it. Memory order: what a passing leader has seen, directly or by way of the ring that it read, is seen by those
 * who read what it passes on, because it loads head with acquire and stores its own with release.
 *
 * Domain of a member: its number modulo DOMAINS, so members 0 to DOMAINS - 1 are the leaders.
 */
#ifndef MEMBERS
#define MEMBERS 4
#endif
#ifndef DOMAINS
#define DOMAINS 2
#endif
#ifndef CELLS
#define CELLS 2
#endif
#ifndef PIECES
#define PIECES 2
#endif
#ifndef BROADCASTS
#define BROADCASTS 3
#endif

#define MODULUS 8
#define START (MODULUS - 2)
#define MINUS(a, b) (((a) + MODULUS - (b)) % MODULUS)
#define PLUS(a, b) (((a) + (b)) % MODULUS)
#define IS_LESS(a, b) (MINUS(a, b) >= MODULUS / 2) /* the difference is negative */
#define CELL(domain) cells[(domain) * CELLS + position % CELLS]
#define PIECE (broadcast * PIECES + piece + 1)
#define NOTHING 0

byte head[DOMAINS] = START;
byte tail[MEMBERS] = START;
byte cells[DOMAINS * CELLS] = NOTHING;
byte writer[BROADCASTS] = MEMBERS; /* nobody yet */
byte pieces[BROADCASTS] = 0;
bool awaited[MEMBERS] = false; /* somebody waits for its tail */

/* Does `self`, which writes into the ring of its domain, look at the tail of m? */
#ifdef BREAK_LEADERS_NOT_SEEN
#define IS_READER(m) (m % DOMAINS == domain)
#else
#define IS_READER(m) (m % DOMAINS == domain || (self == writer[broadcast] && m < DOMAINS))
#endif

#ifdef BREAK_LIMIT
#define LIMIT_CELLS (CELLS + 1)
#else
#define LIMIT_CELLS CELLS
#endif

/* Wait for each reader in turn until it is through with what is in the cell. What is local is no step of its own. */
inline claim()
{
    do
    :: atomic { m < MEMBERS && (m == self || !IS_READER(m)) -> m++ }
    :: atomic {
            m < MEMBERS && m != self && IS_READER(m) ->
            assert(MINUS(position, tail[m]) <= CELLS); /* it is not ahead, and not further behind than cells go */
            if
            :: MINUS(position, tail[m]) < LIMIT_CELLS
            :: else ->
                assert(!awaited[m]);
                awaited[m] = true;
                MINUS(position, tail[m]) < LIMIT_CELLS -> awaited[m] = false
            fi;
            m++
        }
    :: atomic { m == MEMBERS -> m = 0; break }
    od
}

inline fill()
{
    CELL(domain) = NOTHING;
    CELL(domain) = PIECE
}

inline write()
{
    do
    :: piece < pieces[broadcast] ->
        claim();
        fill();
        tail[self] = PLUS(position, 1);
        atomic {
            head[domain] = PLUS(position, 1);
            position = PLUS(position, 1);
            piece++
        }
    :: piece == pieces[broadcast] -> break
    od
}

#ifdef BREAK_HEAD_NOT_SIGNED
#define HAS_COME (head[source] != position)
#else
#define HAS_COME IS_LESS(position, head[source])
#endif

#define PASSES_ON (self == domain && source != domain)

inline read()
{
    do
    :: piece < pieces[broadcast] ->
        HAS_COME;
        if
        :: PASSES_ON ->
#ifndef BREAK_PASSES_ON_WITHOUT_ROOM
            claim();
#endif
            fill();
#ifdef BREAK_RELEASES_EARLY
            tail[self] = PLUS(position, 1);
#endif
            head[domain] = PLUS(position, 1)
        :: else
        fi;
        assert(CELL(source) == PIECE); /* it is read until here */
        atomic {
            tail[self] = PLUS(position, 1);
            position = PLUS(position, 1);
            piece++
        }
    :: piece == pieces[broadcast] -> break
    od
}

/* All members know who writes, and the first to come decides here. How many pieces come they see from the pieces. */
inline decide()
{
    atomic {
        if
        :: writer[broadcast] == MEMBERS ->
            select(m : 0 .. MEMBERS - 1);
            writer[broadcast] = m;
            select(m : 1 .. PIECES);
            pieces[broadcast] = m;
            m = 0
        :: else
        fi
    }
}

active [MEMBERS] proctype member()
{
    byte self = _pid;
    byte domain = _pid % DOMAINS;
    byte source = 0;
    byte position = START;
    byte broadcast = 0;
    byte piece = 0;
    byte m = 0;
    do
    :: broadcast < BROADCASTS ->
        decide();
        if
        :: writer[broadcast] == self -> write()
        :: else ->
            source = (self == domain -> writer[broadcast] % DOMAINS : domain);
            read()
        fi;
        atomic { piece = 0; source = 0; broadcast++ }
    :: broadcast == BROADCASTS -> break
    od
}
