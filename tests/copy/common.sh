# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of fanout-copy: TAP, a directory to work in, and ways to start a copy.
#
# For one copy these may be set:
#   CORRUPT_RANK          what this rank gets is changed on the way
#   DIE_WITH_PROGRAM      set: what starts a rank ends by SIGKILL when that has
#   INPUT                 a file for standard input
#   FANOUT_TEST_DISTURB_PAUSE  microseconds to wait before each piece is read
#   PEAK_DIRECTORY        gets peak.RANK, the peak memory of each rank in KiB
#   DISTURB_RANK          FANOUT_TEST_DISTURB_FAIL, _DELAY, _HOLD and _LINK (see disturb.c) are for this rank only
# shellcheck source=tests/common/tap.sh
. "$top_srcdir/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# Open MPI's launcher kills the other ranks as soon as one has ended with 1. Each one's own exit
# status is tested, so it must not; then its own exit status is always 0.
end_all_when_one_fails 0
# Open MPI 5's launcher forwards nothing any more once it was told to stop, and writes lines of standard error
# that are not finished to standard output (doc/limits.md): what ranks say goes to a file of its own.
[ "$launcher_kind" != prrte ] || export FANOUT_TEST_MESSAGES=$work/messages
# disturb.so comes before the run-time library of the address sanitizer, if that is used.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
export DISTURB=$top_builddir/tests/copy/.libs/disturb.so${mpich_idle+:$mpich_idle}
export FANOUT_CHUNK_BYTES=64K
host=$(uname -n)
mounts=()

clean_up() {
    for mount in "${mounts[@]}"; do
        umount "$mount"
    done
    rm -rf "$work"
}
trap clean_up EXIT

# launch RANKS ARGUMENTS...: start fanout-copy in the background, as process $launcher. It leaves
# what it prints in out and err, and each rank's process id and exit status.
launch() {
    ranks=$1
    shift
    rm -f status.* pid.* out err messages
    # shellcheck disable=SC2086 # MPIRUN and FANOUT_TEST_WRAPPER may be commands with arguments
    $MPIRUN -np "$ranks" "$top_srcdir/tests/copy/run-rank" "$work" \
        ${FANOUT_TEST_WRAPPER-} "$top_builddir/fanout-copy" "$@" >out 2>err <"${INPUT:-/dev/null}" &
    launcher=$!
}

# end_copy: wait for it. The launcher's exit status is $status.
end_copy() {
    wait "$launcher"
    # shellcheck disable=SC2034 # for those who source this
    status=$?
    [ ! -e messages ] || cat messages >>err
}

# copy RANKS ARGUMENTS...: run fanout-copy from start to end.
copy() {
    launch "$@"
    end_copy
}

# stream FILE RANKS ARGUMENTS...: copy, with FILE as standard input; where the launcher is known to spoil that
# (doc/limits.md), by --stdin-from.
stream() {
    local file=$1
    shift
    if [ "$launcher_kind" = prrte ]; then
        copy "$1" --stdin-from "$file" "${@:2}"
    else
        INPUT=$file copy "$@"
    fi
}

# start_copy FILE RANKS ARGUMENTS...: start fanout-copy and come back when FILE has some data.
start_copy() {
    local file=$1
    shift
    launch "$@"
    for ((i = 0; i < 1000; i++)); do
        [ -s "$file" ] && return
        sleep 0.02
    done
    echo "Bail out! the copy did not start"
    comment out err
    exit 1
}

# running PID: it exists and is not a zombie.
running() {
    grep -qs '^State:[[:space:]]*[^Z]' "/proc/$1/status"
}

# ranks_gone: every rank ends within ten seconds.
ranks_gone() {
    local pid tries=500
    # shellcheck disable=SC2013 # a process id a word
    for pid in $(cat pid.* 2>/dev/null); do
        while running "$pid"; do
            ((tries-- > 0)) || return 1
            sleep 0.02
        done
    done
}

# kill_all: SIGKILL for the launcher and all ranks.
kill_all() {
    # shellcheck disable=SC2046
    kill -KILL "$launcher" $(cat pid.* 2>/dev/null)
    end_copy 2>/dev/null
    ranks_gone
}

# every_rank STATUS: each rank has ended with it.
every_rank() {
    local rank
    for ((rank = 0; rank < ranks; rank++)); do
        [ "$(cat "status.$rank")" = "$1" ] || return 1
    done
    [ ! -e "status.$ranks" ]
}

# no_temporary: no temporary file or directory, journal or probe is left below here.
no_temporary() {
    [ -z "$(find . -name '*.fanout-*')" ]
}

# same SOURCE FILE...: all files equal the source.
same() {
    local source=$1 file
    shift
    for file; do
        cmp "$source" "$file" || return 1
    done
}

# said TEXT: some line of standard error has all of it, after the program's name and the host.
said() {
    grep -F "fanout-copy: $host: " err | grep -qF -- "$1"
}

# said_soon TEXT: while the copy goes on, within ten seconds.
said_soon() {
    local tries=500
    until cat err messages 2>/dev/null | grep -F "fanout-copy: $host: " | grep -qF -- "$1"; do
        ((tries-- > 0)) || return 1
        sleep 0.02
    done
}

# said_once TEXT: exactly one line does.
said_once() {
    [ "$(grep -cF -- "$1" err)" = 1 ]
}

# absent FILE...: none of them exists.
absent() {
    local file
    for file; do
        [ ! -e "$file" ] || return 1
    done
}
