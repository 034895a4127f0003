#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What one job has measured the next one has from a file, if a round trip fits; and never without being allowed to, or where
# something was set by hand.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"
export FANOUT_ADAPT=1 FANOUT_SHARED_MEMORY=0 FANOUT_STATS=1
export XDG_CACHE_HOME=$PWD/cache HOME=$PWD
unset FANOUT_CACHE
# Each round trip takes as long as it says.
export FANOUT_TEST_PRETEND_TICK=1e-4 FANOUT_TEST_PRETEND_HOST=here
pretend=$top_builddir/tests/lib/adapt/.libs/pretend.so

how=attach # the network is measured at length
# job [VARIABLE=VALUE...]: broadcasts on three ranks; leaves out, err and status.
job() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    env "$@" timeout -k 5 100 $MPIRUN -np 3 env LD_PRELOAD="$pretend" "$top_builddir/tests/lib/adapt/told" 300000 2 $how \
        >out 2>err </dev/null
    status=$?
}

measured() { [ "$status" = 0 ] && grep -q '^Measured between two nodes: latency' out; }
# Both communicators have it: each asks the same processes, which know it already.
had_it() {
    [ "$status" = 0 ] && grep -q '^Measured by an earlier job, and a round trip still fits: latency' out &&
        [ "$(grep -c '^fanout:   Measured by an earlier job' err)" = 2 ]
}
files() { [ "$(find cache -type f 2>/dev/null | wc -l)" = "$1" ]; }
warned() { [ "$status" = 0 ] && [ "$(grep -c "^fanout: .*$1" err)" = 1 ]; }
silent() { [ "$status" = 0 ] && ! grep -q 'cache' err; }
# network: what the explanation says the network is like.
network() { sed -n 's/^Measured [^:]*: //p' out; }

how='' job XDG_CACHE_HOME="$PWD/none"
check "a short broadcast where links are fast: it measures" measured
check "a short broadcast where links are fast: a rough value is said to be one" grep -q ', roughly [0-9.]* [MGT]iB/s' out
check "a short broadcast where links are fast: nothing is written" [ ! -e none ]
job
check "the first job measures" measured
check "and says nothing of files" silent
check "one file is written" files 1
network >first
job
check "the second one has what the first one has found" had_it
check "the same numbers" diff first <(network)
file=$(find cache -type f)
cp "$file" kept

job FANOUT_CACHE=0
check "FANOUT_CACHE=0: it measures" measured
job FANOUT_TEST_PRETEND_HOST=there
check "other hosts: it measures" measured
check "other hosts: they have a file of their own" files 2
job FANOUT_ADAPT=0 XDG_CACHE_HOME="$PWD/none"
check "nothing is measured: nothing is written" [ ! -e none ]
job FANOUT_CACHE=0 XDG_CACHE_HOME="$PWD/none"
check "FANOUT_CACHE=0: nothing is written" [ ! -e none ]
job FANOUT_LATENCY=1e-6 FANOUT_OVERHEAD=1e-6 FANOUT_BANDWIDTH=1e9 FANOUT_GAP=0 XDG_CACHE_HOME="$PWD/none"
check "all is set by hand: nothing is written" [ ! -e none ]
job FANOUT_TEST_PRETEND_TICK=1e-3 FANOUT_TEST_PRETEND_HOST=slow
check "there was no time for the bandwidth to settle: it measures" measured
check "there was no time for the bandwidth to settle: nothing is written" files 2
job FANOUT_TEST_PRETEND_TICK=3e-4
check "a round trip takes longer than in the file: it measures" measured
check "then the file is a new one" [ "$(cmp -s kept "$file"; echo $?)" = 1 ]
job
check "a round trip takes less time: it measures" measured
job FANOUT_TEST_PRETEND_TICK=1.5e-4
check "one of half as much again fits" had_it

echo garbage >"$file"
job
check "garbage: it measures" measured
check "garbage: FANOUT_STATS says so" warned "not of the form name = value"
check "garbage is replaced" grep -q '^bandwidth = ' "$file"
echo garbage >"$file"
job FANOUT_STATS=0
check "garbage: nothing is said without FANOUT_STATS" [ ! -s err ]
chmod 777 cache/fanout
job
check "a folder that others may write to: it measures" measured
job FANOUT_STATS=0 XDG_CACHE_HOME=/proc
check "nowhere to write: the program does not notice" measured
check "nowhere to write: nothing is said" [ ! -s err ]

finish
