#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A rank stops in a stream: with FANOUT_TIMEOUT the others end, and say which edge is stuck.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

export FANOUT_TIMEOUT=1 FANOUT_ALGORITHM=chain FANOUT_CHUNK_BYTES=64K

# stall ROOT STOPPED: of 5 ranks. Leaves out, err and status.
stall() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    local start=$SECONDS
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    timeout -k 5 60 $MPIRUN -np 5 "$top_builddir/tests/lib/stall" "$@" >out 2>err </dev/null
    status=$?
    took=$((SECONDS - start))
}

# all_say PATTERN: the job ended, and each of the 4 ranks that are not stopped had the error with this text.
all_say() {
    # 137 may be a hang, or a rank that the launcher has killed.
    [ "$status" != 0 ] && [ "$took" -lt 60 ] && [ "$(grep -cE "^rank [0-4]: timeout: .*$1" out)" = 4 ]
}

edge='the edge [^ ]+ \(rank %d\) -> [^ ]+ \(rank %d\) is stuck, [^ ]+ does not answer'
# shellcheck disable=SC2059 # the format is a variable
edge() { printf "$edge" "$@"; }

export FANOUT_SHARED_MEMORY=0
stall 0 2
check "a rank in the middle" all_say "no progress for 1 s: $(edge 1 2); $(edge 2 3)\$"
check "rank 0 warns" grep -qE "^fanout: no progress for 1 s: $(edge 1 2)" err
stall 1 0
check "rank 0, which the others cannot ask" all_say 'rank [1-4] on [^ ]+ waits (for data from|to send to) rank [0-4] on'

unset FANOUT_SHARED_MEMORY
stall 0 3
check "a rank that reads from memory" all_say "$(edge 0 3)"
printf 'Ranks=0,2,4 Host=a\nRanks=1,3 Host=b\n' >topology
FANOUT_TOPO_FILE=$PWD/topology stall 0 3
check "one that another, which receives messages, relays to" all_say "$(edge 1 3)"

finish
