#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Archives that are cut off anywhere, or of which a bit has changed: refused, or what they were. First with the code
# that unpacks alone, thousands of times, then a few with fanout-copy.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
damage=$top_builddir/tests/copy/archive/damage

mkdir -p tree/sub place
head -c 20000 /dev/urandom >tree/sub/random
head -c 9000 /dev/zero >tree/zeros
for ((i = 0; i < 10; i++)); do
    seq $((i * 9)) >"tree/sub/$i"
done
ln -s sub/random tree/link
ln tree/sub/random tree/hard
echo data >"tree/$(printf 'n%.0s' {1..255})"

tar -C tree --format=pax -cf tree.pax .
tar -C tree --format=gnu --blocking-factor=1 -cf tree.gnu .
"$top_srcdir/tests/copy/archive/make-cpio" tree >tree.cpio
python3 -c '
import zipfile
with zipfile.ZipFile("tree.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for i in range(10):
        archive.write("tree/sub/%d" % i)
    archive.write("tree/sub/random")'
archives=(tree.pax tree.gnu tree.cpio tree.zip)
compressed=()
for program in gzip bzip2 xz zstd lz4; do
    command -v $program >/dev/null || continue
    $program -c <tree.pax >tree.pax.$program
    compressed+=("tree.pax.$program")
done

for archive in "${archives[@]}"; do
    check "$archive cut off" "$damage" truncate 509 "$archive" place
    check "$archive with another bit" "$damage" any 211 "$archive" place
done
for archive in "${compressed[@]}"; do
    check "$archive cut off" "$damage" truncate 307 "$archive" place
    check "$archive cut off in its last bytes" "$damage" truncate $(($(stat -c %s "$archive") - 1)) "$archive" place
    check "$archive with another bit" "$damage" flip 307 "$archive" place
done
check "nothing is beside the trees" [ -z "$(ls -A place)" ]

for archive in "${archives[@]}" "${compressed[@]}"; do
    head -c $(($(stat -c %s "$archive") / 2)) "$archive" >half
    copy 2 --unpack half 'copy.%r'
    check "$archive, the first half: every rank fails" every_rank 1
    check "$archive, the first half: nothing is left" absent copy.0 copy.1 .copy.0.fanout-part
    check "$archive, the first half: the message" said "copy.1: "
done
finish
