#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Directories that their owner may not write to, as in package stores, for an ordinary user.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

if [ "$(id -u)" = 0 ]; then
    as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    chown 65534 .
    chmod 755 .
    if ! "${as_user[@]}" test -x "$top_builddir/fanout-copy" -a -x "$work/.." 2>/dev/null; then
        skip "directories that cannot be written" "cannot become another user"
        finish
        exit
    fi
else
    as_user=()
fi
MPIRUN="${as_user[*]} $MPIRUN" # all of the job: the launcher's files are its user's
export HOME=$work

user() {
    "${as_user[@]}" "$@"
}

# The wrapper's user makes the tree, so that it is the owner.
# shellcheck disable=SC2016
user bash -c 'umask 022
    mkdir -p store/bin store/lib/deep store/empty store/plain
    for name in bin/a lib/b lib/deep/c plain/d; do echo "$name" >"store/$name"; chmod 444 "store/$name"; done
    ln -s b store/lib/link
    ln store/lib/b store/lib/hard
    chmod 555 store/bin store/lib/deep store/lib store/empty store'

modes() {
    (cd "$1" && find . -type d -printf '%P %m\n' | sort)
}

# whole TEXT COPY...: all ranks ended with 0; each copy has the files, and directories have their modes.
whole() {
    local text=$1 copy
    shift
    check "$text: every rank exits with 0" every_rank 0
    for copy; do
        check "$text: content of $copy" diff -r --no-dereference store "$copy"
        check "$text: modes of $copy" diff <(modes store) <(modes "$copy")
    done
    check "$text: nothing temporary" no_temporary
}

copy 2 -r -T store 'new.%r'
whole "a new copy" new.0 new.1
for options in --update -a '-a --update' '-a --checksum' --checksum '' --resume; do
    # shellcheck disable=SC2086
    copy 2 -r $options -T store 'new.%r'
    whole "unchanged, with '$options'" new.0 new.1
done
user mkdir into.0 into.1
copy 2 -a store 'into.%r'
copy 2 -a --update store 'into.%r'
whole "into a directory" into.0/store into.1/store
(cd store && find .) >list
copy 2 --update --files-from list store 'new.%r'
whole "by a list" new.0 new.1

# ---- what changes below them ----

user bash -c 'chmod -R u+w store
    echo changed >store/lib/deep/c
    echo new >store/lib/deep/new
    mkdir -p store/lib/more/levels
    echo new >store/lib/more/levels/e
    ln -s new store/bin/newlink
    ln -sfn elsewhere store/lib/link
    chmod 555 store/empty store/bin store/lib/more/levels store/lib/more store/lib/deep store/lib store
    chmod u+w new.1/lib; rm new.1/lib/b; chmod u-w new.1/lib'
copy 2 --dry-run -r --update -T store 'new.%r'
check "--dry-run: every rank exits with 0" every_rank 0
check "--dry-run: modes are left" diff <(modes new.0) <(modes new.1)
check "--dry-run: also of the top" [ "$(stat -c %a new.0)" = 555 ]
copy 2 -r --update -T store 'new.%r'
whole "new and changed files" new.0 new.1
user bash -c 'chmod 711 new.0/bin; chmod 500 new.0/lib/deep; chmod 0111 new.1/lib/deep; chmod u+w store/bin/a
    echo other >store/bin/a; chmod u+w store/lib/deep/*; echo other >store/lib/deep/c'
copy 2 -r -T --checksum store 'new.%r'
check "modes that differ from the source's: every rank exits with 0" every_rank 0
check "modes that differ from the source's: each keeps its own" \
    [ "$(stat -c %a new.0/bin new.0/lib/deep new.1/lib/deep | tr '\n' ' ')" = "711 500 111 " ]
user chmod 555 new.1/lib/deep
check "modes that differ from the source's: content" diff -r --no-dereference store new.1
copy 2 -a -T store 'new.%r'
whole "-a gives them the source's" new.0 new.1

# ---- failures ----

# shellcheck disable=SC2016 # for that shell
user bash -c 'chmod u+w store/lib/deep; for name in 1 2 3 4 5 6; do echo more >"store/lib/deep/x$name"; done; chmod u-w store/lib/deep'
modes new.1 >before
DISTURB_RANK=1 FANOUT_TEST_DISTURB_FAIL=pwrite:EIO:2 copy 2 -r --update -T store 'new.%r'
check "a failure: every rank exits with 1" every_rank 1
check "a failure: modes are restored" diff before <(modes new.1)
check "a failure: nothing temporary" no_temporary
check "a failure: the other host has all" diff -r --no-dereference store new.0
user bash -c 'chmod u+w store/lib/deep; head -c 2000000 /dev/urandom >store/lib/deep/large; chmod u-w store/lib/deep'
FANOUT_TEST_DISTURB_PAUSE=200000 start_copy new.1/lib/deep/.large.fanout-part 2 -r --update -T store 'new.%r'
check "while it is written, its directory is open" [ "$(stat -c %a new.1/lib/deep)" = 755 ]
kill -TERM "$launcher"
end_copy
ranks_gone
check "a signal: modes are restored" diff before <(modes new.1)
check "a signal: nothing temporary" no_temporary
copy 2 -r --update -T store 'new.%r'
whole "afterwards" new.0 new.1

# ---- where nothing need be written ----

user mkdir closed.0 closed.1
for rank in 0 1; do
    user cp -p store/lib/b "closed.$rank/b"
    chmod 555 "closed.$rank"
done
copy 2 --update store/lib/b 'closed.%r/b'
check "a file that is there: every rank exits with 0" every_rank 0
copy 2 --update store/lib/b 'closed.%r'
check "a file that is there, DST a directory: every rank exits with 0" every_rank 0
user bash -c 'chmod u+w store/lib/b; echo longer than it was >store/lib/b'
copy 2 --update store/lib/b 'closed.%r/b'
check "a file that differs: refused" said "closed.0/b: cannot create a temporary file beside it: Permission denied"
check "a file that differs: the directory keeps its mode" [ "$(stat -c %a closed.1)" = 555 ]

if [ "$(id -u)" = 0 ]; then
    # Of somebody else: unchanged it is good, but nothing can be changed.
    chown -R 0:0 new.0 new.1
    user bash -c 'chmod 444 store/lib/b'
    cp -p store/lib/b new.0/lib/b
    cp -p store/lib/b new.1/lib/b
    copy 2 -r --update -T store 'new.%r'
    check "of another owner, unchanged: every rank exits with 0" every_rank 0
    copy 2 -r --update --dry-run -T store 'new.%r'
    check "of another owner, unchanged, --dry-run: every rank exits with 0" every_rank 0
    rm new.1/lib/deep/c
    copy 2 -r --update -T store 'new.%r'
    check "of another owner, changed: every rank exits with 1" every_rank 1
    check "of another owner, changed: the directory is named" \
        said "new.1/lib/deep: cannot create a temporary file beside it: Permission denied"
    check "of another owner, changed: the host that has all is good" diff -r --no-dereference store new.0
fi

finish
