#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Each fuzz target with its corpus for FUZZ_SECONDS (1). What makes one crash is left in the build directory.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
seconds=${FUZZ_SECONDS:-1}

# fuzz TARGET
fuzz() {
    local crash=${top_builddir:?}/tests/fuzz/$1-
    mkdir -p "found.$1"
    # libFuzzer puts what it finds new into the first folder. HDF5 and MPI have leaks of their own.
    "$top_builddir/tests/fuzz/$1" -max_total_time="$seconds" -artifact_prefix="$crash" "found.$1" \
        "$top_srcdir/tests/fuzz/corpus/$1" >out 2>err
}

for corpus in "$top_srcdir"/tests/fuzz/corpus/*/; do
    target=$(basename "$corpus")
    check "$target, for $seconds s" fuzz "$target"
done
finish
