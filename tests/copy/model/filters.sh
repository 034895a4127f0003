#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --exclude and --include copy what rsync copies: a table of patterns, with the real rsync beside it.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p tree/{a/b/c,b/c/a,c,x.d/c,build/a/build,.git/c,'s p/c',deep/er/a/b}
for directory in tree $(cd tree && find . -mindepth 1 -type d ! -name '* *' -printf 'tree/%P '); do
    for name in f.o f.c abc c.txt .hidden 'f[1]' 'back\slash' 'st*r' '#x#'; do
        echo "$directory" >"$directory/$name"
    done
done
echo file >tree/deep/c
ln -s a tree/link

listing() {
    (cd "$1" 2>/dev/null && find . -mindepth 1 | sort)
}

# as_rsync OPTIONS...: with these both copy the same names.
as_rsync() {
    rm -rf theirs ours
    rsync -a "$@" tree/ theirs
    copy 1 -q -a -T "$@" tree ours
    check "$(printf '%q ' "$@")" diff <(listing theirs) <(listing ours)
}

if ! command -v rsync >/dev/null; then
    skip "the patterns of rsync" "no rsync"
    finish
    exit
fi

while read -r pattern; do
    as_rsync --exclude="$pattern"
done <<'END'
*.o
c
c/
/c
/c/
*/c
**/c
**/c/
a/c
b/c
a/b
a/b/
/a/b
/a/b/c
a/*/c
a/**/c
a/**
a/***
/a/**
/a/***
b/***
**
***
**.o
**/a/**
/**/c
/**c
a**c
x**c
*/*/c
b/c/*
/*/c
/*/*/f.?
deep/**/abc
deep/**b
?
???
[ab]
[!ab]
[^ab]/c
[a-c]/[[:alpha:]]
[[:alpha:]].[[:lower:]]
[]a]
f\[1\]
f[[]1]
back\slash
back\\slash
back\\slash*
back\slash*
st\*r
st*r
.*
.git
.git/***
#*
build
/build/a
build/a/build
a/build
s p
s p/*
*p/c
f.*
link
link/
nothing
./a
a//b
END
as_rsync --include='*/' --include='*.c' --exclude='*'
as_rsync --include='/a/***' --exclude='*'
as_rsync --include=/a/ --include='/a/b/***' --exclude='*'
as_rsync --exclude='/*/b' --include='**/c/**' --exclude='c'
as_rsync --include='f.o' --exclude='*.[oc]'
as_rsync --exclude='**/c' --include='*.o'

# What rsync takes for something else than a name, or lets match nothing.
refused() {
    local option=$1 text=$2
    copy 2 "$option" tree never
    check "$option: every rank exits with 2" every_rank 2
    check "$option: it says why" grep -qF -- "$text" err
    check "$option: nothing is copied" absent never
}
refused '--exclude=[abc' 'has a [ without a ]'
refused '--exclude=a[' 'has a [ without a ]'
refused '--include=[!]' 'has a [ without a ]'
refused '--exclude=- *.o' 'write [-] for'
refused '--exclude=+ *.o' 'write [+] for'
refused '--exclude=!' 'write [!] for'

# A file that is named itself, among those of a shell pattern.
mkdir theirs.d ours.d
rsync -a --exclude='*.o' tree/f.o tree/f.c theirs.d
copy 1 -q --exclude='*.o' tree/f.o tree/f.c ours.d
check "a file that is named and that a pattern matches" diff <(listing theirs.d) <(listing ours.d)
copy 2 -r --exclude=tree tree whole
check "a directory that is named is not left out" test -f whole/f.o

finish
