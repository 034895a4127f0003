#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A rank stops or sleeps in a stream: with FANOUT_TIMEOUT the others end, and say who is silent or which edge is stuck.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

export FANOUT_TIMEOUT=3 FANOUT_ALGORITHM=chain FANOUT_CHUNK_BYTES=64K

# stall ROOT RANK stop|sleep: of 5 ranks. Leaves out, what they said, and err.
stall() {
    rm -f said.*
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    timeout -k 5 60 $MPIRUN -np 5 "$top_builddir/tests/lib/failures/stall" "$@" >launcher 2>err </dev/null
    cat said.* >out
}

# all_say PATTERN: each of the 4 ranks that are not stopped had the error with this text.
all_say() {
    [ "$(grep -cE "^rank [0-4]: timeout: .*$1" out)" = 4 ]
}

edge='the edge [^ ]+ \(rank %d\) -> [^ ]+ \(rank %d\) is stuck, [^ ]+ does not answer'
# shellcheck disable=SC2059 # the format is a variable
edge() { printf "$edge" "$@"; }

silent='[^ ]+ \(rank %d\) has not answered for 1.8 s'
# shellcheck disable=SC2059 # the format is a variable
silent() { printf "$silent" "$@"; }

export FANOUT_SHARED_MEMORY=0
stall 0 2 sleep
check "a rank in the middle sleeps" all_say "no progress for 3 s: $(edge 1 2); $(edge 2 3)\$"
check "rank 0 warns" grep -qE "^fanout: no progress for 3 s: $(edge 1 2)" err
stall 1 0 sleep
check "rank 0, which the others cannot ask" all_say 'rank [1-4] on [^ ]+ waits (for data from|to send to) rank [0-4] on'
stall 0 2 stop
check "a rank in the middle is stopped" all_say "$(silent 2)\$"
stall 1 0 stop
check "rank 0 is stopped: all name it" all_say "$(silent 0)\$"

unset FANOUT_SHARED_MEMORY
stall 0 3 sleep
check "a rank that reads from memory sleeps" all_say "$(edge 0 3)"
stall 0 3 stop
check "it is stopped" all_say "$(silent 3)"
printf 'Ranks=0,2,4 Host=a\nRanks=1,3 Host=b\n' >topology
FANOUT_TOPO_FILE=$PWD/topology stall 0 3 sleep
check "one that another, which receives messages, relays to" all_say "$(edge 1 3)"

finish
