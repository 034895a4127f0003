#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What --digest prints is what sha256sum -c checks where the copies are, as the manual page says.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p data/inner tmp.{0,1}
head -c 300000 /dev/urandom >data/large
: >data/inner/empty
echo one >$'data/two\nlines \\'
ln data/large data/inner/hard
truncate -s 1M data/inner/hole

# checks DIRECTORY: all files there have the checksums.
checks() {
    (cd "$1" && sha256sum -c --quiet ../sums >../checked 2>&1)
}
# all_checked WHAT DIRECTORY...: they do, in each, unless a file is damaged.
all_checked() {
    local what=$1 directory
    shift
    check "$what: all regular files are named" [ "$(wc -l <sums)" = 5 ]
    for directory; do
        check "$what: $directory is right" checks "$directory"
    done
    find "$directory" -name large -exec sh -c 'echo more >>"$1"' sh {} \;
    check "$what: damage is noticed" fails_check "$directory"
}
fails_check() {
    ! checks "$1" && grep -q 'large: FAILED' checked
}

copy 2 -r --digest sha256 data 'tmp.%r'
grep '^\\\?[0-9a-f]\{64\}  ' out >sums
all_checked "a tree" tmp.{0,1}
cd data || exit 1
# shellcheck disable=SC2086 # MPIRUN may be a command with arguments
$MPIRUN -np 2 "$top_builddir/fanout-copy" -q -r -T --digest sha256 . "$work/d.%r" >"$work/sums" </dev/null
cd ..
all_checked "the contents of a directory" d.{0,1}

finish
