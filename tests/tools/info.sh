#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# fanout-info.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

info() {
    # shellcheck disable=SC2086 # FANOUT_TEST_WRAPPER is a command with arguments
    ${FANOUT_TEST_WRAPPER-} "${top_builddir:?}/fanout-info" "$@" >out 2>err
    status=$?
}

# row PATTERN: a line of standard output matches it.
row() {
    grep -qE -- "$1" out
}

info
check "exit status" [ "$status" = 0 ]
check "version of the library" row '^libfanout +[0-9]+\.[0-9]+\.[0-9]+'
check "version of the interface" row '^API version +[0-9]+\.[0-9]+$'
check "a release is named after its interface" \
    row "^libfanout +$(sed -n 's/^API version *//p' out | sed 's/\./\\./')\.[0-9]+\$"
case $MPI_VENDOR in
    openmpi) library='Open MPI' ;;
    *) library='MPICH' ;;
esac
check "the MPI library" row "^MPI library +$library"

info --params
check "--params: exit status" [ "$status" = 0 ]
check "a size" row '^min_bytes +65536 +FANOUT_MIN_BYTES +fanout_min_bytes$'
check "an algorithm" row '^algorithm +auto +FANOUT_ALGORITHM +fanout_algorithm$'
check "a time" row '^latency +2e-06 +FANOUT_LATENCY +fanout_latency$'
check "its help" row '^    alpha of the cost model'
check "all parameters are there" \
    [ "$(grep -c '^FAN_PARAM(' "$top_srcdir/src/tune/params.def")" = "$(grep -c ' FANOUT_[A-Z]' out)" ]

info --bogus
check "a wrong option: exit status" [ "$status" = 2 ]
info extra
check "an argument: exit status" [ "$status" = 2 ]
check "an argument: message" grep -q 'unexpected argument: extra' err
info --version
check "--version" row '^fanout-info \(libfanout\) [0-9]'

finish
