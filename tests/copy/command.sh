#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --pipe: commands that do not do what is expected of them, and standard streams that are closed.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

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

finish
