#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Each shared library exports what its header declares, and nothing else.
set -u

checks=0
failures=0

# exported LIBRARY: the names of C that it exports; not those that compilers make for modules of Fortran.
exported() {
    nm -D --defined-only "${top_builddir:?}/.libs/$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
        grep -v '^__fanout_[a-z0-9_]*_MOD_' | sort
}

# compare LIBRARY WHAT NAMES: NAMES are what it should export, as WHAT says.
compare() {
    checks=$((checks + 1))
    if [ -n "$3" ] && [ "$3" = "$(exported "$1")" ]; then
        echo "ok $checks - $1 exports the functions of $2 only"
    else
        failures=$((failures + 1))
        echo "not ok $checks - $1 exports the functions of $2 only"
        diff <(echo "$3") <(exported "$1") | sed 's/^/# /'
    fi
}

# declared HEADER...
declared() {
    local headers=("$@")
    headers=("${headers[@]/#/${top_srcdir:?}/include/}")
    sed -n 's/^FANOUT_EXPORT.*[ *]\(fanout_[a-z0-9_]*\)(.*/\1/p' "${headers[@]}" | sort
}

# bound: what the modules of Fortran call.
bound() {
    grep -ohE 'name="fanout_fortran_[a-z_]*"' "$top_srcdir"/src/fortran/*.{f90,inc} | cut -d '"' -f 2 | sort -u
}

compare libfanout.so "fanout.h fanout_mdc.h" "$(declared fanout.h fanout_mdc.h)"
compare libfanout_copy.so fanout_copy.h "$(declared fanout_copy.h)"
compare libfanout_hdf5.so fanout_hdf5.h "$(declared fanout_hdf5.h)"
if [ -e "$top_builddir/libfanout_fortran.la" ]; then
    compare libfanout_fortran.so "the modules" "$(bound)"
else
    checks=$((checks + 1))
    echo "ok $checks - libfanout_fortran.so # SKIP the Fortran module is not built"
fi
echo "1..$checks"
exit $((failures > 0))
