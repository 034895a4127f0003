#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-preload picks, of several installed shims, the one for the MPI library that a program needs.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/pmpi/common.sh
. "${top_srcdir:?}/tests/pmpi/common.sh"

cp -r "$top_builddir/tests/installed" moved
installed=$(find "$work/moved" -name fanout-preload -path '*/bin/*')
ours=$(find "$work/moved" -name libfanout_pmpi.so)
shims=$(dirname "$(dirname "$ours")")
soname=$(basename "$(dirname "$ours")")

# preloads PROGRAM [ARGUMENT...]: without a launcher, which shim it gets is in out, what -v says in err.
preloads() {
    env -u LD_PRELOAD "$installed" -v "$@" >out 2>err
    status=$?
}
# has STATUS MESSAGE
has() {
    [ "$status" = "$1" ] && grep -qF -- "$2" err
}
# takes LIBRARY
takes() {
    [ "$status" = 0 ] && [ "$(cat out)" = "$1" ]
}
# program NAME OPTION...: one that prints LD_PRELOAD and is linked so.
cat >show.c <<'END'
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    return printf("%s\n", getenv("LD_PRELOAD")) < 0;
}
END
program() {
    gcc -o "$1" show.c "${@:2}" >out 2>err
}
# library SONAME [OPTION...]: one in the folder lib.
mkdir lib
library() {
    echo "int of_$(tr -c 'a-z0-9\n' _ <<<"$1");" >library.c
    gcc -shared -fPIC -o "lib/$1" library.c "-Wl,-soname,$1" "${@:2}" >out 2>err
}
linked=(-Llib "-Wl,--no-as-needed" "-Wl,-rpath,$PWD/lib")

# ---- what our own is taken for

# A pretended library: what counts is the name. The shim then finds no PMPI_Bcast, and rests.
library "$soname"
program own "${linked[@]}" "-l:$soname"
preloads ./own
check "a program of our MPI library: its shim" takes "$ours"
check "and why" has 0 "fanout: ./own needs $soname; the shim is $ours"
program without
preloads ./without
check "a program without MPI: our shim" takes "$ours"
check "and why" has 0 "./without needs no MPI library before it runs; the shim is that for $soname"
printf '#!/bin/sh\nexec ./own\n' >script
chmod +x script
preloads ./script
check "a script: our shim" takes "$ours"
check "and why" has 0 "./script is no program whose libraries ld.so can list; the shim is that for $soname"
mkdir bin
cp own bin/in-path
PATH=$PWD/bin:$PATH preloads in-path
check "a program in PATH" has 0 "in-path needs $soname"
env -u LD_PRELOAD "$installed" ./own >out 2>err
check "without -v it says nothing" [ ! -s err ]
FANOUT_STATS=0 FANOUT_TEST_RANKS=2 run "$installed" -v "$programs/bcast_c"
check "-v: one line for two ranks" [ "$(grep -c "^fanout: $programs/bcast_c needs $soname; the shim is $ours\$" err)" = 1 ]

# ---- another MPI library

library libmpi.so.99
library libpetsc.so.1 "${linked[@]}" -l:libmpi.so.99
program other "${linked[@]}" -l:libmpi.so.99
program indirect "${linked[@]}" -l:libpetsc.so.1
preloads ./other
check "a program of an MPI library without a shim: an error" \
    has 1 "./other needs the MPI library libmpi.so.99, but libfanout is here for $soname; install libfanout for libmpi.so.99"
check "and it does not run" [ ! -s out ]
preloads ./indirect
check "the same when another library needs it" has 1 "./indirect needs the MPI library libmpi.so.99"
cp own other-mpich
library libmpich.so.99
program other-mpich "${linked[@]}" -l:libmpich.so.99
preloads ./other-mpich
check "the same for an MPICH" has 1 "needs the MPI library libmpich.so.99"
# A build tree has one shim.
env -u LD_PRELOAD "$preload" ./other >out 2>err
status=$?
check "the same in the build tree" has 1 "./other needs the MPI library libmpi.so.99, but libfanout is here for $soname"

mkdir "$shims/libmpi.so.99"
library libfanout_pmpi.so
cp lib/libfanout_pmpi.so "$shims/libmpi.so.99/"
preloads ./other
check "with a shim beside ours: that" takes "$shims/libmpi.so.99/libfanout_pmpi.so"
check "and why" has 0 "./other needs libmpi.so.99; the shim is $shims/libmpi.so.99/libfanout_pmpi.so"
preloads ./indirect
check "also when another library needs it" takes "$shims/libmpi.so.99/libfanout_pmpi.so"
preloads ./own
check "ours is still taken for its programs" takes "$ours"
preloads ./other-mpich
check "a third MPI library: the error names both" has 1 "libfanout is here for"
check "the error names the other" has 1 "libmpi.so.99"
# A vendor's library has a name of its own. Its shim is in another prefix, to which there is a link.
library libmpi_cray.so.99
program cray "${linked[@]}" -l:libmpi_cray.so.99
mkdir elsewhere
cp lib/libfanout_pmpi.so elsewhere/
ln -s "$work/elsewhere" "$shims/libmpi_cray.so.99"
preloads ./cray
check "a library of any name that there is a link to a shim for" takes "$(realpath elsewhere)/libfanout_pmpi.so"
rm "$ours"
preloads ./own
check "a shim that has gone: an error" has 1 "./own needs"
preloads ./without
check "without our own: an error" has 1 "the shim for $soname, libfanout_pmpi.so, is not beside fanout-preload, in $shims"

# ---- a real program of the other MPI library

case $MPI_VENDOR in
    openmpi) vendor=mpich ;;
    *) vendor=openmpi ;;
esac
if command -v "mpicc.$vendor" "mpirun.$vendor" >/dev/null; then
    sed 's/^#include "config.h"$//' "$top_srcdir/tests/pmpi/bcast_c.c" >bcast.c
    "mpicc.$vendor" -o bcast bcast.c -lpthread >out 2>err
    FANOUT_TEST_RANKS=2
    MPIRUN="mpirun.$vendor" run "$preload" ./bcast
    check "a program of $vendor: an error, and it does not run" [ "$status" != 0 -a ! -s out ]
    check "the error" grep -q '^fanout: ./bcast needs the MPI library libmpi.*, but libfanout is here for' err
else
    skip "a program of $vendor" "mpicc.$vendor and mpirun.$vendor are not installed"
fi
finish
