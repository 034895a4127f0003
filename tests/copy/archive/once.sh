#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --once: what is there is left, what is being made is waited for, what is broken is made anew.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p tree/sub
head -c 3M /dev/urandom >tree/sub/random
for ((i = 0; i < 100; i++)); do
    echo "$i" >"tree/$i"
done
ln -s sub/random tree/link
tar -C tree -cf tree.tar .
head -c 2M /dev/urandom >file
mkdir other
echo other >other/file
tar -C other -cf other.tar .

# nothing_done: every rank says that all is well, and that there was nothing to do.
nothing_done() {
    every_rank 0 && grep -q "nothing had to be sent" out
}

# made: every rank made it.
made() {
    every_rank 0 && grep -q "delivered" out
}

# inodes COPY...: which files they are.
inodes() {
    stat -c %i "$@"
}

# ---- of each kind: the second time, another source with the same content, another content ----

# kind NAME SOURCE SAME OTHER OPTIONS...
kind() {
    local name=$1 source=$2 same=$3 other=$4 before
    shift 4
    copy 2 --once "$@" "$source" "$name.%r"
    check "$name: made" made
    before=$(inodes "$name.0" "$name.1")
    copy 2 --once "$@" "$source" "$name.%r"
    check "$name, again: nothing is done" nothing_done
    copy 2 --once "$@" "$same" "$name.%r"
    check "$name, the same from elsewhere: nothing is done" nothing_done
    copy 2 --once=verify "$@" "$source" "$name.%r"
    check "$name, verified: nothing is done" nothing_done
    copy 2 --once "$@" "$other" "$name.%r"
    check "$name, another content: every rank fails" every_rank 1
    check "$name, another content: both digests are named" \
        grep -qE "$name.1: has other content .*XXH3 [0-9a-f]{32} there, [0-9a-f]{32} here" err
    check "$name: it is the first one still" [ "$(inodes "$name.0" "$name.1")" = "$before" ]
    check "$name: nothing temporary but the markers" [ "$(find . -name '*.fanout-*' | wc -l)" = 2 ]
    rm "$name.1"
    copy 2 --once "$@" "$source" "$name.%r"
    check "$name: made where it was removed" made
    check "$name: ... and left where it was" [ "$(inodes "$name.0")" = "${before%$'\n'*}" ]
    rm -rf ./"$name".* ./."$name".*
}
# rm of a directory needs -r.
rm() {
    command rm -rf "$@"
}
cp -a tree tree.same
cp -a tree.tar same.tar
cp file same.file
kind unpacked tree.tar same.tar other.tar --unpack
kind directory tree tree.same other -r
kind with_a tree tree.same other -a
kind one_file file same.file other.tar

# ---- the second time ----

copy 2 --once -v file 'second.%r'
check "with -v: its name is printed" grep -qx file out
copy 2 --once -v file 'second.%r'
check "with -v, again: no name is printed" [ -z "$(grep -x file out)" ]
copy 2 --once --digest=sha256 file 'second.%r'
check "again, with a checksum: nothing is done" nothing_done
check "again, with a checksum: it is right" grep -q "^$(sha256sum <file | cut -c1-64)" out
copy 2 --once --json report file 'second.%r'
check "again: the report has all ranks and bytes" \
    python3 -c 'import json; r = json.load(open("report"))
assert (r["bytes"], r["sent_bytes"], [host["ok"] for host in r["hosts"]]) == (2 << 20, 0, [True, True])'
mkdir in.0 in.1
copy 2 --once file 'in.%r/../shared'
check "a shared directory: made" made
copy 2 --once file 'in.%r/../shared'
check "a shared directory, again: nothing is done" nothing_done
check "a shared directory: there is one" cmp file shared
rm in.* shared .shared.* second.* .second.*

# ---- broken ----

# breaks TEXT NOTE COMMAND...: after this command --once=verify makes it anew on rank 1.
breaks() {
    local text=$1 note=$2
    shift 2
    "$@"
    copy 2 --once=verify --unpack tree.tar 'copy.%r'
    check "$text: made anew" made
    check "$text: the message" said "copy.1: $note"
    check "$text: whole" diff -r --no-dereference tree copy.1
}
copy 2 --once --unpack tree.tar 'copy.%r'
breaks "a file is missing" "was not whole any more; is made anew" rm copy.1/7
breaks "a file is more" "was not whole any more; is made anew" touch copy.1/more
breaks "a byte differs" "was not whole any more; is made anew" \
    dd if=/dev/zero of=copy.1/sub/random bs=1 seek=1000000 count=9 conv=notrunc status=none
breaks "a mode differs" "was not whole any more; is made anew" chmod 600 copy.1/7
breaks "a link differs" "was not whole any more; is made anew" ln -sfn elsewhere copy.1/link
damage() {
    echo damaged >.copy.1.fanout-once
}
breaks "the marker is damaged" "was not whole" damage

# What --once has not made is not removed.
rm copy.1 .copy.1.fanout-once
mkdir copy.1
echo mine >copy.1/mine
copy 2 --once --unpack tree.tar 'copy.%r'
check "a directory without a marker: fails" every_rank 1
check "a directory without a marker: the message" said "copy.1: is there already and is not empty"
check "a directory without a marker: is left" [ "$(cat copy.1/mine)" = mine ]
check "a directory without a marker: no marker" absent .copy.1.fanout-once
rm copy.0
mkdir copy.0
echo mine >copy.0/mine
copy 2 --once --unpack tree.tar 'copy.%r'
check "another directory in its place: is left" [ "$(cat copy.0/mine)" = mine ]
rm copy.* .copy.*
copy 2 --once --unpack tree/7 'copy.%r'
check "what fails leaves no marker" absent .copy.0.fanout-once .copy.1.fanout-once

# ---- two jobs at the same time ----

# slowly COMMAND...: in the background, in a folder of its own, on the places of this one.
slowly() {
    (
        mkdir -p job
        cd job || exit
        work=$PWD
        FANOUT_TEST_DISTURB_PAUSE=100000 copy 2 "$@"
        every_rank 0
    ) &
    slow=$!
    for ((i = 0; i < 500; i++)); do
        grep -qs making .copy.0.fanout-once .copy.1.fanout-once && [ -d .copy.1.fanout-part ] && break
        sleep 0.02
    done
}
slowly --once --unpack ../tree.tar '../copy.%r'
copy 2 --once --unpack other.tar 'copy.%r'
check "another content while it is made: fails" every_rank 1
check "... with both digests" \
    grep -qE "copy.1: is being made with other content .*XXH3 [0-9a-f]{32} there, [0-9a-f]{32} here" err
copy 2 --once --timeout=0.05 --unpack tree.tar 'copy.%r'
check "the time to wait is over: fails" every_rank 1
check "... and says for whom it waited" said "copy.1: has waited in vain for process $(cat job/pid.1) on $host"
copy 2 --once --unpack tree.tar 'copy.%r'
check "the same while it is made: waits and has it" nothing_done
check "... and says for whom it waits" said "copy.1: waits for process $(cat job/pid.1) on $host"
check "the first job ends well" wait "$slow"
check "it is whole" diff -r --no-dereference tree copy.1
rm copy.* .copy.*

# Both begin at once.
for i in 1 2; do
    (
        mkdir -p job
        cd job || exit
        work=$PWD
        copy 2 --once --unpack ../tree.tar '../copy.%r'
        every_rank 0
    ) &
    slow=$!
    copy 2 --once --unpack tree.tar 'copy.%r'
    check "two at once, $i: this one ends well" every_rank 0
    check "two at once, $i: that one ends well" wait "$slow"
    check "two at once, $i: whole" diff -r --no-dereference tree copy.0
    rm copy.* .copy.*
done

# ---- killed at any moment ----

RANDOM=${FANOUT_TEST_SEED-$$}
for ((i = 0; i < 5; i++)); do
    FANOUT_TEST_DISTURB_PAUSE=15000 launch 2 --once --unpack tree.tar 'copy.%r'
    sleep "0.$((100 + RANDOM % 700))"
    kill_all 2>/dev/null
    state=$(sed -n 's/^state //p' .copy.0.fanout-once 2>/dev/null)
    [ ! -d copy.0 ] || check "killed $i: what has its name is whole" diff -r --no-dereference tree copy.0
    copy 2 --once --unpack tree.tar 'copy.%r'
    check "killed $i while ${state:-not begun}: the next run ends well" every_rank 0
    check "killed $i: whole" diff -r --no-dereference tree copy.1
    copy 2 --once=verify --unpack tree.tar 'copy.%r'
    check "killed $i: and the next one has nothing to do" nothing_done
    rm copy.* .copy.*
done

start_copy .copy.1.fanout-once 2 --once --unpack tree.tar 'copy.%r'
kill -TERM "$launcher"
end_copy
ranks_gone
check "SIGTERM leaves nothing or all" [ -d copy.1 -o ! -e .copy.1.fanout-once ]

for options in '-' '--pipe=true file' '--update file' '--resume file' '--checksum file' 'file other.tar' '-n file'; do
    # shellcheck disable=SC2086 # several words
    copy 1 --once $options copy
    check "with $options: refused" every_rank 2
done
copy 1 --once=never file copy
check "--once=never: refused" every_rank 2
finish
