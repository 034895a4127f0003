# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the tests of fanout-copy: TAP, a directory to work in, and ways to start a copy.
#
# For one copy these may be set: CORRUPT_RANK (what it gets is changed on the way), FANOUT_DISTURB_PAUSE
# (microseconds before each piece is read), PEAK_DIRECTORY (gets peak.RANK, a rank's peak memory in KiB).
# shellcheck source=tests/tap.sh
. "$top_srcdir/tests/tap.sh"
# shellcheck source=tests/mpi-env.sh
. "$top_srcdir/tests/mpi-env.sh"

# Open MPI's launcher kills the other ranks as soon as one has ended with 1. Each one's own exit status is
# tested, so it must not; then its own exit status is always 0.
export OMPI_MCA_orte_abort_on_non_zero_status=0
export DISTURB=$top_builddir/tests/copy/.libs/disturb.so
export FANOUT_CHUNK_BYTES=64K
host=$(uname -n)
mounts=()

clean_up()
{
    for mount in "${mounts[@]}"; do
        umount "$mount"
    done
    rm -rf "$work"
}
trap clean_up EXIT

# copy RANKS ARGUMENTS...: run fanout-copy. Leaves out, err and status (the launcher's), and each rank's exit status.
copy()
{
    ranks=$1
    shift
    rm -f status.* pid.* out err
    # shellcheck disable=SC2086 # MPIRUN and FANOUT_TEST_WRAPPER may be commands with arguments
    timeout -k 5 120 $MPIRUN -np "$ranks" "$top_srcdir/tests/copy/run-rank" "$work" ${FANOUT_TEST_WRAPPER-} \
        "$top_builddir/fanout-copy" "$@" >out 2>err </dev/null
    status=$?
}

# start_copy RANKS FILE ARGUMENTS...: start it in the background and come back when FILE has some data.
# The launcher's process is $launcher.
start_copy()
{
    ranks=$1
    local file=$2
    shift 2
    rm -f status.* pid.* out err
    # shellcheck disable=SC2086
    $MPIRUN -np "$ranks" "$top_srcdir/tests/copy/run-rank" "$work" "$top_builddir/fanout-copy" "$@" \
        >out 2>err </dev/null &
    launcher=$!
    for ((i = 0; i < 1000; i++)); do
        [ -s "$file" ] && return
        sleep 0.02
    done
    echo "Bail out! the copy did not start"
    sed 's/^/# /' out err
    exit 1
}

end_copy()
{
    wait "$launcher"
    status=$?
}

# every_rank STATUS: each rank has ended with it.
every_rank()
{
    local rank
    for ((rank = 0; rank < ranks; rank++)); do
        [ "$(cat "status.$rank")" = "$1" ] || return 1
    done
    [ ! -e "status.$ranks" ]
}

# no_temporary: there is no temporary file below here.
no_temporary()
{
    [ -z "$(find . -name '*.fanout-part')" ]
}

# same SOURCE FILE...: all files equal the source.
same()
{
    local source=$1 file
    shift
    for file; do
        cmp "$source" "$file" || return 1
    done
}

# said TEXT: some line of standard error has all of it, after the program's name and the host.
said()
{
    grep -F "fanout-copy: $host: " err | grep -qF -- "$1"
}

# said_once TEXT: exactly one line does.
said_once()
{
    [ "$(grep -cF -- "$1" err)" = 1 ]
}

# absent FILE...: none of them exists.
absent()
{
    local file
    for file; do
        [ ! -e "$file" ] || return 1
    done
}
