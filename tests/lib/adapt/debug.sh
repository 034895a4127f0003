#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# FANOUT_DEBUG: what rank 0 says while the library works; FANOUT_FALLBACK: what becomes of broadcasts that it cannot do.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
export FANOUT_SHARED_MEMORY=0

# run COMMAND...: on three ranks. Leaves err, what all of them have said there, and status. They write to the file: PRRTE 3.0.8
# may lose a part of what goes through it.
run() {
    rm -f err
    # shellcheck disable=SC2016,SC2086 # for the inner shell; MPIRUN is a command with arguments
    timeout -k 5 100 $MPIRUN -np 3 sh -c 'exec "$0" "$@" 2>>err' "$@" >out 2>launcher </dev/null
    status=$?
}

# told [VARIABLE=VALUE...]: 60 broadcasts of 100,000 bytes on each of two communicators.
told() {
    run env "$@" "$top_builddir/tests/lib/adapt/told" 100000 60
}

# says TIMES PATTERN: there are that many such lines.
says() { [ "$status" = 0 ] && [ "$(grep -cE -- "^fanout: $2" err)" = "$1" ]; }
# is_all TIMES: no other line, of no rank.
is_all() { [ "$(grep -c '^fanout: ' err)" = "$1" ]; }

broadcasts='.*3 ranks: 97\.7 KiB from rank [0-2]'
plans='in pieces \(group, group size [0-9]+, .*\) in [0-9.]+ [mu]?s$'
told FANOUT_DEBUG=warn
check "warn: nothing is said" says 0 ''
told FANOUT_DEBUG=info
check "info: both communicators are connected" says 2 '.*3 ranks: connected in [0-9.]+ [mu]s: 3 nodes, the largest has 1 ranks$'
check "info: and nothing else, if nothing is measured" is_all 2
told FANOUT_DEBUG=info FANOUT_ADAPT=1
check "info: what is measured" [ "$status" = 0 -a "$(grep -c '^fanout:   Measured between two nodes: latency' err)" -ge 2 ]
check "info: what is decided, when it is" [ "$status" = 0 -a "$(grep -c '^fanout:   Decided: ' err)" -ge 2 ]
check "info: no single broadcast" says 0 "$broadcasts"
told FANOUT_DEBUG=trace FANOUT_ALGORITHM=group
check "trace: each broadcast, its plan and its time" says 120 "$broadcasts $plans"
check "trace: with what info says" is_all 122
told FANOUT_DEBUG=trace FANOUT_MIN_BYTES=1M
check "trace: those left to MPI" says 120 "$broadcasts by MPI in "
told FANOUT_DEBUG=trace FANOUT_SHARED_MEMORY=1
check "trace: those through memory" says 120 "$broadcasts through memory of the node in "
told FANOUT_DEBUG=1
check "another value is refused" has_failed "$status"
# Rank 0 writes the warning, and each rank the text of its error; the first one to abort may end rank 0 before it has written.
check "and the values are named" grep -q "FANOUT_DEBUG: '1' is not a value of debug; give warn, info or trace" err launcher

run env FANOUT_DEBUG=trace "$top_builddir/examples/bcast"
check "a communicator has the name that MPI knows it by" says 1 'MPI_COMM_WORLD, 3 ranks: 16\.0 MiB from rank 0 in pieces'

head -c 300000 /dev/urandom >data
run env FANOUT_DEBUG=trace "$top_builddir/fanout-copy" --quiet data 'copy.%r'
check "streams are told of" [ "$status" = 0 -a "$(grep -c '3 ranks: .* from rank 0 in pieces' err)" -ge 1 ]

# ---- what cannot be done ----

told FANOUT_FALLBACK=error FANOUT_SHARED_MEMORY=1 FANOUT_TEST_REFUSE=create \
    LD_PRELOAD="$top_builddir/tests/lib/where/.libs/no_memory.so"
check "no memory to share is no reason to leave blocking broadcasts to MPI" [ "$status" = 0 ]
told FANOUT_FALLBACK=never
check "another value of FANOUT_FALLBACK is refused" \
    grep -q "FANOUT_FALLBACK: 'never' is not a value of fallback; give silent, warn or error" err launcher
finish
