# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by faults.sh and soak, after tests/common/tap.sh and mpi-env.sh: one case, and its judgement.
# shellcheck disable=SC2034,SC2154 # variables of those who source this and of what they have sourced

ranks=5
export FANOUT_TIMEOUT=${FANOUT_TIMEOUT-3} FANOUT_CHUNK_BYTES=16K FANOUT_SHARED_MEMORY=${FANOUT_SHARED_MEMORY-0}
# Far more than the bound, so that a busy machine is not taken for a hang.
hang=60

# Launchers end the job when a process dies; with FANOUT_TEST_SURVIVE MPICH's leaves the others alone. Each rank is meant as
# a host of its own: through the memory of a process that has died, UCX would end the others itself.
survivors=
if [ "$launcher_kind" = hydra ]; then
    survivors=${FANOUT_TEST_SURVIVE:+-disable-auto-cleanup}
    export UCX_TLS=tcp,self
fi

# inject.so comes before the run-time library of the address sanitizer, if that is used.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0

# await PROCESS: wait for the launcher, "hang" seconds at most; leaves status and took. Only the time is counted in which
# this script runs, so that a machine that stood still is not taken for a hang.
await() {
    local looks
    for ((looks = 0; looks < hang * 10; looks++)); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    took=$((looks / 10))
    kill -TERM "$1" 2>/dev/null && sleep 1 && kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    status=$?
}

# launch FAULT PROGRAM ARGUMENTS...: leaves out, status, took, and fault.hit if the fault happened.
launch() {
    rm -rf fault.* out copy.* .copy.*
    # shellcheck disable=SC2086 # commands with arguments
    FANOUT_TEST_FAULT=$1 FANOUT_TEST_FAULT_FILE=$PWD/fault $MPIRUN $survivors -np $ranks \
        env LD_PRELOAD="$inject" "${@:2}" >out 2>&1 </dev/null &
    await $!
}

bcasts() {
    launch "$1" "$top_builddir/tests/faults/victim"
}

copies() {
    launch "$1" "$top_builddir/fanout-copy" source 'copy.%r'
}

# is_named RANK: the launcher or one of us names it, or MPI's own error does, where that comes first; before the ranks know
# each other's hosts only that one is missing.
is_named() {
    grep -qE "\(rank $1\)|process rank $1 |(to|from) rank $1:|RUNNING AT|some rank does not come" out
}

# MPICH tells the others of a death before anybody is silent for long, or its launcher fails by itself: then the message
# is theirs.
is_told() {
    is_named "$2" || { [ "$1" = kill ] && [ -n "$survivors" ] && grep -qE 'MPI error|Killed|HYD' out; }
}

# judge FAULT: 0 if the case went as it must.
judge() {
    local action=${1%%:*} rank=${1#*:}
    rank=${rank%%:*}
    [ "$took" -lt "$hang" ] || { echo "# hangs" >>out && return 1; }
    ! grep -q 'WRONG DATA' out || return 1
    if [ ! -e fault.hit ] || [ "$action" = delay ]; then
        [ "$status" = 0 ]
        return
    fi
    has_failed "$status" && is_told "$action" "$rank" && no_leftovers "$action" "$rank"
}

# no_leftovers ACTION RANK: none but that of the rank that could not clean up. MPICH's launcher lets nobody clean up when a
# process has died: it kills the others at once.
no_leftovers() {
    local found
    [ "$launcher_kind $1" != 'hydra kill' ] || return 0
    found=$(find . -name '*.fanout-*' ! -name ".copy.$2.fanout-*")
    [ -z "$found" ] || { echo "# left: $found" >>out && return 1; }
}

# steps_of RANK: how many steps it has in a run without a fault, which must have come before.
steps_of() {
    cat "fault.$1"
}
