#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --unpack: each kind of archive, on every host the tree that was put into it.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

mkdir -p tree/sub/deep tree/many tree/empty
head -c 3M /dev/urandom >tree/random
truncate -s 5M tree/sparse
printf end | dd of=tree/sparse bs=1 seek=3M conv=notrunc 2>/dev/null
: >tree/nothing
for ((i = 0; i < 200; i++)); do
    echo "$i" >"tree/many/$i"
done
ln -s sub/deep tree/link
ln -s ../random tree/sub/up
ln tree/random tree/sub/hard
echo data >"tree/sub/$(printf 'n%.0s' {1..255})"
echo data >'tree/a name with spaces and ünïcode'
chmod 600 tree/many/7
chmod 755 tree/many/8
chmod 711 tree/sub
long=$(printf 'd%.0s' {1..90})
mkdir -p "tree/$long/$long/$long"
echo data >"tree/$long/$long/$long/file"
find tree -exec touch -h -d '2001-02-03 04:05:06' {} +

# listing DIRECTORY: all that an archive keeps.
listing() {
    (cd "$1" && find . -printf '%P %y %m %n %l %T@\n' | LC_ALL=C sort)
}

same_tree() {
    diff -r --no-dereference tree "$1" && diff <(listing tree) <(listing "$1")
}

# whole TEXT: every rank has the tree, and nothing else.
whole() {
    check "$1: every rank exits with 0" every_rank 0
    check "$1: rank 0 has the tree" same_tree copy.0
    check "$1: rank 1 has the tree" same_tree copy.1
    check "$1: nothing temporary" no_temporary
    rm -rf copy.*
}

tar -C tree --sparse --format=pax -cf tree.pax .
tar -C tree --format=gnu -cf tree.gnu .
python3 - <<'END'
import tarfile
with tarfile.open("tree.ustar", "w", format=tarfile.PAX_FORMAT) as tar:
    tar.add("tree", arcname="")
END
for name in pax gnu; do
    copy 2 --unpack tree.$name 'copy.%r'
    whole "$name"
done
for program in gzip bzip2 xz zstd lz4; do
    if ! command -v $program >/dev/null; then
        skip "$program" "it is not there"
        continue
    fi
    $program -c -1 <tree.pax >tree.pax.$program
    copy 2 --unpack tree.pax.$program 'copy.%r'
    whole "$program"
done
blocks=$(stat -c %b tree/sparse)
copy 2 --unpack tree.pax 'copy.%r'
check "holes stay holes" [ "$(stat -c %b copy.1/sparse)" -le $((blocks + 16)) ]
rm -rf copy.*

# Hydra ends the job when it has more than 64 KiB that nobody has read yet; PRRTE changes the data.
if [ "$launcher_kind" = orte ]; then
    INPUT=tree.gnu copy 2 --unpack - 'copy.%r'
else
    copy 2 --unpack --stdin-from tree.gnu - 'copy.%r'
fi
whole "standard input"
copy 2 --compress=zstd --fsync -a --unpack tree.gnu 'copy.%r'
whole "with -a, --compress, --fsync"
mkdir copy.0 copy.1
copy 2 --unpack tree.gnu 'copy.%r/'
whole "an empty directory is there"
copy 2 --mkpath --unpack tree.gnu 'way/to/%r/copy'
check "--mkpath" same_tree way/to/1/copy
copy 2 -n --unpack tree.gnu 'copy.%r'
check "--dry-run: every rank exits with 0" every_rank 0
check "--dry-run writes nothing" absent copy.0 .copy.0.fanout-part

# ---- several ----

tar -C tree -cf one.tar sub link random
tar -C tree --exclude=./sub --exclude=./link --exclude=./random -cf two.tar .
gzip two.tar
copy 2 --unpack one.tar two.tar.gz 'copy.%r'
whole "two archives"
copy 2 --unpack one.tar one.tar 'copy.%r'
check "the same twice: every rank fails" every_rank 1
check "... and the entry and the archive are named" said "copy.1: one.tar: entry sub/"
check "... and nothing is left" absent copy.0 copy.1

# ---- cpio and zip ----

if python3 - <<'END'
import os, zipfile
with zipfile.ZipFile("tree.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for top, directories, names in os.walk("tree"):
        for name in sorted(names + directories):
            path = os.path.join(top, name)
            info = zipfile.ZipInfo.from_file(path, os.path.relpath(path, "tree"))
            if os.path.islink(path):
                info.external_attr = 0o120777 << 16
                info.filename = info.filename.rstrip("/")
                archive.writestr(info, os.readlink(path))
            elif os.path.isdir(path):
                archive.writestr(info, "")
            else:
                with open(path, "rb") as file:
                    archive.writestr(info, file.read())
END
then
    copy 2 --unpack tree.zip 'copy.%r'
    check "zip: every rank exits with 0" every_rank 0
    check "zip: content and links" diff -r --no-dereference tree copy.1
    check "zip: modes of files" diff <(cd tree && find . -type f -printf '%P %m\n' | sort) \
        <(cd copy.1 && find . -type f -printf '%P %m\n' | sort)
    rm -rf copy.*
fi
cpio=$top_srcdir/tests/copy/archive/make-cpio
"$cpio" tree >tree.cpio
copy 2 --unpack tree.cpio 'copy.%r'
check "cpio: every rank exits with 0" every_rank 0
check "cpio: content and links" diff -r --no-dereference tree copy.1
check "cpio: hard links" [ copy.1/random -ef copy.1/sub/hard ]
rm -rf copy.*

# ---- many entries, none at all, what is no archive ----

python3 - <<'END'
import io, tarfile
with tarfile.open("many.tar", "w") as tar:
    for i in range(10000):
        entry = tarfile.TarInfo(f"d{i % 100}/{i}")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"%05d" % i))
with tarfile.open("empty.tar", "w"):
    pass
END
copy 2 --unpack many.tar 'copy.%r'
check "10,000 entries" [ "$(find copy.1 -type f | wc -l)" = 10000 ]
check "10,000 entries: the last" [ "$(cat copy.1/d99/9999)" = 09999 ]
rm -rf copy.*
copy 2 --unpack empty.tar 'copy.%r'
check "an archive of nothing gives an empty directory" [ -d copy.1 -a -z "$(ls -A copy.1)" ]
rm -rf copy.*

# fails TEXT MESSAGE ARGUMENTS...
fails() {
    local text=$1 message=$2
    shift 2
    copy 2 "$@"
    check "$text: fails" every_rank 1
    check "$text: the message" said "$message"
    check "$text: nothing is left" absent copy.0 copy.1 .copy.0.fanout-part .copy.1.fanout-part
}
: >nothing
fails "an empty file" "copy.1: is not an archive that can be unpacked" --unpack nothing 'copy.%r'
# shellcheck disable=SC2154 # of mpi-env.sh
case $launcher_kind in
    prrte) fails "no input" "-: not read: this launcher" --unpack - 'copy.%r' ;;
    *) fails "no input" "copy.1: is not an archive that can be unpacked" --unpack - 'copy.%r' ;;
esac
fails "no archive" "copy.1: is not an archive that can be unpacked" --unpack tree/random 'copy.%r'
fails "a directory" "tree: is a directory, not an archive" --unpack tree 'copy.%r'
mkdir there.0 there.1
echo mine >there.1/mine
copy 2 --unpack one.tar 'there.%r'
check "DST is not empty: fails" every_rank 1
check "DST is not empty: the message" said "there.1: is there already and is not empty"
check "DST is not empty: it is left, the other host has everything" \
    [ "$(ls there.1)" = mine -a -e there.0/random ]

for options in --pipe=true --update --resume --verify --checksum --exclude=x --files-from=x --with-libs --mdc=2; do
    copy 1 $options --unpack one.tar copy
    check "with $options: refused" every_rank 2
done

finish
