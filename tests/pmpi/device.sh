#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Broadcasts of device memory, with a library that pretends to be a runtime.
# shellcheck source=tests/pmpi/common.sh
. "${top_srcdir:?}/tests/pmpi/common.sh"

aware=$programs/.libs/aware.so

# with_runtime NAME WHO: the fake runtime, under this name, is loaded from the start.
with_runtime() {
    cp "$programs/.libs/fake_gpu.so" "$work/$1"
    run_with "$aware:$work/$1" "$preload" "$programs/device" "$2"
}

# with_late_runtime WHO: it is loaded after the first broadcast.
with_late_runtime() {
    run_with "$aware" "$preload" "$programs/device" "$1" "$work/libcuda.so.1"
}

# In each run there are one broadcast before and three after the memory is the device's.
for runtime in libcuda.so.1 libamdhip64.so.6 libze_loader.so.1; do
    with_runtime $runtime all
    check "$runtime, device memory on all ranks: the bytes are right" right
    check "$runtime, all ranks: passed through" counted "passed through: device memory" "< 16.0 MiB" 3
    check "$runtime, all ranks: host memory is taken over" counted "taken over" "< 16.0 MiB" 1
    with_runtime $runtime one
    check "$runtime, device memory on one rank: the bytes are right" right
    check "$runtime, one rank: passed through by all" counted "passed through: device memory" "< 16.0 MiB" 3
    with_runtime $runtime none
    check "$runtime, no device memory: taken over" counted "taken over" "< 16.0 MiB" 4
done

# agreements: how often all ranks agreed in the last run.
agreements() {
    sed -n 's/^device: \([0-9]*\) agreements$/\1/p' err
}

with_runtime libother.so none
without=$(agreements)
with_runtime libze_loader.so.1 none
check "with a device the ranks agree on each of the four broadcasts" [ "$(agreements)" = $((without + 4)) ]
for runtime in libcuda.so.1 libamdhip64.so.6 libze_loader.so.1; do
    for state in unstarted none; do
        FANOUT_TEST_GPU=$state with_runtime $runtime none
        check "$runtime, $state: taken over" counted "taken over" "< 16.0 MiB" 4
        check "$runtime, $state: costs no agreement" [ "$(agreements)" = "$without" ]
    done
done

# One that the launcher's libraries loaded, and that the program starts later: nothing is loaded then.
for runtime in libcuda.so.1 libze_loader.so.1; do
    cp "$programs/.libs/fake_gpu.so" "$work/$runtime"
    FANOUT_TEST_GPU=unstarted run_with "$aware:$work/$runtime" "$preload" "$programs/device" all start
    check "$runtime, started later: the bytes are right" right
    check "$runtime, started later: through host memory" \
        counted "taken over, device memory through a copy" "< 16.0 MiB" 3
done

with_late_runtime one
check "loaded later, one rank: the bytes are right" right
with_late_runtime all
check "loaded later, all ranks: the bytes are right" right
check "loaded later: through host memory" counted "taken over, device memory through a copy" "< 16.0 MiB" 3

# The memory of these tests is out of reach indeed. (MPICH's launcher reports the signal in another way.)
with_runtime libother.so all
check "what no runtime knows is touched: the program is killed" has_failed "$status"
check "and no rank ends" [ "$(cat out)" != right ]

finish
