#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What users of cp, rsync, scp and sbcast type first: it works, or the message says what to write.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p tree/sub/empty
echo a >tree/a
echo b >tree/sub/b
: >tree/sub/nothing
ln -s a tree/link
chmod 640 tree/a

# works TEXT ARGUMENTS...: DST is the tree.
works() {
    local text=$1
    shift
    rm -rf dst.*
    copy 2 "$@" tree 'dst.%r'
    check "$text: every rank exits with 0" every_rank 0
    check "$text: content" diff -r tree dst.1
    check "$text: mode" [ "$(stat -c '%a %Y' dst.1/a)" = "$(stat -c '%a %Y' tree/a)" ]
}
works "rsync -avz" -avz
works "rsync -rp" -rp
works "rsync -aHS --force" -aHS --force
works "rsync -rltW" -rltW
works "rsync -avhAXogx" -avhAXogx
works "cp -rpf" -rpf
works "cp --recursive --preserve" --recursive --preserve
works "cp --preserve=LIST" -r --preserve=mode,timestamps,links
works "cp -a --preserve=all" -a --preserve=all
works "sbcast -fpv" -fpv -r
works "abbreviations" --recurs --one-file --perm --times
works "rsync -rc" -rc
works "scp -rpq" -rpq
check "-q: nothing is printed" [ ! -s out ]

# says TEXT OPTION...: refused; the message has the text.
says() {
    local text=$1
    shift
    copy 2 "$@" tree never
    check "$*: every rank exits with 2" every_rank 2
    check "$*: what to write" grep -qF -- "$text" err
    check "$*: nothing is copied" absent never
}
says "--delete: fanout-copy removes nothing at the destination; copy to a new DST, or remove the old one first" -r --delete
for option in --delete-after --delete-before --delete-during --delete-excluded --del; do
    says "$option: fanout-copy removes nothing at the destination" -r $option
done
says "--remove-source-files: fanout-copy never changes SRC" --remove-source-files
says "--filter: write --exclude=PATTERN and --include=PATTERN" --filter='- *.o'
says "--exclude-from: write an --exclude=PATTERN for each line" --exclude-from=list
says "--include-from: write an --include=PATTERN for each line" --include-from list
says "--rsh: the launcher of the job (mpirun, srun) connects to the hosts" -e ssh
says "--partial: write --resume, which continues a copy that was killed" --partial
says "-P: write --progress, and --resume after a copy that was killed" -avP
says "--bwlimit: fanout-copy does not limit its rate" --bwlimit=1000
says "--backup: fanout-copy keeps no old files" --backup
says "--relative: write --recursive (-r) for directories, or --files-from=FILE, which keeps the directories of names" -R
says "--no-clobber: write --update, which copies what differs" --no-clobber
says "--preserve=ownership: write --archive (-a), which keeps it" --preserve=ownership
says "--preserve=all: write --archive (-a), which keeps it" -r --preserve=mode,all
says "--preserve=contents: not known; mode, timestamps and links are always kept" --preserve=contents
says "--owner: write --archive (-a), which keeps it" -rpo
says "--xattrs: write --archive (-a), which keeps it" -rX
says "--ignore-existing: write --update, which copies what differs" --ignore-existing

# ---- -v ----

rm -rf dst.*
list() {
    grep '^tree' out | tr '\n' ' '
}
copy 2 -av tree 'dst.%r'
check "-v: all names of a new copy" [ "$(list)" = "tree tree/a tree/link tree/sub tree/sub/b tree/sub/empty tree/sub/nothing " ]
copy 2 -av --update -T tree 'dst.%r'
check "-v --update: nothing" [ "$(list)" = "" ]
rm dst.0/sub/nothing dst.1/link
echo other >dst.1/sub/b
rmdir dst.0/sub/empty
copy 2 -av --update -T tree 'dst.%r'
check "-v --update: what some host lacked" [ "$(list)" = "tree/link tree/sub/b tree/sub/empty tree/sub/nothing " ]
touch "tree/"$'new\e\nline'
copy 2 -rv --update -T tree 'dst.%r'
check "-v: control characters" grep -qxF 'tree/new\033\nline' out
copy 2 -v --json - tree/a 'dst.%r/z'
check "-v with --json -: refused" every_rank 2
copy 2 -rvq -T tree 'dst.%r'
check "-v then -q: nothing is printed" [ ! -s out ]
copy 2 -vr -T tree "nowhere/%r"
check "-v of a copy that fails: no names" [ "$(list)" = "" ]
copy 2 -v --pipe 'cat >piped.%r' tree/a x
check "-v with --pipe: the name" [ "$(list)" = "tree/a " ]

# ---- --mkpath ----

copy 2 tree/a 'new.%r/deep/er/a'
check "without --mkpath: every rank exits with 1" every_rank 1
check "without --mkpath: what to add" said "--mkpath makes them"
copy 2 --mkpath --dry-run tree/a 'new.%r/deep/er/a'
check "--mkpath --dry-run: every rank exits with 0" every_rank 0
check "--mkpath --dry-run: nothing is made" absent new.0 new.1
copy 2 --mkpath tree/a 'new.%r/deep/er/a'
check "--mkpath: a file" same tree/a new.{0,1}/deep/er/a
copy 2 --mkpath tree/a tree/sub 'slash.%r/deep/' -r
check "--mkpath: several SRC" same tree/a slash.{0,1}/deep/a
copy 2 --mkpath tree/a 'one.%r/deep/'
check "--mkpath: DST with a slash is a directory" same tree/a one.{0,1}/deep/a
mkdir -p half.0/deep
copy 2 --mkpath tree/a 'half.%r/deep/'
check "--mkpath: a directory on one host only, with a slash" same tree/a half.{0,1}/deep/a
copy 2 --mkpath -r tree 'tree.%r/deep/copy'
check "--mkpath: a tree" diff -r tree tree.1/deep/copy
copy 2 --mkpath -r tree 'tree.%r/deep/copy2/'
check "--mkpath: a tree into a directory" diff -r tree tree.1/deep/copy2/tree
copy 2 --mkpath tree/a 'tree/a/b.%r/c'
check "--mkpath: a file in the way" said "tree/a/b.0/c: cannot make the directories on the way to it: Not a directory"
DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:1 copy 2 --mkpath tree/a 'gone.%r/deep/a'
check "--mkpath: a host that fails keeps none" absent gone.1
check "--mkpath: the other has the file" same tree/a gone.0/deep/a

# ---- -x ----

if [ "$(id -u)" = 0 ] && mount -t tmpfs tmpfs tree/sub/empty 2>/dev/null; then
    mounts=("$work/tree/sub/empty")
    echo beyond >tree/sub/empty/beyond
    copy 2 -rx -T tree 'x.%r'
    check "-x: another file system is an empty directory" [ -d x.1/sub/empty -a -z "$(ls -A x.1/sub/empty)" ]
    check "-x: the rest is there" same tree/sub/b x.1/sub/b
    copy 2 -r -T tree 'y.%r'
    check "without -x: it is entered" same tree/sub/empty/beyond y.1/sub/empty/beyond
    umount tree/sub/empty
    mounts=()
else
    skip "-x" "cannot mount"
fi

finish
