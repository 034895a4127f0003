#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --unpack of archives made to hurt: refused on every host, with the name of the entry, and nothing is left.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir archives place
"$top_srcdir/tests/copy/archive/make-archives" archives || exit 1

# refused CASE: every rank failed, rank 1's message names the entry, and there is nothing that was not there before.
refused() {
    every_rank 1 && said "copy.1: entry $(cat "archives/$1.entry")" && [ -z "$(ls -A place)" ] && [ ! -e up ] &&
        [ ! -e /absolute-name ]
}

for archive in archives/*.tar archives/*.zip; do
    name=${archive#archives/} name=${name%.*}
    copy 2 --unpack "$archive" 'place/copy.%r'
    check "$name is refused" refused "$name"
done

# ---- --unpack-unsafe: what bsdtar does ----

# left_out CASE: everything else is there, and a note names the entry.
left_out() {
    every_rank 0 && [ "$(cat place/copy.1/before)" = data ] && said "left out 1 of the archive's entries, the first: " &&
        grep -qF "$(cat "archives/$1.entry")" err && [ ! -e up ]
}

# unsafe CASE: unpack it.
unsafe() {
    rm -rf place/copy.*
    copy 2 --unpack-unsafe "archives/$1.tar" 'place/copy.%r'
}

for name in up up_inside through_link fifo character_device hard_up; do
    unsafe $name
    check "--unpack-unsafe: $name is left out" left_out $name
done
unsafe absolute
check "--unpack-unsafe: an absolute name loses its slash" [ "$(cat place/copy.1/absolute-name)" = data ]
check "... and is not written to" absent /absolute-name
for name in link_absolute link_up link_by_link; do
    unsafe $name
    check "--unpack-unsafe: $name is made" [ -L "place/copy.1/$(cat archives/$name.entry)" ]
done
unsafe twice
check "--unpack-unsafe: the last of two wins" [ "$(cat place/copy.1/same)" = other ]
unsafe set_uid
check "--unpack-unsafe: set-id bits go" [ "$(stat -c %a place/copy.1/program)" = 755 ]
unsafe latin
check "--unpack-unsafe: a name in Latin-1 stays" [ -e $'place/copy.1/caf\351' ]

finish
