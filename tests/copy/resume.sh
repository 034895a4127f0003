#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Only what some rank lacks is sent: --update, --checksum, and --resume after kill -9.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
# shellcheck source=tests/copy/killed_copy.sh
. "$top_srcdir/tests/copy/killed_copy.sh"

# again WHAT BYTES OPTIONS...: the copy of the tree again; so many bytes are sent, and all is like the source.
again() {
    local what=$1 bytes=$2
    shift 2
    copy 3 -r --json report "$@" tree 'to.%r'
    check "$what: success" every_rank 0
    check "$what: $bytes bytes sent" [ "$(sent)" = "$bytes" ]
}
all_same() {
    # As with cp, a directory that was there gets the time at which something is put into it.
    touch -r tree to.{0,1,2}/tree
    touch -r tree/d to.{0,1,2}/tree/d
    check "$1: all are like the source" same_trees tree to.{0,1,2}/tree
}

# ---- --update, --checksum ----

mkdir -p tree/d to.{0,1,2}
head -c 100000 /dev/urandom >tree/a
head -c 200000 /dev/urandom >tree/b
head -c 2M /dev/urandom >tree/d/large
: >tree/empty
ln -s a tree/link
ln tree/b tree/d/hard
again "a new tree" $((300000 + (2 << 20))) --update
all_same "a new tree"
again "nothing to update" 0 --update
all_same "nothing to update"
check "nothing to update: said" grep -q "nothing had to be sent" out

echo more >>to.1/tree/a
touch -r tree/a to.1/tree/a
again "one size differs" 100000 --update
all_same "one size differs"
touch -d yesterday to.2/tree/b
again "one time differs" 200000 --update
all_same "one time differs"
rm to.1/tree/d/large to.2/tree/empty
again "one rank lacks a file" $((2 << 20)) --update
all_same "one rank lacks a file"
chmod 640 tree/a
again "another mode" 0 --update
all_same "another mode"

printf x | dd of=to.0/tree/a conv=notrunc status=none
touch -r tree/a to.0/tree/a
again "other content, same size and time" 0 --update
check "--update does not see it" cmp_fails tree/a to.0/tree/a
again "other content, same size and time" 100000 --checksum
all_same "other content, same size and time"
touch -d yesterday to.0/tree/a
again "same content, other time" 0 --checksum
all_same "same content, other time"

# ---- --resume of a file ----

head -c 8M /dev/urandom >source
size=$((8 << 20))

# records_everywhere COUNT NAME...: wait for so many.
records_everywhere() {
    local count=$1 name tries=500
    shift
    for name; do
        while (($(records "$name") < count && tries-- > 0)); do
            sleep 0.02
        done
    done
}
# resume WHAT BYTES: go on; so many bytes are sent at most, at least if they are the size.
resume() {
    local what=$1 bytes=$2
    copy 3 --resume --json report source 'copy.%r'
    check "$what: success" every_rank 0
    check "$what: at most $bytes bytes sent" [ "$(sent)" -le "$bytes" ]
    ((bytes < size)) || check "$what: nothing that is there was used" [ "$(sent)" = $size ]
    check "$what: whole" same source copy.{0,1,2}
    check "$what: nothing is left" no_temporary
}
# restore: what the killed copy has left
restore() {
    rm -rf copy.* .copy.*
    tar xf killed.tar
}
# change_byte FILE OFFSET
change_byte() {
    local old
    old=$(od -An -t u1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((old ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

FANOUT_TEST_DISTURB_PAUSE=15000 launch 3 source 'copy.%r'
records_everywhere 8 .copy.{0,1,2}.fanout-journal
check "all ranks killed" kill_all
check "nothing under the final names" absent copy.{0,1,2}
tar --format=posix -cf killed.tar .copy.*
lacking=$(file_lacking source ./copy.{0,1,2})
check "at least a quarter is there" [ "$lacking" -le $((size * 3 / 4)) ]
resume "all ranks killed" "$lacking"

restore
truncate -s $((journal_header + 3 * journal_record + 17)) .copy.1.fanout-journal
resume "a journal that is cut off" "$(file_lacking source ./copy.{0,1,2})"
restore
change_byte .copy.1.fanout-journal $((journal_header + 2 * journal_record + 20))
resume "a damaged record" $((size - 2 * block))
check "a damaged record: not used" [ "$(sent)" = $((size - 2 * block)) ]
restore
change_byte .copy.2.fanout-journal 16
resume "a damaged journal" $size
restore
change_byte .copy.2.fanout-part $((3 * block + 5))
resume "a damaged piece" $((lacking + block))
check "a damaged piece: sent again" [ "$(sent)" -gt "$lacking" ]
restore
truncate -s $((block + 1)) .copy.0.fanout-part
resume "a piece that is cut off" $((size - block))
restore
rm .copy.1.fanout-part
resume "a journal without its file" $size
restore
rm .copy.1.fanout-part
mkdir .copy.1.fanout-part
mkfifo fifo
mv fifo .copy.0.fanout-journal
touch .copy.1.fanout-part/foreign
resume "a directory and a fifo in place of the files" $size
restore
# shellcheck disable=SC2034 # for flock
exec {locked}<.copy.2.fanout-part
flock "$locked"
copy 3 --resume source 'copy.%r'
check "one that another process writes: every rank exits with 1" every_rank 1
check "one that another process writes: named" said "copy.2: another process is writing this file"
check "it is left alone" cmp .copy.2.fanout-part <(tar xOf killed.tar .copy.2.fanout-part)
exec {locked}<&-

# The same name, another version.
cp -p source same_inode
restore
change_byte source 100
resume "a source with another time" $size
restore
cp -p same_inode other
mv other source
resume "a source with another inode" $size
restore
truncate -s $((size - 1)) source
copy 3 --resume --json report source 'copy.%r'
check "a source of another size: all is sent" [ "$(sent)" = $((size - 1)) ]
check "a source of another size: whole" same source copy.{0,1,2}
mv same_inode source
rm copy.*
resume "nothing to resume" $size
resume "all is there" 0

# One rank only: the launcher ends the others.
rm copy.*
end_all_when_one_fails 1
FANOUT_TEST_DISTURB_PAUSE=15000 launch 3 source 'copy.%r'
end_all_when_one_fails 0
records_everywhere 4 .copy.{0,1,2}.fanout-journal
kill -KILL "$(cat pid.1)"
end_copy
check "one rank killed: all end" ranks_gone
check "one rank killed: nothing under the final names" absent copy.{0,1,2}
resume "one rank killed" "$(file_lacking source ./copy.{0,1,2})"
rm copy.*

# ---- --resume of a tree ----

rm -r tree to.*
mkdir -p tree/{before,then}
for ((i = 0; i < 40; i++)); do
    head -c $((i * 300)) /dev/urandom >tree/before/$i
    head -c $((i * 200)) /dev/urandom >tree/then/$i
done
cp -p source tree/between
FANOUT_TEST_DISTURB_PAUSE=15000 launch 3 -r tree 'copy.%r'
records_everywhere 8 .copy.{0,1,2}.fanout-part/.between.fanout-journal
check "a tree, all ranks killed" kill_all
check "a tree: nothing under the final names" absent copy.{0,1,2}
tar --format=posix -cf killed.tar .copy.*
lacking=$(tree_lacking tree .copy.{0,1,2}.fanout-part)

# resume_tree WHAT BYTES OPTIONS...
resume_tree() {
    local what=$1 bytes=$2
    shift 2
    copy 3 -rT --json report "$@" tree 'copy.%r'
    check "$what: success" every_rank 0
    check "$what: at most $bytes bytes sent" [ "$(sent)" -le "$bytes" ]
    check "$what: like the source" same_trees tree copy.{0,1,2}
    check "$what: nothing is left" no_temporary
}
resume_tree "a tree" "$lacking" --resume
restore
resume_tree "a tree without --resume" $((100 << 20))
check "a tree without --resume: said" said "removed the temporary directory of an earlier copy that was killed"
restore
mkdir -p .copy.0.fanout-part/foreign/directory .copy.1.fanout-part/then
chmod 500 .copy.1.fanout-part/before
touch .copy.0.fanout-part/foreign/{file,directory/file} .copy.2.fanout-part/.file
ln -s /nowhere .copy.2.fanout-part/link
resume_tree "foreign files" "$lacking" --resume
restore
rm -r tree/before/{7,8,9}
mkdir tree/before/7
echo 1 >tree/before/7/file
ln -s 10 tree/before/8
echo other >tree/before/20
resume_tree "a tree that has changed" $((lacking + 8)) --resume
restore
mkdir copy.1
copy 3 -rT --resume tree 'copy.%r'
check "a directory is there by now: success" every_rank 0
check "a directory is there by now: whole" diff -r tree copy.1
check "a directory is there by now: what was left beside it is removed" no_temporary

# A copy into a directory that is there.
rm -rf copy.*
mkdir copy.{0,1,2}
chmod 750 tree/before
FANOUT_TEST_DISTURB_PAUSE=15000 launch 3 -rT tree 'copy.%r'
records_everywhere 8 copy.{0,1,2}/.between.fanout-journal
check "into a directory: killed" kill_all
touch -r tree copy.{0,1,2}
lacking=$(tree_lacking tree copy.{0,1,2})
copy 3 -rT --resume --json report tree 'copy.%r'
check "into a directory: at most $lacking bytes sent" [ "$(sent)" -le "$lacking" ]
touch -r tree copy.{0,1,2}
check "into a directory: like the source" same_trees tree copy.{0,1,2}
check "into a directory: nothing is left" no_temporary

# What is left in a source cannot be told from what is being written.
touch tree/.between.fanout-part
copy 3 -r tree 'new.%r'
check "a source with a killed copy in it: refused" every_rank 1
check "a source with a killed copy in it: named" \
    said "tree/.between.fanout-part: was left by a copy that was killed"
check "a source with a killed copy in it: nothing is written" absent new.{0,1,2}

finish
