#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Broadcasts of device memory, with a library that pretends to be a runtime.
# shellcheck source=tests/shim/common.sh
. "$top_srcdir/tests/shim/common.sh"

# with_runtime NAME COMMAND...: the fake runtime, under this name, is loaded from the start.
with_runtime()
{
    cp "$programs/.libs/fake_gpu.so" "$work/$1"
    run_with "$work/$1" "$preload" "$programs/device" "$2"
}

# In each run there are one broadcast before and three after the memory is the device's.
for runtime in libcuda.so.1 libamdhip64.so.6 libze_loader.so.1; do
    with_runtime $runtime all
    check "$runtime, device memory on all ranks: the bytes are right" right
    check "$runtime, all ranks: handed on" counted "handed on: device memory" "< 16.0 MiB" 3
    check "$runtime, all ranks: host memory is taken over" counted "taken over" "< 16.0 MiB" 1
    with_runtime $runtime one
    check "$runtime, device memory on one rank: the bytes are right" right
    check "$runtime, one rank: handed on by all" counted "handed on: device memory" "< 16.0 MiB" 3
    with_runtime $runtime none
    check "$runtime, no device memory: taken over" counted "taken over" "< 16.0 MiB" 4
done

# A runtime that is loaded after the first broadcast.
for who in all one; do
    run "$preload" "$programs/device" $who "$work/libcuda.so.1"
    check "loaded later, $who: the bytes are right" right
done
run "$preload" "$programs/device" all "$work/libcuda.so.1"
check "loaded later: through host memory" counted "taken over, device memory through a copy" "< 16.0 MiB" 3

# Another library of that file is no runtime.
with_runtime libother.so all
check "an unknown library: taken over" counted "taken over" "< 16.0 MiB" 4

finish
