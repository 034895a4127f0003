#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Symbolic links with several names stay one link with several names, as with rsync -H and cp -a.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p tree/sub
echo data >tree/file
ln -s file tree/a
ln -P tree/a tree/b
ln -P tree/a tree/sub/c
ln -s nowhere tree/x
ln -P tree/x tree/y
ln -s file tree/single

# one NAME...: all are the same link.
one() {
    [ "$(stat -c %d:%i "$@" | sort -u | wc -l)" = 1 ] && [ "$(stat -c %h "$1")" = $# ] && [ -L "$1" ]
}

linked() {
    local text=$1 copy
    shift
    check "$text: every rank exits with 0" every_rank 0
    for copy; do
        check "$text: three names" one "$copy"/{a,b,sub/c}
        check "$text: two names of one to nothing" one "$copy"/{x,y}
        check "$text: one name" one "$copy/single"
        check "$text: where they go" [ "$(readlink "$copy/a" "$copy/sub/c" "$copy/y" | tr '\n' ' ')" = "file file nowhere " ]
    done
}

copy 2 -r tree 'new.%r'
linked "a new copy" new.0 new.1
before=$(stat -c %i:%Z new.1/sub/c)
copy 2 -a --update -T tree 'new.%r'
linked "unchanged" new.0 new.1
check "unchanged: the same link" [ "$(stat -c %i:%Z new.1/sub/c)" = "$before" ]
rm new.0/b
ln -s file new.0/b
ln -sfn file new.1/sub/c
copy 2 -r --update -T tree 'new.%r'
linked "links that were split" new.0 new.1
ln -sfn elsewhere new.1/a
copy 2 -r --resume -T tree 'new.%r'
linked "a link that differs" new.0 new.1
copy 2 --digest md5 -L -r --exclude=sub --exclude=x --exclude=y tree 'followed.%r'
check "-L: files of their own" [ -f followed.1/a -a ! -L followed.1/a ]
copy 2 -r --digest md5 tree 'sums.%r'
check "--digest: one line for the one file" [ "$(grep -c '^[0-9a-f]\{32\}' out)" = 1 ]
mkdir some.0 some.1
copy 2 -r tree/a tree/b 'some.%r'
check "named one by one" one some.1/{a,b}

finish
