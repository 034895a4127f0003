#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --unpack of archives with very many entries, names of 255 bytes of any kind and PAX headers that are long or wrong,
# and of one that is cut off: unpacked, or refused on every host with nothing left; it neither hangs nor crashes.
# First with the code that unpacks alone. FANOUT_TEST_LONG=1: everything with fanout-copy as well, 10^5 entries, and
# every KiB to cut off.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"
damage=$top_builddir/tests/copy/archive/damage
long=${FANOUT_TEST_LONG:-0}

mkdir archives place
"$top_srcdir/tests/copy/archive/make-odd" archives || exit 1

# try ARCHIVE: as `code` and `text`, what became of it in place/root.
try() {
    rm -rf place/*
    text=$(timeout 60 "$damage" try "$1" place)
    code=$?
}
# unpack ARCHIVE OPTIONS...: by fanout-copy
unpack() {
    rm -rf place/*
    copy 2 --unpack "${@:2}" "$1" 'place/copy.%r'
}
# has_all NAMES DIRECTORY: it has exactly these files.
has_all() {
    (cd "$2" && find . -type f -printf '%P\0' | LC_ALL=C sort -z) | cmp - "$1"
}
nothing_left() {
    [ -z "$(ls -A place)" ] && [ ! -e up ]
}
# refused: on every rank, with a message that names the host and DST; nothing is left.
refused() {
    every_rank 1 && said "copy.1: " && nothing_left
}
refused_or_whole() {
    refused && return
    every_rank 0 && [ "$(cat place/copy.0/before place/copy.1/before)" = datadata ] && [ ! -e up ]
}
# tried_or_refused: the same of what was tried.
tried_or_refused() {
    case $code in
        0) [ "$(cat place/root/before)" = data ] && [ ! -e up ] ;;
        3) [ -n "$text" ] && nothing_left ;;
        *) return 1 ;;
    esac
}

for archive in archives/good/*.tar; do
    name=${archive##*/} name=${name%.tar}
    try "$archive"
    check "$name: all names" has_all "${archive%.tar}.list" place/root
    ((long)) || [ "$name" = all ] || continue
    unpack "$archive"
    check "$name, by fanout-copy: every rank exits with 0" every_rank 0
    check "$name, by fanout-copy: all names" has_all "${archive%.tar}.list" place/copy.1
done
for archive in archives/refused/*.tar; do
    name=${archive##*/} name=${name%.tar}
    entry=$(cat "${archive%.tar}.entry")
    try "$archive"
    check "$name: refused, and the entry is named" [ "$code" = 3 -a "${text#entry }" != "$text" ]
    check "$name: nothing is left" nothing_left
    ((long)) || [ "$name" = escape ] || [ "$name" = half_a_character ] || continue
    unpack "$archive"
    check "$name, by fanout-copy: refused" refused
    check "$name, by fanout-copy: the entry is named" said "copy.1: entry $entry"
done
unpack archives/refused/not_utf8.tar --unpack-unsafe
check "not_utf8 with --unpack-unsafe: is there" [ -e "place/copy.1/$(printf '\377%.0s' {1..255})" ]
for archive in archives/odd/*.tar; do
    name=${archive##*/} name=${name%.tar}
    try "$archive"
    check "$name: refused or whole" tried_or_refused
    ((long)) || [ "$name" = path_of_a_megabyte ] || continue
    unpack "$archive" -a
    check "$name, by fanout-copy: refused or whole" refused_or_whole
done

# ---- decomposed names, as macOS has them ----

python3 - <<'END'
import io, tarfile, zipfile
NAME = "e\u0301/e\u0301 u\u0308"
for name, form in {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT}.items():
    with tarfile.open(f"{name}.tar", "w", format=form) as tar:
        entry = tarfile.TarInfo(NAME)
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"data"))
def add(name, mode, data):
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, mode << 16
    archive.writestr(entry, data)
with zipfile.ZipFile("mac.zip", "w") as archive:
    add("plain", 0o100600, "data")
    add(NAME, 0o100640, "data")
    add("n\u0303-link", 0o120777, "plain")
with zipfile.ZipFile("mac-up.zip", "w") as archive:
    add(NAME, 0o100640, "data")
    add("n\u0303-link", 0o120777, "../../up")
END
composed=$'\303\251/\303\251 \303\274' decomposed=$'e\314\201/e\314\201 u\314\210'
unpack pax.tar
check "decomposed names, PAX: composed" [ "$(cat "place/copy.1/$composed")" = data ]
unpack gnu.tar
check "decomposed names, GNU: as they are" [ "$(cat "place/copy.1/$decomposed")" = data ]
unpack mac.zip
check "decomposed names, zip: every rank exits with 0" every_rank 0
check "decomposed names, zip: composed" [ "$(cat "place/copy.1/$composed")" = data ]
check "decomposed names, zip: the mode" [ "$(stat -c %a "place/copy.1/$composed")" = 640 ]
check "decomposed names, zip: the link" [ "$(readlink $'place/copy.1/\303\261-link')" = plain ]
unpack mac-up.zip
check "decomposed names, zip: a link that leads outside" refused

# ---- very many ----

entries=$((long ? 100000 : 5000))
python3 - $entries <<'END'
import io, sys, tarfile
def fill(tar):
    for i in range(int(sys.argv[1])):
        entry = tarfile.TarInfo(f"d{i % 1000}/{i}")
        entry.size = i % 3
        tar.addfile(entry, io.BytesIO(b"x" * entry.size))
with tarfile.open("many.tar", "w") as tar:
    fill(tar)
with tarfile.open("many-up.tar", "w") as tar:
    fill(tar)
    tar.addfile(tarfile.TarInfo("../up"))
END
unpack many.tar
check "$entries entries: every rank exits with 0" every_rank 0
check "$entries entries: all are there" [ "$(find place/copy.1 -type f | wc -l)" = $entries ]
unpack many-up.tar
check "$entries entries, and one that leads out: refused" refused
check "$entries entries, and one that leads out: named" said "copy.1: entry ../up: "

# ---- cut off at every KiB ----

mkdir -p tree/sub
head -c 30000 /dev/urandom >tree/sub/random
for ((i = 0; i < 10; i++)); do
    seq $((i * 30)) >"tree/sub/$i"
done
tar -C tree --format=pax --blocking-factor=1 -cf tree.tar .
gzip -k tree.tar
zstd -q -k tree.tar 2>/dev/null
for archive in tree.tar tree.tar.*; do
    size=$(stat -c %s "$archive")
    check "$archive, the code that unpacks: cut off at every KiB" "$damage" truncate 1024 "$archive" place
    for ((at = 1024; long && at < size; at += 1024)); do
        head -c $at "$archive" >part.tar
        unpack part.tar
        check "$archive, the first $at of $size bytes: refused" refused
    done
done
finish
