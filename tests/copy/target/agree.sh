#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# DST is a directory on some hosts and not on others: no host gets another layout than the others.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p s/sub
echo a >s/a
echo b >s/sub/b
echo other >t

# prepare KIND: what is at d1 (d0 is a directory, and there is no d2).
prepare() {
    rm -rf d0 d1 d2 real
    mkdir d0 real
    case $1 in
        nothing) ;;
        file) echo old >d1 ;;
        link) ln -s real d1 ;;
        dangling) ln -s nowhere d1 ;;
        directory) mkdir d1 ;;
    esac
    find d? real | sort >before
}

untouched() {
    find d? real | sort | cmp before -
}

# refused TEXT ARGUMENTS...
refused() {
    local text=$1
    shift
    copy "$@"
    check "$text: every rank exits with 1" every_rank 1
    check "$text: it says what to do" said_once "add -T (--no-target-directory)"
    check "$text: nothing is written" untouched
}

for slash in '' /; do
    prepare nothing
    refused "a tree, and a directory on one host (d$slash)" 2 -r s "d%r$slash"
    check "it names both hosts" said "is a directory on $host (rank 0), but not on $host (rank 1)"
    prepare directory
    refused "a tree, and a directory on two of three hosts (d$slash)" 3 -r s "d%r$slash"
    prepare link
    refused "a link to a directory is one (d$slash)" 3 -r s "d%r$slash"
    prepare nothing
    refused "--dry-run tells it, too (d$slash)" 2 --dry-run -r s "d%r$slash"
done
prepare nothing
refused "a file, and a directory on one host" 2 t "d%r"
prepare file
refused "a file in place of a file on one host" 2 t "d%r"
check "the file is the old one" grep -qx old d1
prepare dangling
refused "a file in place of a link on one host" 2 t "d%r"
prepare nothing
refused "--update" 2 -r --update s "d%r"
prepare nothing
refused "--resume" 2 -r --resume s "d%r"
prepare nothing
copy 2 --json report -r s "d%r"
check "--json: the error" grep -q '"error": "is a directory on' report

# The rerun of a copy that failed on one host.
mkdir -p run0 run1
: >run1/d
copy 2 -r s "run%r/d"
check "the first run fails on one host" [ -f run0/d/sub/b -a -f run1/d ]
rm run1/d
copy 2 -r s "run%r/d"
check "the second run: every rank exits with 1" every_rank 1
check "the second run: no second layout" absent run0/d/s run1/d
copy 2 -r -T --update s "run%r/d"
check "with -T: every rank exits with 0" every_rank 0
check "with -T: the copies are the same" diff -r run0/d run1/d

# passes TEXT LAYOUT ARGUMENTS...: all hosts get this.
passes() {
    local text=$1 layout=$2
    shift 2
    copy 3 "$@"
    check "$text: every rank exits with 0" every_rank 0
    for rank in 0 1 2; do
        check "$text: rank $rank" diff -r s "d$rank$layout"
    done
}
prepare nothing
passes "-T" "" -r -T s "d%r"
prepare nothing
passes "SRC/. has no name" "" -r s/. "d%r"
prepare link
rm d1
passes "SRC/.. has none" "" -r s/sub/.. "d%r"
prepare nothing
find s -type f -printf '%P\n' >list
passes "--files-from" "" --files-from list s "d%r"
rm -rf d?
passes "no directory anywhere" "" -r s "d%r/"
passes "a directory everywhere" /s -r s "d%r"

# A host that fails by itself does not decide for the others.
prepare file
mkdir d2
copy 3 -r s "d%r"
check "a file in the way on one host: said" said "d1: cannot write here: Not a directory"
check "a file in the way on one host: the others have the same" diff -r d0 d2
check "a file in the way on one host: in DST" diff -r s d0/s
prepare nothing
copy 2 -r s t "d%r"
check "several sources: the host without the directory fails" said "d1: cannot write here: No such file or directory"
check "several sources: the other has them" diff -r s d0/s
prepare nothing
stream /dev/null 2 - "d%r"
check "standard input: the host with the directory fails" said "d0: cannot write here: Is a directory"
check "standard input: the other has it" test -f d1

finish
