#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A misspelt environment variable is told once, with the name that was meant; limits are told as users write them.
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

# bench ENV_ARGUMENT...: broadcasts to 3 ranks, with these changes of the environment.
bench() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    $MPIRUN -np 3 env "$@" "${top_builddir:?}/fanout-bench" --sizes 100000 --repeat 2 >out 2>err
    status=$?
}

# warns TIMES TEXT
warns() {
    [ "$(grep -c "^fanout: .*$2" err)" -eq "$1" ]
}

bench FANOUT_GROUP_SIZE=2 FANOUT_TEST_X=1
check "known variables: no warning" [ "$status" = 0 -a "$(grep -c '^fanout: ' err)" = 0 ]
bench FANOUT_GROUP_SIZ=2
check "a misspelt variable: the program runs" [ "$status" = 0 ]
check "a misspelt variable: one rank says which one was meant" \
    warns 1 "variable FANOUT_GROUP_SIZ is not known; is it FANOUT_GROUP_SIZE?"
bench FANOUT_SOMETHING_ELSE=2
check "a variable that is like no other" warns 1 "variable FANOUT_SOMETHING_ELSE is not known$"
bench FANOUT_CHUNK_BYTES=2G
check "a value out of range: an error" has_failed "$status"
# Other ranks end with the same text, sometimes before rank 0 has warned.
check "and the range, as one would write it" grep -q "FANOUT_CHUNK_BYTES: '2G' is not a value of chunk_bytes; give one from 0 to 1G " err
bench FANOUT_PROGRESS=threads
check "a wrong value of FANOUT_PROGRESS is told by blocking broadcasts" \
    warns 1 "FANOUT_PROGRESS=threads is ignored: the only value is thread"

# A program with more rights than its user does not read files that the user names.
cp "$top_builddir/fanout-plan" plan && chmod 755 . plan
FANOUT_TUNE_FILE=/nothing ./plan --nodes 4 --bytes 1M >out 2>err
check "a tune file that is not there: an error" grep -q "tune file /nothing: No such file" err
if chown nobody plan 2>/dev/null && chmod u+s plan && [ "$(id -u)" = 0 ] && ! findmnt -no OPTIONS -T . | grep -q nosuid; then
    FANOUT_TUNE_FILE=/nothing ./plan --nodes 4 --bytes 1M >out 2>err
    check "unless the program is another user's" [ $? = 0 ]
else
    skip "unless the program is another user's" "no right to make such a program"
fi
finish
