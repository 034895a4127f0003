#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What `make install` installs is complete: programs are compiled with what pkg-config says and run with the installed
# libraries; the installed programs run; the manual pages are there.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

if nm -D "${top_builddir:?}/.libs/libfanout.so" | grep -qE '__(asan|tsan|ubsan|sanitizer)_'; then
    echo "1..0 # SKIP the libraries are built with sanitizers, which programs would need too"
    exit 0
fi

# libtool installs into the prefix that was configured, so all is below a root of its own; "make check" has made it.
root=$top_builddir/tests/installed
modules=$(dirname "$(find "$root" -name fanout.pc)")
prefix=$root$(PKG_CONFIG_PATH=$modules pkg-config --variable=prefix fanout)
export LD_LIBRARY_PATH=${modules%/pkgconfig}

# flags MODULE
flags() {
    PKG_CONFIG_PATH=$modules pkg-config --define-variable=prefix="$prefix" --cflags --libs "$1"
}

# compile MODULE SOURCE: to a program of the source's name.
compile() {
    # shellcheck disable=SC2046,SC2086 # MPICC and flags are several words
    ${MPICC:?} -o "$(basename "$2" .c)" "$2" $(flags "$1") -lm >out 2>err
}

# launch PROGRAM ARGUMENT...: on two ranks.
launch() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    timeout -k 5 100 $MPIRUN -np 2 "$@" >out 2>err </dev/null
}

# ---- programs of others

cat >five.c <<'END'
#include <fanout.h>
#include <stdio.h>
int main(void)
{
    int rank, value[1000] = {0};
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    value[999] = rank == 0 ? 42 : 0;
    fanout_bcast(value, 1000, MPI_INT, 0, MPI_COMM_WORLD);
    printf("%d with %s\n", value[999], fanout_version());
    return MPI_Finalize();
}
END
version=$(PKG_CONFIG_PATH=$modules pkg-config --modversion fanout)
check "a program with fanout.h is compiled" compile fanout five.c
launch ./five
check "and broadcasts on two ranks" [ "$(grep -cx "42 with $version" out)" = 2 ]

for example in "$top_srcdir"/examples/*.c; do
    module=fanout
    ! grep -q '^#include <fanout_hdf5.h>' "$example" || module=fanout-hdf5
    ! grep -q '^#include <fanout_copy.h>' "$example" || module=fanout-copy
    check "the example $(basename "$example") is compiled" compile "$module" "$example"
done
"$top_builddir/bench/make-field" field.h5 2M
launch ./open field.h5 /temperature
check "the example open.c runs" [ "$(grep -c 'the mean of /temperature is 288' out)" = 2 ]
launch ./copy field.h5 "$PWD/own.%r"
check "the example copy.c runs" cmp field.h5 own.1
tar -cf archive.tar field.h5
launch ./copy archive.tar "$PWD/unpacked.%r" unpack true
check "the example copy.c unpacks an archive, with the installed module" cmp field.h5 unpacked.1/field.h5

# compile_fortran SOURCE PROGRAM
compile_fortran() {
    # shellcheck disable=SC2046,SC2086 # MPIFC and flags are several words
    $MPIFC -o "$2" "$1" $(flags fanout-fortran) >out 2>err
}
if [ -e "$modules/fanout-fortran.pc" ]; then
    check "the example bcast.f90 is compiled" compile_fortran "$top_srcdir/examples/bcast.f90" bcast-fortran
    launch ./bcast-fortran
    check "the example bcast.f90 runs" [ "$(grep -o 'the sum is 2097152' out | wc -l)" = 2 ]
else
    skip "the example bcast.f90" "the Fortran module is not built"
fi

# What README says for a library that is not found.
# shellcheck disable=SC2016 # as it is written there
advice='-Wl,-rpath,$(pkg-config --variable=libdir fanout)'
check "README has the option for the loader" grep -qF -- "$advice" "$top_srcdir/README.md"
with_path() {
    # shellcheck disable=SC2046,SC2086
    $MPICC -o five-path five.c $(flags fanout) \
        "-Wl,-rpath,$(PKG_CONFIG_PATH=$modules pkg-config --define-variable=prefix="$prefix" --variable=libdir fanout)"
}
check "a program with that option is linked" with_path
check "without it and LD_LIBRARY_PATH the library is not found" \
    grep -q 'libfanout.so.0 => not found' <(env -u LD_LIBRARY_PATH ldd ./five)
run_with_path() {
    env -u LD_LIBRARY_PATH "$@" >out 2>err && [ "$(grep -cx "42 with $version" out)" = 2 ]
}
# shellcheck disable=SC2086 # MPIRUN is a command with arguments
check "with it the program runs" run_with_path timeout -k 5 100 $MPIRUN -np 2 ./five-path

for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import h5py, mpi4py' 2>/dev/null && break
done
if [ "$python" = none ]; then
    skip "the example open.py" "no h5py and mpi4py"
elif ! "$python" -c 'from mpi4py import MPI; print(MPI.Get_library_version())' 2>/dev/null |
    grep -qi "$([ "$MPI_VENDOR" = mpich ] && echo mpich || echo 'open mpi')"; then
    skip "the example open.py" "mpi4py has another MPI library"
elif [ -z "$(find "$root" -path '*/fanout/__init__.py')" ]; then
    skip "the example open.py" "configured --without-python"
else
    PYTHONPATH=$(dirname "$(dirname "$(find "$root" -path '*/fanout/__init__.py')")")
    export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
    launch "$python" "$top_srcdir/examples/open.py" field.h5 /temperature
    # Two ranks may print into one line.
    check "the example open.py runs" [ "$(grep -o 'the mean of /temperature is 288' out | wc -l)" = 2 ]
    launch "$python" "$top_srcdir/examples/open.py" nothing.h5 /temperature
    check "the example open.py says why it cannot" grep -q 'rank 0: cannot open .*nothing.h5' out err
fi

# includes_itself HEADER: it needs no other one before it.
includes_itself() {
    echo "#include <$1>" >header.c
    # shellcheck disable=SC2046,SC2086 # MPICC and flags are several words
    $MPICC -Wall -Werror -c header.c $(flags fanout-hdf5) >out 2>err
}
for header in "$top_srcdir"/include/*.h; do
    header=$(basename "$header")
    check "$header is installed" [ -f "$(find "$root" -path "*/include/$header")" ]
    check "$header can be included alone" includes_itself "$header"
done

# ---- our programs

for program in "$prefix"/bin/*; do
    name=$(basename "$program")
    check "$name --version" grep -q "^$name.* $version" <("$program" --version 2>&1)
    check "$name --help" grep -q "^[Uu]sage: $name" <("$program" --help 2>&1)
    check "$name has a manual page" [ -f "$prefix/share/man/man1/$name.1" ]
done
"$prefix/bin/fanout-plan" --nodes 64 --bytes 64M >out 2>err
check "fanout-plan needs no launcher" [ -s out ]
launch "$prefix/bin/fanout-copy" field.h5 'copy.%r'
check "fanout-copy copies on two ranks" cmp field.h5 copy.1
if [ -e "$prefix/bin/fanout-preload" ]; then
    check "a program under fanout-preload" launch "$prefix/bin/fanout-preload" ./five
else
    skip "a program under fanout-preload" "this MPI library cannot have it"
fi

# pages: those of the source that are not installed.
pages() {
    find "$top_srcdir/doc" -name '*.[13]' | while read -r page; do
        [ -f "$prefix/share/man/man${page##*.}/$(basename "$page")" ] || echo "$page"
    done >out
    [ ! -s out ]
}
check "all manual pages are installed" pages
finish
