#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Programs that were linked with the last release go on to work: abidiff against its dumps (see tests/abi/README.md).
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

leave_out() {
    echo "1..0 # SKIP $1"
    exit 0
}
command -v abidiff >/dev/null || leave_out "abidiff is not installed (package abigail-tools)"
[ "${MPI_VENDOR-}" = openmpi ] || leave_out "the dumps are of a build with Open MPI, this one is with ${MPI_VENDOR:-no MPI}"
[ "$(uname -m)" = x86_64 ] || leave_out "the dumps are for x86_64, this machine is $(uname -m)"
readelf -S "${top_builddir:?}/.libs/libfanout.so" | grep -q '\.debug_info' ||
    leave_out "the build has no debugging information"

# The dumps are of a build with HDF5 1.10; from 1.14 on hsize_t is uint64_t, which is as long.
printf '[suppress_type]\n  name = hsize_t\n' >suppressions

# compatible LIBRARY: nothing has gone or changed.
compatible() {
    abidiff --suppressions suppressions --no-added-syms --headers-dir2 "$top_srcdir/include" "$top_srcdir/tests/abi/$1.abi" \
        "$top_builddir/.libs/$1.so" >out 2>err && return
    echo "If that is meant: tests/abi/README.md says what to do." >>out
    return 1
}

# note_additions LIBRARY
note_additions() {
    abidiff --headers-dir2 "$top_srcdir/include" "$top_srcdir/tests/abi/$1.abi" "$top_builddir/.libs/$1.so" 2>/dev/null |
        sed -n 's/^ *\[A\]/# new since the dump (tests\/abi\/README.md):/p'
}

for library in libfanout libfanout_copy libfanout_hdf5; do
    check "$library.so: what programs use is as in the last release" compatible "$library"
    note_additions "$library"
done
finish
