#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A rank is killed at steps that are spread over broadcasts of each kind, in a job with ULFM: all others end the broadcast in
# time, those without the data with an error that names the dead rank and its host, or with the descriptors that have come,
# and go on without it. Skipped where MPI has no ULFM. FANOUT_TEST_STEPS: the more, the more steps (default 3).
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# shellcheck source=tests/faults/ulfm_common.sh
. "$top_srcdir/tests/faults/ulfm_common.sh"

program=("$top_builddir/tests/faults/survivor")

# judge RANKS RANK: that rank was killed, which the others have told by its name, and overcome. Who dies before ranks know
# each other's hosts is named without.
judge() {
    [ -e fault.hit ] && all_are_well $(($1 - 1)) && grep -aq ": death: fanout: rank $2 " out &&
        ! grep -aE '^rank [0-9]+: (WRONG|another)' out &&
        ! grep -a ': death' out | grep -avE "fanout: rank $2( on $(hostname))? has died\$"
}

is_named_with_host() {
    grep -aq ": death: fanout: rank $1 on $(hostname) has died\$" out
}

# kill_at RANKS RANK STEP
kill_at() {
    launch "$1" $(($1 - 1)) "kill:$2:$3"
    check "rank $2 of $1 dies at step $3" judge "$1" "$2"
}

# count_steps RANKS
count_steps() {
    local rank
    launch "$1" "$1" none:-1:0
    check "without a death" all_are_well "$1"
    for ((rank = 0; rank < $1; rank++)); do
        steps[rank]=$(cat "fault.$rank")
    done
}

# spread RANKS RANK COUNT: at COUNT steps that are spread over the whole run.
spread() {
    local i
    for ((i = 1; i <= $3; i++)); do
        kill_at "$1" "$2" $(((steps[$2] * i + i) / ($3 + 1)))
    done
}

several=${FANOUT_TEST_STEPS:-3}
export FANOUT_CHUNK_BYTES=16K

# Each rank a host of its own; first where ranks agree and small broadcasts go down a tree.
export FANOUT_SHARED_MEMORY=0
count_steps 4
for ((step = 1; step <= 16; step += several > 16 ? 1 : 16 / several)); do
    kill_at 4 1 "$step"
done
spread 4 2 $((2 * several))
check "the host is named" is_named_with_host 2
spread 4 0 1

# Two hosts with a leader each, one of which dies; and one that reads from its memory.
unset FANOUT_SHARED_MEMORY
printf 'Ranks=0,2,4 Host=a\nRanks=1,3 Host=b\n' >topology
export FANOUT_TOPO_FILE=$PWD/topology
count_steps 5
spread 5 1 $((2 * several))
spread 5 4 1

# die_in_sink RANK: while it reads from memory, which is full for the others from then on.
die_in_sink() {
    FANOUT_TEST_DIES_IN_SINK=$1 launch 5 4 none:-1:0
    touch fault.hit
    check "rank $1 of 5 dies in its sink" judge 5 "$1"
}
die_in_sink 2
die_in_sink 3

# With a deadline that is never: it returns with what came.
has_all() {
    all_are_well "$1" && ! grep -aq 'some are missing' out
}

# descriptors RANKS GROUP LEAST RANK...: one of these ranks dies in groups of this size, and at least LEAST of 8 come.
descriptors() {
    local rank
    program=("${program[0]}" "$3")
    FANOUT_GROUP_SIZE=$2
    count_steps "$1"
    check "without a death all descriptors come" has_all "$1"
    for rank in "${@:4}"; do
        spread "$1" "$rank" "$several"
    done
}
unset FANOUT_TOPO_FILE
export FANOUT_SHARED_MEMORY=0 FANOUT_MDC_ORDER=spread FANOUT_GROUP_SIZE
descriptors 9 8 7 4
descriptors 5 2 4 2 0

finish
