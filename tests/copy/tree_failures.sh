#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Failures while a tree is copied: host and path are named once, every rank exits with 1, the others have all,
# nothing else is left. And several ranks with one directory.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p tree/{a,m,z}
for ((i = 0; i < 20; i++)); do
    head -c 3000 /dev/urandom | tee tree/a/$i >tree/z/$i
done
head -c 2M /dev/urandom >tree/m/large

# four: a fresh directory for each of four ranks.
four() {
    umount to.1 2>/dev/null
    rm -rf to.*
    mkdir to.{0,1,2,3}
}
trees_whole() {
    local copy
    for copy; do
        diff -r tree "$copy" || return 1
    done
}
# nothing_in DIRECTORY...: they are empty, or do not exist.
nothing_in() {
    local directory
    for directory; do
        [ -z "$(ls -A "$directory" 2>/dev/null)" ] || return 1
    done
}
# said_of PATTERN TEXT: of a path on rank 1 that matches.
said_of() {
    grep -F -- "$2" err | grep -q "^fanout-copy: $host: to\.1/$1: "
}
# one_failed WHAT PATTERN TEXT: rank 1 has failed and said so of such a path, all others have the tree.
one_failed() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: host, path and reason are named" said_of "$2" "$3"
    check "$1: once" said_once "$3"
    check "$1: the other trees are whole" trees_whole to.{0,2,3}/tree
    check "$1: no temporary file or directory is left" no_temporary
}
# nothing_new WHAT: and rank 1 has nothing.
nothing_new() {
    check "$1: no tree" absent to.1/tree
}
# all_stopped WHAT: and no host has anything.
all_stopped() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: nothing is there" nothing_in to.*
}

# ---- calls that fail ----

# failing FUNCTION:ERROR:N OPTIONS...: a copy in which this call fails on rank 1
failing() {
    local call=$1
    shift
    four
    DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=$call copy 4 -r "$@" tree 'to.%r'
}
failing pwrite:EIO:23
one_failed "I/O error of a write" tree/m/large "cannot write: Input/output error"
nothing_new "I/O error of a write"
failing pwrite:EDQUOT:3
one_failed "a quota" tree/a/10 "cannot write: Disk quota exceeded"
nothing_new "a quota"
failing fsync:EIO:3 --fsync
one_failed "I/O error of a flush" tree/a/10 "cannot flush the file: Input/output error"
nothing_new "I/O error of a flush"
failing fdatasync:EIO:21 --verify
one_failed "I/O error while verifying" tree/m/large "cannot flush the file: Input/output error"
nothing_new "I/O error while verifying"
failing rename:EIO:1
one_failed "a file that cannot be renamed" tree/m/large "cannot rename the temporary file: Input/output error"
nothing_new "a file that cannot be renamed"
failing rename:EIO:2
one_failed "a tree that cannot be renamed" tree "cannot rename the temporary directory: Input/output error"
nothing_new "a tree that cannot be renamed"

# Into a tree that is there: what was whole before stays.
four
mkdir -p to.1/tree/m
echo old | tee to.1/tree/m/large >to.1/tree/other
DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:23 copy 4 -r tree 'to.%r'
one_failed "I/O error in a tree that was there" tree/m/large "cannot write: Input/output error"
check "I/O error in a tree that was there: files before it are whole" diff -r tree/a to.1/tree/a
check "I/O error in a tree that was there: the old file is still there" [ "$(cat to.1/tree/m/large)" = old ]
check "I/O error in a tree that was there: nothing behind it" absent to.1/tree/z/0

# Several small files are written at the same time: any of them may fail.
export FANOUT_TEST_DISTURB_THREADS=1
for call in pwrite:EIO:5 pwrite:ENOSPC:19 pwrite:EIO:0 fsync:EIO:7; do
    failing $call --fsync
    check "several threads, $call: every rank exits with 1" every_rank 1
    check "several threads, $call: one file is named" [ "$(grep -c "to.1/tree/a/[0-9]*: cannot " err)" = 1 ]
    check "several threads, $call: the other trees are whole" trees_whole to.{0,2,3}/tree
    check "several threads, $call: no temporary file or directory is left" no_temporary
    nothing_new "several threads, $call"
done
four
mkdir -p to.1/tree/a
echo old >to.1/tree/a/10
DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=rename:EIO:0 copy 4 -r tree 'to.%r'
check "several threads, no file can be renamed: every rank exits with 1" every_rank 1
check "several threads, no file can be renamed: named" said "to.1/tree/a/"
check "several threads, no file can be renamed: nothing temporary" no_temporary
check "several threads, no file can be renamed: only the old file is there" \
    [ "$(ls to.1/tree/a) $(cat to.1/tree/a/10)" = "10 old" ]
signalled_at_random() {
    four
    FANOUT_TEST_DISTURB_DELAY=pwrite:100000:0 FANOUT_TEST_DISTURB_REMOVE=3000 \
        start_copy to.1/.tree.fanout-part/a/1 4 -r tree 'to.%r'
    sleep "0.$1"
    # shellcheck disable=SC2046
    kill -TERM $(cat pid.*)
    end_copy
    check "SIGTERM while several threads write, $1: all ranks end" ranks_gone
    check "SIGTERM while several threads write, $1: nothing is there" nothing_in to.*
}
for moment in 00 08 21; do
    signalled_at_random $moment
done
unset FANOUT_TEST_DISTURB_THREADS

# ---- --fail-fast ----

four
FANOUT_TEST_DISTURB_PAUSE=20000 DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:3 copy 4 -r --fail-fast tree 'to.%r'
all_stopped "--fail-fast"
check "--fail-fast: host, path and reason are named" said "to.1/tree/a/10: cannot write: Input/output error"
check "--fail-fast: and that the others were stopped" said "tree: not sent completely, because a host failed"
four
DISTURB_RANK=0 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:3 FANOUT_TEST_DISTURB_PAUSE=20000 copy 4 -r --fail-fast tree 'to.%r'
all_stopped "--fail-fast, the source's rank"
check "--fail-fast, the source's rank: named" said "to.0/tree/a/10: cannot write: Input/output error"

# Before the first byte all that fail are named.
four
rmdir to.{1,2}
touch to.{1,2}
copy 4 -r tree 'to.%r'
check "two ranks that cannot write: every rank exits with 1" every_rank 1
check "two ranks that cannot write: the first is named" said "to.1"
check "two ranks that cannot write: the second is named" said "to.2"
check "two ranks that cannot write: the others have all" trees_whole to.{0,3}/tree
four
rmdir to.{1,2}
touch to.{1,2}
copy 4 -r --fail-fast tree 'to.%r'
check "two ranks, --fail-fast: both are named" grep -q "to.2" err
check "two ranks, --fail-fast: nothing is written" nothing_in to.0 to.3

# ---- what changes meanwhile ----

# begin FILE OPTIONS...: a slow copy, which has begun to write FILE.
begin() {
    local file=$1
    shift
    four
    FANOUT_TEST_DISTURB_PAUSE=${pause-15000} start_copy "$file" 4 -r "$@" tree 'to.%r'
}
large=.tree.fanout-part/m/.large.fanout-part

begin to.1/$large
rm -r to.1
end_copy
one_failed "a destination that vanishes" tree/m/large "cannot "
four
mkdir to.1/tree
FANOUT_TEST_DISTURB_PAUSE=15000 start_copy to.1/tree/m/.large.fanout-part 4 -r tree 'to.%r'
rm -r to.1/tree
end_copy
check "a tree that vanishes: every rank exits with 1" every_rank 1
check "a tree that vanishes: named" said "to.1/tree/m/large: cannot "
check "a tree that vanishes: the others are whole" trees_whole to.{0,2,3}/tree
check "a tree that vanishes: no temporary file" no_temporary

# source_changes WHAT COMMAND PATH TEXT
source_changes() {
    cp -a tree saved
    begin to.2/$large
    eval "$2"
    end_copy
    all_stopped "$1"
    check "$1: named" said "$3: $4"
    check "$1: once" said_once "$4"
    rm -r tree
    mv saved tree
}
source_changes "a source that changes" "echo more >>tree/m/large" tree/m/large "changed while it was read"
source_changes "a source that shrinks" "truncate -s 1000000 tree/m/large" tree/m/large "shrank from 2097152 to"
source_changes "a source that vanishes" "rm tree/z/0" tree/z/0 "cannot open the source: No such file or directory"

# ---- signals ----

for signal in TERM INT; do
    pause=200000 begin to.3/$large
    kill -$signal "$launcher"
    end_copy
    check "SIG$signal: the launcher fails" [ "$status" != 0 ]
    check "SIG$signal: all ranks end" ranks_gone
    check "SIG$signal: nothing is there" nothing_in to.*
    check "SIG$signal: said" said "to.1/tree: not written, the copy was stopped by a signal"
done

# signalled WHAT FUNCTION:MICROSECONDS:N OPTIONS...: SIGTERM while this call takes so long
signalled() {
    local what=$1 call=$2
    shift 2
    four
    rm -f delayed
    FANOUT_TEST_DISTURB_DELAY=$call FANOUT_TEST_DISTURB_DELAYED=$PWD/delayed start_copy delayed 4 -r "$@" tree 'to.%r'
    # shellcheck disable=SC2046
    kill -TERM $(cat pid.*)
    end_copy
    check "$what: all ranks end" ranks_gone
    check "$what: no temporary file" no_temporary
}
# whole_or_nothing: no tree is there in part.
whole_or_nothing() {
    local copy
    for copy in to.*/tree; do
        [ ! -e "$copy" ] || trees_whole "$copy" || return 1
    done
}
signalled "SIGTERM while verifying" fdatasync:500000:0 --verify
check "SIGTERM while verifying: nothing is there" nothing_in to.*
FANOUT_TEST_DISTURB_REMOVE=30000 signalled "SIGTERM at the end" rename:1600000:2
check "SIGTERM at the end: whole or nothing" whole_or_nothing
# Longer than anybody waits: then all is removed while somebody works on it.
FANOUT_TEST_DISTURB_REMOVE=30000 signalled "SIGTERM while a slow disk is flushed" fsync:1600000:41 --fsync
check "SIGTERM while a slow disk is flushed: whole or nothing" whole_or_nothing

# ---- one directory for several ranks ----

# shared WHAT: all ranks have it, and nothing else is there.
shared() {
    local what=$1
    check "$what: success" every_rank 0
    check "$what: all are reported" grep -q "to 4 ranks" out
    check "$what: no probe is left" no_temporary
}
four
rmdir to.{1,2,3}
for i in 1 2 3; do
    ln -s to.0 to.$i
done
copy 4 -r --json report tree 'to.%r'
shared "a shared directory"
check "a shared directory: whole" trees_whole to.0/tree
check "a shared directory: each rank is said to have it" [ "$(grep -c '"ok": true' report)" = 4 ]
copy 4 tree/m/large 'to.%r/file'
shared "a shared directory, a file"
check "a shared directory, a file: whole" same tree/m/large to.0/file
rm -r to.0/*
copy 4 -rT tree 'to.%r'
shared "the directory itself is shared"
check "the directory itself is shared: whole" trees_whole to.0
touch to.0/.fanout-probe.1.2.3
copy 4 tree/m/large 'to.%r/file'
shared "the probe of a killed copy"
DISTURB_RANK=0 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:2 copy 4 tree/m/large 'to.%r/other'
check "the writer fails: every rank exits with 1" every_rank 1
check "the writer fails: named" said "to.0/other: cannot write: Input/output error"
none_has_it() {
    ! grep -qE " to ([1-4] of )?4 ranks" out
}
check "the writer fails: no rank is said to have it" none_has_it

# ---- disks ----

# As somebody who may not do everything.
as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
if [ "$(id -u)" = 0 ] && "${as_nobody[@]}" test -x "$top_builddir/fanout-copy" -a -x "$work/.." 2>/dev/null; then
    four
    chmod 777 . to.*
    chmod 755 to.1
    FANOUT_TEST_WRAPPER="${as_nobody[*]}" copy 4 -r tree 'to.%r'
    one_failed "no permission" tree "cannot create a temporary file beside it: Permission denied"
    four
    chmod 777 to.*
    mkdir to.1/tree to.1/tree/m
    chown 65534 to.1/tree
    FANOUT_TEST_WRAPPER="${as_nobody[*]}" copy 4 -r tree 'to.%r'
    check "no permission in the tree: named" said "to.1/tree/m: cannot create a temporary file beside it: Permission denied"
    check "no permission in the tree: nothing is written" nothing_in to.1/tree/m
    check "no permission in the tree: no temporary file" no_temporary
else
    skip "no permission" "cannot become another user"
fi

if [ "$(id -u)" = 0 ] && mkdir probe && mount -t tmpfs -o size=64k tmpfs probe 2>/dev/null; then
    umount probe
    # small_disk OPTIONS: rank 1's directory is a file system of its own
    small_disk()
    {
        four
        mount -t tmpfs -o "$1" tmpfs to.1
        mounts=("$work/to.1")
    }
    small_disk size=2m
    copy 4 -r tree 'to.%r'
    one_failed "a disk that is too small" tree "no room: "
    check "a disk that is too small: nothing is there" nothing_in to.1
    small_disk size=4m
    FANOUT_TEST_DISTURB_PAUSE=30000 start_copy to.1/$large 4 -r tree 'to.%r'
    head -c 4m /dev/zero >to.1/other 2>/dev/null
    end_copy
    one_failed "a disk that becomes full" tree/m/large "cannot write: No space left on device"
    check "a disk that becomes full: only the other file is there" [ "$(ls -A to.1)" = other ]
    small_disk size=4m,nr_inodes=20
    copy 4 -r tree 'to.%r'
    one_failed "a disk with too few inodes" tree "no room: 44 files needed"
    small_disk size=4m,nr_inodes=60
    FANOUT_TEST_DISTURB_PAUSE=30000 start_copy to.1/$large 4 -r tree 'to.%r'
    for ((i = 0; i < 60; i++)); do
        : >to.1/$i
    done 2>/dev/null
    end_copy
    # Which one depends on what else has needed inodes by then.
    one_failed "a disk that runs out of inodes" 'tree/z/[0-9]*' "cannot create a temporary file beside it: No space left on device"
    small_disk size=4m,ro
    copy 4 -r tree 'to.%r'
    one_failed "a disk that cannot be written" tree "cannot create a temporary file beside it: Read-only file system"

    # What a killed copy has left must not be the reason why there is no room.
    small_disk size=3m
    FANOUT_TEST_DISTURB_PAUSE=30000 launch 4 tree/m/large 'to.%r'
    for ((i = 0; i < 500 && $(stat -c %b to.1/.large.fanout-part 2>/dev/null || echo 0) < 2400; i++)); do
        sleep 0.02
    done
    kill_all
    copy 4 tree/m/large 'to.%r'
    check "room that a killed copy has taken: success" every_rank 0
    check "room that a killed copy has taken: whole" same tree/m/large to.{0,1,2,3}/large
    check "room that a killed copy has taken: nothing is left" no_temporary
    umount to.1
    mounts=()
else
    skip "disks that become full" "cannot mount"
fi

begin to.2/$large
prlimit --fsize=1000000 --pid "$(cat pid.1)"
end_copy
one_failed "a file that becomes too large" tree/m/large "cannot write: File too large"
nothing_new "a file that becomes too large"

finish
