#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Standard input that a launcher may have changed, what is read in its place, and a sum that the data must have.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

head -c 1000003 /dev/urandom >source
sum=$(sha256sum <source) sum=${sum%% *}
wrong=${sum//[0-9]/a}
mkfifo fifo

# slowly: the source, as a reader that comes late does not want it
slowly() {
    head -c 5 source
    sleep 0.3
    tail -c +6 source
}

# nothing: no host has anything of it.
nothing() {
    absent target.{0,1,2} && no_temporary
}

# right_or_refused: what the launcher has changed is not taken.
right_or_refused() {
    if every_rank 0; then
        same source target.{0,1}
    else
        every_rank 1 && nothing
    fi
}

# ---- a launcher that is known to change it ----

[ "$launcher_kind" = prrte ] || export PRTE_LAUNCHED=1
mkdir directory

# Hydra ends the job when it has more than 64 KiB that nobody has read yet.
if [ "$launcher_kind" != hydra ]; then
    slowly >fifo &
    INPUT=fifo copy 2 - target.%r
    check "standard input by PRRTE: refused" every_rank 1
    check "standard input by PRRTE: why, and what to do" said "not read: this launcher (PRRTE, of Open MPI 5)"
    check "standard input by PRRTE: nothing is there" nothing
    INPUT=source copy 2 --stdin-from /dev/stdin - target.%r
    check "under another name: refused" every_rank 1
    check "under another name: nothing is there" nothing
    INPUT=source copy 2 --files-from - . directory
    check "a list of names: refused" every_rank 1
    check "a list of names: why" said "not read: this launcher"
fi
slowly >fifo &
copy 3 --stdin-from fifo - target.%r
check "a FIFO in its place: every rank exits with 0" every_rank 0
check "a FIFO in its place: all is there" same source target.{0,1,2}
rm target.*
{
    sleep 1
    slowly >fifo
} &
copy 2 --stdin-from fifo - target.%r
check "a FIFO whose writer comes late" same source target.{0,1}
rm target.*
exec 7< <(slowly)
copy 2 --stdin-from "/proc/$$/fd/7" - target.%r
check "a descriptor of the shell" same source target.{0,1}
exec 7<&-
rm -f target.*
copy 2 --stdin-from source - target.%r
check "a file" same source target.{0,1}
rm -f target.*
if [ "$launcher_kind" != hydra ]; then
    slowly >fifo &
    INPUT=fifo copy 2 --expect-digest "sha256:$sum" - target.%r
    check "with a sum that it must have: right, or refused" right_or_refused
fi
rm -f target.*
[ "$launcher_kind" = prrte ] || unset PRTE_LAUNCHED

# ---- what is wrong about it ----

copy 2 --stdin-from nowhere - target.%r
check "no such FIFO: every rank exits with 1" every_rank 1
check "no such FIFO: said" said "nowhere: cannot be opened on this host"
copy 2 --timeout 1 --stdin-from fifo - target.%r
check "a writer that never comes" said "has given nothing for 1 s (--timeout)"
check "a writer that never comes: nothing is there" nothing
copy 2 --stdin-from fifo source target.%r
check "--stdin-from without -: refused" every_rank 2
slowly >fifo &
copy 2 --source-host "$host" --stdin-from fifo - target.%r
check "--stdin-from on a named host" same source target.{0,1}
rm -f target.*

# ---- a sum that the data must have ----

slowly >fifo &
copy 3 --expect-digest "sha256:$wrong" --stdin-from fifo - target.%r
check "a stream with another sum: every rank exits with 1" every_rank 1
check "a stream with another sum: both are told" said "-: its sha256 is $sum, not $wrong (--expect-digest)"
check "a stream with another sum: nothing is there" nothing
slowly >fifo &
copy 2 --expect-digest "sha256:${sum^^}" --digest sha256 --stdin-from fifo - target.%r
check "a stream with the right one, in capitals" same source target.{0,1}
check "and --digest prints it" grep -q "^$sum  -$" out
rm -f target.*
slowly >fifo &
copy 2 --expect-digest "sha256:$wrong" --pipe 'cat >part.%r && mv part.%r target.%r' --stdin-from fifo - x
check "--pipe, with another sum: every rank exits with 1" every_rank 1
check "--pipe, with another sum: no command takes it" absent target.{0,1}
for options in "" "--compress zstd" "--update" "-a"; do
    # shellcheck disable=SC2086 # options with arguments
    copy 2 $options --expect-digest "sha256:$wrong" source target.%r
    check "a file with another sum $options: every rank exits with 1" every_rank 1
    check "a file with another sum $options: nothing is there" nothing
    # shellcheck disable=SC2086 # options with arguments
    copy 2 $options --expect-digest "sha256:$sum" source target.%r
    check "a file with the right one $options" same source target.{0,1}
    rm -f target.*
done
cp -p source target.0
cp -p source target.1
copy 2 --update --expect-digest "sha256:$wrong" source target.%r
check "a file that all hosts have, with another sum" every_rank 1
copy 2 --update --expect-digest "sha256:$sum" source target.%r
check "a file that all hosts have, with the right one" every_rank 0
rm -f target.*
: >empty
copy 2 --expect-digest "md5:$(md5sum <empty | cut -d ' ' -f 1)" empty target.%r
check "an empty file" every_rank 0
rm -f target.*
truncate -s 3M sparse
echo end >>sparse
copy 2 --expect-digest "sha1:$(sha1sum <sparse | cut -d ' ' -f 1)" sparse target.%r
check "a file with a hole" same sparse target.{0,1}
rm -f target.*
copy 2 -r --expect-digest "sha256:$sum" directory target.%r
check "a directory has no sum" said "directory: is not one regular file"
for text in sha256 "sha256:" "sha256:12" "sha256:${sum}0" "sha256:x${sum:1}" "sha255:$sum"; do
    copy 2 --expect-digest "$text" source target.%r
    check "--expect-digest $text: refused" every_rank 2
done
check "nothing is left of all that" nothing

finish
