#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The models of the ring (ring.pml) and of the rings of several domains (domains.pml): spin looks at all their states and
# finds no error; and where a model is broken on purpose, spin finds the error.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
model=$top_srcdir/tests/model/ring.pml

if ! command -v spin >/dev/null; then
    echo "1..0 # SKIP there is no spin: install the package spin"
    exit 0
fi

# search OPTION MACRO[=VALUE]...: look at all states, or those up to the first error; the checker is compiled with
# OPTION. Leaves out.
search() {
    local option=$1
    shift
    spin "${@/#/-D}" -a "$model" >out 2>&1 &&
        gcc "$option" -w -DSAFETY -DCOLLAPSE -DMEMLIM=1000 -o pan pan.c >out 2>&1 && ./pan -m10000 >out
}
is_right() {
    search -O2 "$@" && grep -q 'errors: 0$' out && ! grep -qi 'not completed\|too small' out && all_is_reached
}
# A statement that no state reaches has not been checked.
all_is_reached() {
    ! sed -n '/^unreached/,/^$/p' out | grep 'state [0-9]'
}
# finds ERROR MACRO...
finds() {
    local error=$1
    shift
    search -O0 "$@" && grep -q "^pan:1: $error" out
}

check "two members" is_right MEMBERS=2 PIECES=5 BROADCASTS=4 SPURIOUS=3
check "two members, four cells" is_right MEMBERS=2 CELLS=4 PIECES=6 BROADCASTS=3 SPURIOUS=3
check "three members" is_right MEMBERS=3 PIECES=3 BROADCASTS=3 SPURIOUS=0
check "three members, short broadcasts" is_right MEMBERS=3 PIECES=2 BROADCASTS=4
check "three members, four cells" is_right MEMBERS=3 CELLS=4 PIECES=5 BROADCASTS=2 SPURIOUS=0

overwritten="assertion violated (unread"
wrong="assertion violated (cells"
asleep="invalid end state"
check "the writer takes one cell too many" finds "$overwritten" BREAK_LIMIT
check "a new writer does not look for room" finds "$overwritten" BREAK_NO_BEGIN
check "a reader moves its tail, then reads" finds "$overwritten" BREAK_TAIL_EARLY
check "the writer moves head, then writes" finds "$wrong" BREAK_HEAD_EARLY
check "the writer does not move its own tail" finds "$asleep" BREAK_OWN_TAIL
check "the writer does not wake" finds "$asleep" BREAK_NO_WAKE_OF_READERS
check "the writer wakes one reader only" finds "$asleep" BREAK_WAKE_ONE
check "the writer looks who sleeps, then moves head" finds "$asleep" BREAK_SLEEPERS_EARLY
check "a reader does not say that it sleeps" finds "$asleep" BREAK_NOT_COUNTED
check "a reader sleeps until head is not what it is now" finds "$asleep" BREAK_SLEEPS_ON_FRESH_HEAD
check "a reader does not wake" finds "$asleep" BREAK_NO_WAKE_OF_WRITER
check "a reader looks at wake_at, then moves its tail" finds "$asleep" BREAK_WAKE_AT_EARLY
check "the writer does not say where to wake it" finds "$asleep" BREAK_NO_WAKE_AT
check "the writer says so after the kernel has looked" finds "$asleep" BREAK_WAKE_AT_LATE
check "the writer names a place that the reader has passed" finds "$asleep" BREAK_WAKE_AT_SOONER
check "the kernel compares, then puts to sleep" finds "$asleep" BREAK_FUTEX_COMPARES_EARLIER

model=$top_srcdir/tests/model/domains.pml
check "two domains of two" is_right MEMBERS=4 PIECES=2 BROADCASTS=2
check "two members and one alone" is_right MEMBERS=3 PIECES=2 BROADCASTS=3
check "in domains: a writer takes one cell too many" finds "$wrong" BREAK_LIMIT PIECES=3
check "the writer does not look at other domains' leaders" finds "$wrong" BREAK_LEADERS_NOT_SEEN PIECES=3
check "a leader takes an old head for a new one" finds "$wrong" BREAK_HEAD_NOT_SIGNED PIECES=3
check "a leader passes on without room" finds "$wrong" BREAK_PASSES_ON_WITHOUT_ROOM PIECES=3
check "a leader releases a piece, then reads on in it" finds "$wrong" BREAK_RELEASES_EARLY PIECES=3

finish
