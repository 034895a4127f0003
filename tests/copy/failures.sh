#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Each failure names host and path, every rank exits with 1, whole files are kept, nothing else is
# left.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 2M /dev/urandom >source

# five: a fresh directory for each of five ranks; rank 3's has an old copy.
five() {
    rm -rf to.*
    mkdir to.{0,1,2,3,4}
}
others_whole() {
    same source to.{0,1,2,4}/copy
}
# one_failed WHAT TEXT: rank 3 has failed and said so, all others have the file.
one_failed() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: host, path and reason are named" said "to.3/copy: $2"
    check "$1: once" said_once "$2"
    check "$1: the other files are whole" others_whole
    check "$1: no temporary file is left" no_temporary
}
# all_failed WHAT TEXT: nothing was copied to copy.0, copy.1 and copy.2.
all_failed() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: host, path and reason are named" said "$2"
    check "$1: once" said_once "$2"
    check "$1: no file" absent copy.{0,1,2}
    check "$1: no temporary file" no_temporary
}

copy 3 missing 'copy.%r'
all_failed "missing source" "missing: cannot open the source: No such file or directory"
end_all_when_one_fails 1
copy 3 missing 'copy.%r'
check "missing source: the launcher fails" [ "$status" != 0 ]
end_all_when_one_fails 0
copy 3 . 'copy.%r'
all_failed "source is a directory" ".: is a directory; --recursive (-r) copies it"
mkfifo fifo
copy 3 fifo 'copy.%r'
all_failed "source is a fifo" "fifo: is not a regular file"
if [ "$(id -u)" != 0 ]; then
    cp source secret
    chmod 0 secret
    copy 3 secret 'copy.%r'
    all_failed "unreadable source" "secret: cannot open the source: Permission denied"
else
    skip "unreadable source" "root can read everything"
fi
copy 3 --json nowhere/report source 'copy.%r'
all_failed "unwritable report" "nowhere/report: cannot write the report: No such file or directory"
FANOUT_WINDOW=nonsense copy 3 source 'copy.%r'
check "wrong parameter: every rank exits with 1" every_rank 1
check "wrong parameter: it is named" grep -q FANOUT_WINDOW err
check "wrong parameter: no file" absent copy.{0,1,2}

five
rmdir to.3
copy 5 source 'to.%r/copy'
one_failed "missing directory" "cannot create a temporary file beside it: No such file or directory"
five
rmdir to.3
touch to.3
copy 5 source 'to.%r/copy'
one_failed "a file in place of the directory" "cannot write here: Not a directory"
five
mkdir to.3/copy to.3/copy/source
copy 5 source 'to.%r/copy'
check "a directory in the way: it is named" \
    said "to.3/copy/source: cannot write here: Is a directory"
check "a directory in the way: the other files are whole" others_whole
five
mkfifo to.3/copy
copy 5 source 'to.%r/copy'
one_failed "a fifo in the way" "is not a regular file"
check "it is left alone" [ -p to.3/copy ]
if [ "$(id -u)" != 0 ]; then
    five
    chmod 500 to.3
    copy 5 source 'to.%r/copy'
    one_failed "unwritable directory" "cannot create a temporary file beside it: Permission denied"
else
    skip "unwritable directory" "root can write everywhere"
fi

# Failures in the middle. What was there before stays.
five
echo old >to.3/copy
FANOUT_TEST_DISTURB_PAUSE=50000 start_copy to.3/.copy.fanout-part 5 source 'to.%r/copy'
prlimit --fsize=1000000 --pid "$(cat pid.3)"
end_copy
one_failed "a file that becomes too large" "cannot write: File too large"
check "the old file is still there" [ "$(cat to.3/copy)" = old ]
five
echo old >to.3/copy
CORRUPT_RANK=3 copy 5 source 'to.%r/copy'
one_failed "data changed on the way" "the data that arrived differs from the source"
check "the old file is still there" [ "$(cat to.3/copy)" = old ]

export FANOUT_TEST_DISTURB_PAUSE=50000
cp source shrinking
start_copy .copy.1.fanout-part 3 shrinking 'copy.%r'
truncate -s 700000 shrinking
end_copy
all_failed "source that shrinks" "shrinking: shrank from 2097152 to 700000 bytes"

unset FANOUT_TEST_DISTURB_PAUSE

# Somebody else writes: as long as the temporary file is locked it is his.
echo his >.copy.1.fanout-part
(flock 9 && exec sleep 100) 9<.copy.1.fanout-part &
other=$!
copy 3 source 'copy.%r'
check "two copies at a time: every rank of the second one exits with 1" every_rank 1
check "two copies at a time: it says why" said "copy.1: another process is writing this file"
check "two copies at a time: the first one's file is left alone" [ "$(cat .copy.1.fanout-part)" = his ]
check "two copies at a time: the others are written" same source copy.{0,2}
kill $other
wait $other 2>/dev/null
copy 3 source 'copy.%r'
check "when it has ended, all is written" same source copy.{0,1,2}
check "and its leftover is removed" no_temporary

if [ "$(id -u)" = 0 ] && mkdir probe && mount -t tmpfs -o size=64k tmpfs probe 2>/dev/null; then
    mounts+=("$work/probe")
    # small_disk SIZE OPTIONS: rank 3's directory is a file system of its own
    small_disk()
    {
        five
        mount -t tmpfs -o "size=$1${2:-}" tmpfs to.3
        mounts=("$work/to.3" "$work/probe")
    }
    remove_disk()
    {
        umount to.3
        mounts=("$work/probe")
    }
    small_disk 1m
    copy 5 source 'to.%r/copy'
    one_failed "a disk that is too small" "no room: 2.0 MiB needed, 1.0 MiB free"
    check "nothing is there" [ -z "$(ls -A to.3)" ]
    remove_disk

    small_disk 4m
    FANOUT_TEST_DISTURB_PAUSE=50000 start_copy to.3/.copy.fanout-part 5 source 'to.%r/copy'
    head -c 3500k /dev/zero >to.3/other
    end_copy
    one_failed "a disk that becomes full" "cannot write: No space left on device"
    check "only the other file is there" [ "$(ls -A to.3)" = other ]
    remove_disk

    small_disk 4m ,ro
    copy 5 source 'to.%r/copy'
    one_failed "a disk that cannot be written" \
        "cannot create a temporary file beside it: Read-only file system"
    remove_disk
else
    skip "a disk that is too small" "cannot mount"
    skip "a disk that becomes full" "cannot mount"
    skip "a disk that cannot be written" "cannot mount"
fi

finish
