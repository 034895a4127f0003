#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --pipe: commands that do not do what is expected of them, and standard streams that are closed.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
MPIRUN="timeout -k 5 60 $MPIRUN"

head -c 1000003 /dev/urandom >source

# ---- closed streams: what is opened next must not become one of them ----

# alone ARGUMENTS...: one rank without a launcher, whose streams are the test's to choose.
alone() {
    timeout -k 5 60 "$top_builddir/fanout-copy" "$@"
    status=$?
}
alone --pipe 'cat >piped' source x 2>err <&-
check "--pipe, standard input closed: status" [ $status = 0 ]
check "--pipe, standard input closed: all bytes" same source piped
alone - from-nothing 2>err >out <&-
check "a closed standard input as SRC: status" [ $status = 1 ]
check "a closed standard input as SRC: it is said" said "-: cannot read the source: Bad file descriptor; standard input"
check "a closed standard input as SRC: no file" absent from-nothing
alone --pipe 'cat >quiet' -q source x 2>err <&- >&-
check "--pipe, standard input and output closed" same source quiet
alone source all-closed <&- >&- 2>&-
check "all closed: status" [ $status = 0 ]
check "all closed: the file is whole" same source all-closed

# ---- --timeout: one command that does not go on fails, the others get all ----

# slow WHAT TEXT: rank 1 has failed and said so.
slow() {
    check "$1: every rank exits with 1" every_rank 1
    check "$1: host, path, command and time are named" said "x.1: the command of --pipe has not $2 for 2 s (--timeout): case %r in"
    check "$1: the others get all" same source took.0 took.2
    rm took.*
}
copy 3 --timeout 2 --pipe 'case %r in 1) sleep 1000;; *) cat >took.%r;; esac' source x.%r
slow "a command that never reads" "read anything"
copy 3 --timeout 2 --pipe 'case %r in 1) cat >/dev/null; sleep 1000;; *) cat >took.%r;; esac' source x.%r
slow "a command that never ends" ended
copy 3 --timeout 2 --pipe 'case %r in 1) head -c 300000 >/dev/null; trap "" TERM; sleep 1000;; *) cat >took.%r;; esac' source x.%r
slow "a command that stops reading and does not want to end" "read anything"
copy 2 --timeout 1 --pipe 'sleep 1000' source x.%r
check "no command that reads: every rank exits with 1" every_rank 1
head -c 1000 source >small
copy 2 --timeout 1 --pipe 'sleep 1000' small x.%r
check "no command that reads what fits into a pipe: it is said" said "x.0: the command of --pipe has not ended for 1 s"
copy 2 --timeout 2 --pipe 'for i in 1 2 3 4; do sleep 0.7; head -c 300000; done >took.%r' source x.%r
check "a command that is slow, but not as slow: every rank exits with 0" every_rank 0
check "a command that is slow, but not as slow: all bytes" same source took.{0,1}
mkfifo silent
sleep 1000 >silent &
sleeper=$!
stream silent 2 --timeout 1 - x.%r
check "standard input that gives nothing: every rank exits with 1" every_rank 1
check "standard input that gives nothing: it is said" said "-: standard input has given nothing for 1 s (--timeout)"
check "standard input that gives nothing: no file" absent x.0 x.1
kill $sleeper

# ---- commands that do not read all: the same for what fits into a pipe and for what does not ----

for file in small source; do
    copy 4 --pipe 'case %r in 0) true;; 1) exit 5;; 2) head -c 10 >/dev/null;; 3) cat >took.3;; esac' $file x.%r
    check "$file: every rank exits with 1" every_rank 1
    check "$file: one that reads nothing, status 0" said "x.0: the command of --pipe ended before it had read everything"
    check "$file: one that reads nothing, status 5" said "x.1: the command of --pipe ended with status 5"
    check "$file: one that reads the beginning, status 0" said "x.2: the command of --pipe ended before it had read everything"
    check "$file: the one that reads all" same $file took.3
done
copy 2 --pipe 'head -c 10 >beginning.%r; cat >/dev/null' source x.%r
check "a command that reads the rest away: every rank exits with 0" every_rank 0
: >empty
copy 2 --pipe true empty x.%r
check "nothing to read: every rank exits with 0" every_rank 0

finish
