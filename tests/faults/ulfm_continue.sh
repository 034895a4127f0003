#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# FANOUT_ON_FAILURE=continue, in a job with ULFM: ranks are killed at steps of blocking broadcasts, and the others finish each
# of them among themselves. For each broadcast all that live say the same: that they have all of it, which is right, or how
# much is lost, which may be only where the root is dead. Skipped where MPI has no ULFM. FANOUT_TEST_STEPS: at every step
# that a multiple of this does not skip (default: few; 1: all).
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
# shellcheck source=tests/faults/ulfm_going_on.sh
. "$top_srcdir/tests/faults/ulfm_going_on.sh"

# count_steps RANKS
count_steps() {
    local rank
    launch "$1" "$1" none:-1:0
    check "${program[*]##*/} on $1 ranks without a death" judge "$1"
    for ((rank = 0; rank < $1; rank++)); do
        steps[rank]=$(cat "fault.$rank")
    done
}

# kill_at RANKS RANK STEP
kill_at() {
    launch "$1" $(($1 - 1)) "kill:$2:$3"
    check "${program[*]##*/}: rank $2 of $1 dies at step $3" judge "$1" "$2"
}

# kill_two RANKS RANK STEP RANK STEP
kill_two() {
    launch "$1" $(($1 - 2)) "kill:$2:$3,kill:$4:$5"
    check "${program[*]##*/}: ranks $2 and $4 of $1 die at steps $3 and $5" judge "$1" "$2" "$4"
}

# spread RANKS RANK COUNT: at COUNT steps that are spread over the whole run, or at all of them.
spread() {
    local step
    local stride=${FANOUT_TEST_STEPS:-$((steps[$2] / $3))}
    for ((step = 1; step <= steps[$2]; step += stride > 0 ? stride : 1)); do
        kill_at "$1" "$2" "$step"
    done
}

# Each rank a host of its own.
export FANOUT_SHARED_MEMORY=0
use 1000 0
count_steps 3
spread 3 0 6
spread 3 1 6
use 300000 0
count_steps 4
spread 4 0 10
spread 4 2 6
kill_two 4 1 $((steps[1] / 3)) 2 $((steps[2] / 2))
kill_two 4 0 $((steps[0] / 4)) 1 $((steps[1] / 4 + 8))
use 200000 1
count_steps 4
spread 4 1 6
spread 4 0 3

# Two hosts with a leader each.
unset FANOUT_SHARED_MEMORY
printf 'Ranks=0,2,4 Host=a\nRanks=1,3 Host=b\n' >topology
export FANOUT_TOPO_FILE=$PWD/topology
use 300000 0
count_steps 5
spread 5 0 5
spread 5 1 5
spread 5 4 2
kill_two 5 0 $((steps[0] / 3)) 1 $((steps[1] / 3 + 5))

# One host: all through memory.
unset FANOUT_TOPO_FILE
use 3000000 1
count_steps 3
spread 3 0 4

# Two threads, with a communicator each. The first steps are those of MPI_Comm_dup.
export FANOUT_SHARED_MEMORY=0
use 100000 0 2
count_steps 3
for i in 1 2 3 4; do
    kill_at 3 $((i % 2)) $((steps[i % 2] * i / 5))
done

finish
