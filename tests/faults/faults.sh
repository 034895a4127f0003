#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A process stops, dies or is late at steps that are spread over each kind of broadcast, and over a copy: all others
# end in time, with a message that names it, and leave nothing. FANOUT_TEST_STEPS: so many steps of each (default 3).
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
inject=$top_builddir/tests/faults/.libs/inject.so${mpich_idle+:$mpich_idle}
# shellcheck source=tests/faults/common.sh
. "$top_srcdir/tests/faults/common.sh"

head -c 1M /dev/urandom >source

# spread WHAT ACTION RANK COUNT: at COUNT steps of a run that has been made.
spread() {
    local all=${steps[$3]} i fault
    for ((i = 1; i <= $4; i++)); do
        fault=$2:$3:$(((all * i + $4) / ($4 + 1)))
        "$1" "$fault"
        check "$1: $fault" judge "$fault"
    done
}

count_steps() {
    local rank
    "$1" none:-1:0
    check "$1: without a fault" [ "$status" = 0 ]
    for ((rank = 0; rank < ranks; rank++)); do
        steps[rank]=$(steps_of "$rank")
    done
}

several=${FANOUT_TEST_STEPS:-3}
for what in bcasts copies; do
    steps=()
    count_steps "$what"
    spread "$what" stop 2 "$several"
    spread "$what" stop 0 1
    spread "$what" kill 1 1
done
bcasts delay:3:40
check "a rank that is late" judge delay:3:40

finish
