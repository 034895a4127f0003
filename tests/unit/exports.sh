#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Each shared library exports what its header declares, and nothing else.
set -u

checks=0
failures=0

# compare LIBRARY HEADER...
compare() {
    local declared exported headers=("${@:2}")
    headers=("${headers[@]/#/${top_srcdir:?}/include/}")
    declared=$(sed -n 's/^FANOUT_EXPORT.*[ *]\(fanout_[a-z0-9_]*\)(.*/\1/p' "${headers[@]}" | sort)
    exported=$(nm -D --defined-only "${top_builddir:?}/.libs/$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)
    checks=$((checks + 1))
    if [ -n "$declared" ] && [ "$declared" = "$exported" ]; then
        echo "ok $checks - $1 exports the functions of ${*:2} only"
    else
        failures=$((failures + 1))
        echo "not ok $checks - $1 exports the functions of ${*:2} only"
        diff <(echo "$declared") <(echo "$exported") | sed 's/^/# /'
    fi
}

compare libfanout.so fanout.h fanout_mdc.h
compare libfanout_hdf5.so fanout_hdf5.h
echo "1..$checks"
exit $((failures > 0))
