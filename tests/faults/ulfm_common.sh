# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# For ulfm.sh and those of ulfm_going_on.sh: runs a job with ULFM in which ranks are killed. Ends the test where MPI has none.

if ! grep -q 'define HAVE_MPI_ULFM' "$top_builddir/config.h"; then
    skip "a rank dies, the others go on" "this MPI library has no ULFM"
    finish
    exit
fi

# Far more than it takes, so that a busy machine is not taken for a hang.
hang=60
# inject.so comes before the run-time library of the address sanitizer, if that is used.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0

# all_are_well COUNT
all_are_well() {
    [ "$(grep -ac 'all is well' out)" = "$1" ]
}

# wait_for COUNT: until so many ranks have said that all is well, or the launcher has ended. The launcher of Open MPI 5.0.7
# does not always end when a process has died, so it gets some seconds and is then ended.
wait_for() {
    local end=$((SECONDS + hang)) grace
    while kill -0 "$launcher" 2>/dev/null && ! all_are_well "$1" && ((SECONDS < end)); do
        sleep 0.1
    done
    for ((grace = 0; grace < 20; grace++)); do
        kill -0 "$launcher" 2>/dev/null || break
        sleep 0.1
    done
    if kill -0 "$launcher" 2>/dev/null; then
        echo "# the launcher does not end" | tee -a out
        kill "$launcher"
    fi
    wait "$launcher" 2>/dev/null
}

# launch RANKS SURVIVORS FAULT: runs the command "program"; leaves out, fault.hit and fault.RANK.
launch() {
    rm -f fault.* out
    touch out
    # shellcheck disable=SC2086 # a command with arguments
    FANOUT_TEST_FAULT=$3 FANOUT_TEST_FAULT_FILE=$PWD/fault $MPIRUN --with-ft ulfm -np "$1" \
        env LD_PRELOAD="$top_builddir/tests/faults/.libs/inject.so" "${program[@]}" >out 2>&1 </dev/null &
    launcher=$!
    wait_for "$2"
}
