#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What is of use to no host is not sent: the copy ends when all that need it have failed, and not before.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
MPIRUN="timeout -k 5 60 $MPIRUN"

head -c 8M /dev/urandom >source
mkdir -p tree/a
cp source tree/a/file
head -c 1M source >tree/b
export FANOUT_TEST_DISTURB_PAUSE=20000

# ended WHAT: every host has failed, and only a part was read.
ended() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: it is said how much was read" \
        grep -qE "not sent completely, because every host has failed; [0-9.]+ [KM]?i?B( of [0-9.]+ MiB)? were read" err
    check "$1: that is not all" [ "$(grep -cE '; ([89][0-9.]*) MiB' err)" = 0 ]
    check "$1: no file" absent copy.{0,1,2}
    check "$1: no temporary file" no_temporary
}
all_fail() {
    FANOUT_TEST_DISTURB_FAIL=pwrite:ENOSPC:2 copy 3 "$@"
}

all_fail --json report source 'copy.%r'
ended "files"
check "files: each host says why" [ "$(grep -c ': copy.[0-2]: cannot write: No space left on device' err)" = 3 ]
check "files: the report says so, too" grep -q '"error": "not sent completely, because every host has failed' report
all_fail --compress zstd source 'copy.%r'
ended "compressed"
all_fail -r tree 'copy.%r'
ended "a tree"
copy 3 --pipe 'head -c 100 >/dev/null; exit 3' source 'copy.%r'
ended "commands"
# MPICH's launcher (4.0.2) dies of SIGPIPE when it forwards more than a pipe holds.
if [ "$MPI_VENDOR" != mpich ]; then
    mkfifo input
    {
        cat source
        exec sleep 1000
    } >input 2>/dev/null &
    writer=$!
    stream input 3 --pipe 'exit 3' - 'copy.%r'
    kill $writer
    ended "standard input that goes on"
    {
        head -c 700000 source
        exec sleep 1000
    } >input &
    writer=$!
    stream input 3 --pipe 'exit 3' - 'copy.%r'
    ended "standard input that becomes silent"
    kill $writer
else
    skip "standard input" "the launcher cannot forward so much"
fi
all_fail --source-shared source 'copy.%r'
check "several readers: every rank exits with 1" every_rank 1
check "several readers: it is said" said "source: not sent completely, because every host has failed"

# Those that need nothing do not count.
cp -p source copy.1
all_fail --update source 'copy.%r'
check "one host has the file already: it ends" said "source: not sent completely, because every host has failed"
check "one host has the file already: it keeps it" same source copy.1
rm copy.1
ln -s source copy.0
all_fail source 'copy.%r'
check "the file itself is at one place: it ends" said "source: not sent completely, because every host has failed"
rm copy.0

# One is enough to go on for.
DISTURB_RANK=1 all_fail source 'copy.%r'
check "one of three fails: every rank exits with 1" every_rank 1
check "one of three fails: the others get all" same source copy.{0,2}
rm copy.*
copy 3 --pipe 'case %r in 2) cat >took;; *) exit 3;; esac' source 'copy.%r'
check "two of three commands fail: the third gets all" same source took

# The source as well.
cp source shrinking
start_copy .copy.1.fanout-part 3 shrinking 'copy.%r'
truncate -s 700000 shrinking
end_copy
check "a source that fails: it is said" said "shrinking: shrank from 8388608 to 700000 bytes"
check "a source that fails: nothing else is" [ "$(grep -c 'fanout-copy: ' err)" = 1 ]
check "a source that fails: no file" absent copy.{0,1,2}

finish
