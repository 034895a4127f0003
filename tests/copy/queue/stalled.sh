#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The disk of a host stands still for a while, or its command does not read: nobody waits for it.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
MPIRUN="timeout -k 5 100 $MPIRUN"

head -c 12M /dev/urandom >source
mkdir tree
cp source tree/large
head -c 300K source | split -b 10K - tree/small.
export DISTURB_RANK=2

# others_have FILE: they will, while rank 2 stands still. Only if they never will is this slow.
others_have() {
    local tries=3000 rank
    for rank in 0 1 3; do
        until cmp -s source "copy.$rank$1"; do
            ((tries-- > 0)) || return 1
            sleep 0.02
        done
    done
}
# go: it goes on, and the copy ends.
go() {
    touch go
    end_copy
    rm go
}
# all_right WHAT: as if nothing had been.
all_right() {
    check "$1: every rank exits with 0" every_rank 0
    check "$1: nobody is said to be slow" [ ! -s err ]
    check "$1: no temporary file" no_temporary
}
like_tree() {
    local rank
    for rank in 0 1 2 3; do
        diff -r tree "copy.$rank" || return 1
    done
}

FANOUT_TEST_DISTURB_HOLD=pwrite:go:3 launch 4 source 'copy.%r'
check "a disk: the others have all" others_have ''
check "a disk: it has not" absent copy.2
go
all_right "a disk"
check "a disk: all are whole" same source copy.{0,1,2,3}
rm copy.*

FANOUT_TEST_DISTURB_HOLD=pwrite:go:3 launch 4 -r --compress zstd tree 'copy.%r'
check "a tree, compressed: the others have all" others_have /large
go
all_right "a tree, compressed"
check "a tree, compressed: all are whole" like_tree
rm -r copy.*

launch 4 --pipe 'case %r in 2) until [ -e go ]; do sleep 0.02; done ;; esac; cat >%d' source 'copy.%r'
check "a command: the others have all" others_have ''
go
all_right "a command"
check "a command: all are whole" same source copy.{0,1,2,3}
rm copy.*

# What fails there, fails when nobody waits for it any more.
FANOUT_TEST_DISTURB_THREADS=1 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:20 FANOUT_TEST_DISTURB_HOLD=pwrite:go:3 \
    launch 4 source 'copy.%r'
check "it fails then: the others have all" others_have ''
go
check "it fails then: all say so" every_rank 1
check "it fails then: it is named" said "copy.2: cannot write: Input/output error"
check "it fails then: the others are whole" same source copy.{0,1,3}
check "it fails then: it has nothing" absent copy.2
check "it fails then: no temporary file" no_temporary
rm copy.*

# With --fail-fast nobody is to have a copy that not all have.
FANOUT_TEST_DISTURB_THREADS=1 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:20 FANOUT_TEST_DISTURB_HOLD=pwrite:go:3 \
    launch 4 --fail-fast source 'copy.%r'
sleep 2
check "--fail-fast: nobody has all before it is written" [ ! -e copy.0 ]
go
check "--fail-fast: all say so" every_rank 1
check "--fail-fast: nobody has a copy" absent copy.{0,1,2,3}
check "--fail-fast: no temporary file" no_temporary

finish
