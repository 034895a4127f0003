#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A source each of whose answers takes its time: files are looked at and read many at the same time, which is counted,
# not measured. And what is found is what fts and rsync would find.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
export DISTURB=$top_builddir/tests/copy/.libs/slow.so:$DISTURB

files=300
mkdir -p "$work/tree/"{a,b/c/d,e/empty}
for ((i = 0; i < files; i++)); do
    echo "$i" >"tree/$(printf '%s\n' a b b/c/d e | sed -n $((i % 4 + 1))p)/$i"
done
for ((i = 0; i < 50; i++)); do
    : >"tree/e/nothing$i"
    ln -s nothing "tree/e/link$i"
done
head -c 1M /dev/urandom >tree/b/large
truncate -s 100000 tree/e/hole
ln tree/b/large tree/e/hard

export FANOUT_TEST_SLOW=2000 FANOUT_TEST_SLOW_BELOW=$work/tree

# slow WHAT ARGUMENTS...: a copy on two ranks that looks at many things at the same time.
slow() {
    local what=$1
    shift
    rm -rf counts copy.*
    FANOUT_TEST_SLOW_COUNTS=$work/counts copy 2 "$@" 'copy.%r'
    check "$what: every rank exits with 0" every_rank 0
    read -r calls most <counts
    check "$what: $most of $calls calls at the same time, at least 16" [ "$most" -ge 16 ]
}
# few CALLS: not more than so many calls for each file.
few() {
    [ "$calls" -le $(($1 * (files + 120) + 100)) ]
}

slow "a tree" -r "$work/tree"
check "a tree: content" diff -r --no-dereference tree copy.1
check "a tree: a file costs stat, access, open and read" few 4
slow "-a" -a "$work/tree"
check "-a: hard links" [ copy.1/b/large -ef copy.1/e/hard ]
slow "--update" -r --update "$work/tree"
find tree -mindepth 1 -printf '%P\n' | sort -R --random-source=<(yes) >list
slow "a list" --files-from list "$work/tree"
check "a list: content" diff -r --no-dereference tree copy.1
rm -rf counts copy.*
mkdir copy.0 copy.1
FANOUT_TEST_SLOW_COUNTS=$work/counts copy 2 "$work"/tree/a/* 'copy.%r/'
read -r calls most <counts
check "names on the command line: $most of $calls calls at the same time, at least 16" [ "$most" -ge 16 ]
check "names on the command line: content" diff -r tree/a copy.1
rm -rf copy.*
# Several hosts read: each reads its part, and nothing twice.
FANOUT_TEST_SLOW_COUNTS=$work/counts copy 2 -r --source-shared "$work/tree" 'copy.%r'
check "--source-shared: content" diff -r --no-dereference tree copy.1
copy 2 -r -n "$work/tree" 'new.%r'
check "--dry-run: every rank exits with 0" every_rank 0
unset FANOUT_TEST_SLOW

# ---- what is found ----

mkdir -p odd/sub/deep odd/other
echo data >odd/sub/deep/file
echo data >'odd/sub/-'
echo data >odd/sub.file
echo data >odd/sub-file
ln -s nowhere odd/dangling
ln -s .. odd/other/up
copy 2 -r -v odd 'copy.%r'
check "order: a directory, what is in it, names by their bytes" \
    diff <(grep '^odd' out) <(find odd | LC_ALL=C sort -t/ -k1,1 -k2,2 -k3,3 -k4,4)
copy 1 -rL odd linked
check "a link that leads nowhere: fails" every_rank 1
check "a link that leads nowhere: is named" said "odd/dangling: cannot follow the link: No such file or directory"
check "a directory that contains itself: is named" said "odd/other/up: contains itself, through a link"
check "... and nothing is written" absent linked
if [ "$(id -u)" = 0 ] && mkdir odd/mount && mount -t tmpfs tmpfs odd/mount 2>/dev/null; then
    mounts=("$work/odd/mount")
    echo data >odd/mount/file
    copy 1 -rx odd stays
    check "--one-file-system: the directory, without what is in it" [ -d stays/mount -a ! -e stays/mount/file ]
    umount odd/mount
    mounts=()
else
    skip "--one-file-system" "cannot mount"
fi
# Deeper than a stack of calls with a path each would be.
deep=deep
for ((i = 0; i < 900; i++)); do deep+=/d; done
mkdir -p "$deep"
echo data >"$deep/file"
copy 2 -r deep 'copy.%r'
check "a deep tree" diff -r deep copy.1/deep
finish
