#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# FANOUT_ON_FAILURE=continue, in a job with ULFM: the root dies when it has sent each of three others a third of the data, and
# before these have sent it to each other, because these messages are lost. Each third is on one rank only, so they must put
# the data together from what each has. Skipped where MPI has no ULFM.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
# shellcheck source=tests/faults/ulfm_going_on.sh
. "$top_srcdir/tests/faults/ulfm_going_on.sh"

# Each rank a host of its own, and the root scatters to one group of all others.
export FANOUT_SHARED_MEMORY=0 FANOUT_ALGORITHM=group FANOUT_GROUP_SIZE=3 FANOUT_ADAPT=0
export FANOUT_TEST_CALLS=$PWD/calls

# sends_of RANK: the steps of its messages with data in broadcast 0.
sends_of() {
    awk '/^MPI_Is*send$/ {print NR; sent = 1} sent && /iagree/ {exit}' "first.$1"
}

# end_of RANK: the step at which it is through with broadcast 0, and lets the others know.
end_of() {
    awk '/^MPI_Is*send$/ {sent = 1} sent && /iagree/ {print NR; exit}' "first.$1"
}

# find_steps: in a run without a death.
find_steps() {
    local rank
    rm -f calls.*
    launch 4 4 none:-1:0
    check "${program[*]##*/} without a death" judge 4
    for rank in 0 1 2 3; do
        mv "calls.$rank" "first.$rank"
    done
}

# lose RANK [N]: all its messages with data in broadcast 0, or the Nth one.
lose() {
    local step
    for step in $(sends_of "$1" | sed -n "${2-1,\$}p"); do
        fault+=${fault:+,}lose:$1:$step
    done
}

# kill_root: when the others have had time to receive.
kill_root() {
    fault+=,delay:0:$(end_of 0),delay:0:$(end_of 0),kill:0:$(end_of 0)
}

# is_mended MISSING LOST HOLDERS WORDS DEAD...: so many bytes of broadcast 0 were not on all that live, so many are lost, the
# others were on so many ranks, and all say WORDS.
is_mended() {
    grep -aq "of a broadcast $1 bytes were not on all that live, $2 on none, the others on $3\$" out || return 1
    # shellcheck disable=SC2053 # a pattern
    [[ $(words_of 0) == $4 ]] && judge 4 "${@:5}"
}

use 49152 0
find_steps

fault=
lose 1
lose 2
lose 3
kill_root
launch 4 3 "$fault"
check "a dead root's data is put together from three pieces" is_mended 49152 0 3 whole 0

fault=
lose 0 2
lose 1
lose 3
kill_root
launch 4 3 "$fault"
words='lost: *rank 0 *has died, and 16384 of 49152 bytes are lost'
check "a piece that has come to nobody is lost" is_mended 49152 16384 2 "$words" 0

fault=
lose 1 2
lose 2
lose 3
kill_root
launch 4 2 "$fault,kill:1:$(end_of 1)"
check "the piece of another rank that dies is with a third one" is_mended 49152 0 2 whole 0 1

# In memory with gaps, and several pieces each.
use 98304 1
find_steps
fault=
lose 1
lose 2
lose 3
kill_root
launch 4 3 "$fault"
check "a dead root's data is put together from more pieces of a type with gaps" is_mended 98304 0 3 whole 0
finish
