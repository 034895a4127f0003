#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Trees: what is in them, where they go, what is left out, what is refused.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

# describe DIRECTORY: kind, mode, links, size, time, name and content of all that is in it.
describe() {
    (
        cd "$1" || exit 1
        find . -type d -printf '%y %m %T@ %p\0' -o -printf '%y %m %n %s %T@ %p %l\0' | sort -z
        find . -type f -print0 | sort -z | xargs -0 cksum
    )
}
# same_tree SOURCE COPY...: they are the same in all of that.
same_tree() {
    local source=$1 copy
    shift
    describe "$source" >description
    for copy; do
        describe "$copy" | cmp - description || return 1
    done
}
# json FIELD: a number in the file report
json() {
    sed -n "s/^  \"$1\": \([0-9]*\),*$/\1/p" report
}
# allocated FILE...: bytes on disk
allocated() {
    du -B1 -c "$@" | tail -n 1 | cut -f1
}
has_mode() {
    [ "$(stat -c %a "$2")" = "$1" ]
}
is_link() {
    [ "$(stat -c %i "$1")" = "$(stat -c %i "$2")" ]
}
modified() {
    stat -c %y "$1"
}

# ---- all kinds of things, sparse files, while it is copied ----

long=$(printf 'l%.0s' {1..250})
bytes=$'bytes \xff\xfe\x80'
mkdir -p tree/nested/a/b/c tree/empty "tree/$long/$bytes" tree/one tree/two tree/read-only/inner tree/closed
echo deep >tree/nested/a/b/c/file
: >tree/nothing
echo spaces >'tree/name with spaces '
echo lines >$'tree/new\nline\n'
echo long >"tree/$long/$bytes/$long"
echo linked >tree/two/first
ln tree/two/first tree/one/zzz
ln tree/two/first tree/again
ln -s a/b tree/nested/directory
ln -s ../two/first tree/nested/file
ln -s nowhere tree/dangling
ln -s . tree/cycle
ln -s /etc/passwd $'tree/li\nnk'
echo secret >tree/private
echo run >tree/program
chmod 400 tree/private
chmod 6755 tree/program
echo kept >tree/read-only/file
chmod 555 tree/read-only/inner
chmod 500 tree/read-only
chmod 3771 tree/closed
touch -h -d '2001-02-03 04:05:06.123456789 UTC' tree/{dangling,nothing,closed,nested/a}
head -c 600000 /dev/urandom >tree/large
# Data and holes of 4 KiB in turn; a hole and nothing else; holes at both ends.
head -c 4096 /dev/urandom >block
truncate -s 8192 block
for _ in {1..128}; do cat block; done >dense
cp --sparse=always dense tree/tiny
truncate -s 30M tree/hole
cp --sparse=always block tree/ends
truncate -s 10M tree/ends
printf x | dd of=tree/ends bs=1 seek=5M conv=notrunc status=none
sparse=(tiny hole ends)
holes=$(cd tree && allocated "${sparse[@]}")

FANOUT_TEST_DISTURB_PAUSE=20000 start_copy .new.2.fanout-part/large 3 --json report -r tree 'new.%r/'
check "while it is copied a new tree has a temporary name only" absent new.{0,1,2}
end_copy
check "a tree: every rank exits with 0" every_rank 0
check "a tree: nothing is said" [ ! -s err ]
check "a tree: modes, times, links, names and contents are the source's" same_tree tree new.{0,1,2}
check "a tree: hard links are links in the copy" is_link new.2/again new.2/two/first
check "a tree: and not to the source" [ "$(stat -c %h new.2/again)" = 3 ]
check "a tree: no temporary file" no_temporary
if ((holes < 2000000)); then
    check "holes are not sent" [ "$(json sent_bytes)" -le $((holes + 700000)) ]
    check "holes are not allocated" [ "$(cd new.1 && allocated "${sparse[@]}")" -le "$holes" ]
else
    skip "holes are not sent" "the file system has none"
    skip "holes are not allocated" "the file system has none"
fi

# ---- into what is there ----

small() {
    rm -rf "$1"
    mkdir -p "$1/sub/new"
    echo file >"$1/file"
    echo below >"$1/sub/below"
    chmod 750 "$1/sub"
    chmod 700 "$1/sub/new"
    touch -d '2002-03-04 05:06:07 UTC' "$1/sub/new" "$1/sub" "$1"
}
small small
mkdir -p old/sub
echo extra >old/sub/extra
echo old >old/file
ln old/file old/other-name
chmod 711 old old/sub
copy 2 -r small/. old
check "SRC/.: into DST itself" same_tree small/sub/new old/sub/new
check "a tree into a tree: what else is there stays" [ "$(cat old/sub/extra)" = extra ]
check "a tree into a tree: files are replaced" same small/sub/below old/sub/below
check "a tree into a tree: by others, not overwritten" [ "$(cat old/file old/other-name)" = $'file\nold' ]
check "a tree into a tree: directories keep their mode" [ "$(stat -c %a old old/sub)" = $'711\n711' ]
check "a tree into a tree: and do not get the source's time" [ "$(modified old/sub)" != "$(modified small/sub)" ]

mkdir into real
ln -s real link
echo single >single
copy 2 -r small/ single tree/dangling into
check "several sources: each under its name" same_tree small into/small
check "several sources: a file" same single into/single
check "several sources: a link, as a link" [ "$(readlink into/dangling)" = nowhere ]
copy 2 -aT small/ link
check "-T: DST is the copy, also through a link" same_tree small real
check "-T: the link is still there" [ -L link ]
ln -s missing dangling
copy 2 -r small dangling
check "a tree over a link to nothing: refused" every_rank 1
check "a tree over a link to nothing: before anything is made" said "dangling: cannot write here: Not a directory"
check "a tree over a link to nothing: the link stays" [ -L dangling ]
copy 2 -r single small single/
check "several sources, DST is a file: refused" said "single/: cannot write here: Not a directory"
copy 2 -r single small missing
check "several sources, no DST: refused" said "missing: cannot write here: No such file or directory"
check "several sources, no DST: no DST is made" absent missing
copy 2 -r small old/sub into
check "two sources of one name would not be one tree: every rank exits with 0" every_rank 0
mkdir -p other/sub twice
copy 2 -r small/sub other/sub twice
check "two sources with the same name: refused" said "twice/sub: two of the sources have this name"
check "two sources with the same name: nothing is copied" absent twice/sub

for name in tree/inside tree/nested/a/b/inside tree; do
    copy 2 -r tree "$name"
    check "DST $name in SRC: refused" said "is inside the source"
    check "DST $name in SRC: every rank exits with 1" every_rank 1
done
check "DST in SRC: nothing is made" absent tree/inside tree/tree
copy 2 -r small .
check "DST/SRC is SRC itself: left alone" said "small: is the source itself"

# ---- what is in the way ----

for rank in 0 1 2 3; do
    mkdir way.$rank
done
mkdir way.0/file
echo file >way.1/sub
ln -s ../real way.2/sub
copy 4 -r small/. 'way.%r'
check "in the way: every rank exits with 1" every_rank 1
check "in the way: a directory" said "way.0/file: cannot write here: Is a directory"
check "in the way: a file" said "way.1/sub: cannot create the directory: Not a directory"
check "in the way: a link to a directory" said "way.2/sub: cannot create the directory: Not a directory"
check "in the way: nothing is written through the link" absent real/sub/below.new real/below
check "in the way: others have all" same_tree small/sub way.3/sub
check "in the way: no temporary file" no_temporary

# ---- what cannot be copied ----

mkdir -p special/below
echo file >special/a-file
mkfifo special/below/fifo
copy 2 -r special 'copy.%r'
check "a fifo in a tree: refused" said "special/below/fifo: is not a regular file but a fifo"
check "a fifo in a tree: every rank exits with 1" every_rank 1
check "a fifo in a tree: nothing is copied" absent copy.0 .copy.0.fanout-part
if [ "$(id -u)" = 0 ] && mknod special/below/null c 1 3 2>/dev/null && command -v python3 >/dev/null; then
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("special/socket")'
    copy 2 -r special 'copy.%r'
    check "a device in a tree: refused" said "special/below/null: is not a regular file but a device"
    check "a socket in a tree: refused" said "special/socket: is not a regular file but a socket"
else
    skip "a device in a tree" "cannot make one"
    skip "a socket in a tree" "cannot make one"
fi
copy 2 -r --exclude below --exclude /socket special 'copy.%r'
check "--exclude: every rank exits with 0" every_rank 0
check "--exclude: the rest is copied" [ "$(ls -A copy.1)" = a-file ]

# ---- links that are followed ----

copy 2 -rL tree 'followed.%r'
check "-L: a link to nothing is refused" said "tree/dangling: cannot follow the link"
check "-L: a cycle is refused" said "tree/cycle: contains itself, through a link"
check "-L: nothing is copied" absent followed.0
copy 2 -rL --exclude dangling --exclude cycle --exclude hole tree 'followed.%r'
check "-L: every rank exits with 0" every_rank 0
check "-L: directories instead of links" same_tree tree/nested/a/b followed.1/nested/directory
check "-L: files instead of links" same tree/two/first followed.1/nested/file
check "-L: no link is left" [ -z "$(find followed.1 -type l)" ]

# ---- what is left out, what is listed ----

echo skipped >tree/two/a.skip
ln -f tree/two/a.skip tree/two/zz
copy 2 -r --include /nested/a --exclude 'a*' --exclude '*.skip' --exclude /two/f\* --exclude sub/ \
    --exclude "$long" --exclude hole tree 'patterns.%r'
check "patterns: included before it is excluded" same tree/nested/a/b/c/file patterns.0/nested/a/b/c/file
check "patterns: the first names of hard links are left out" absent patterns.0/{again,two/first,two/a.skip}
check "patterns: the other names are files" [ "$(cat patterns.1/one/zzz patterns.1/two/zz)" = $'linked\nskipped' ]
rm tree/two/a.skip tree/two/zz

cat >list <<'LIST'
nested/a/b/c/file
nested
./nested/a
/two/first
two/first
name with spaces 
one//zzz
read-only/file
dangling
LIST
copy 2 -r --json report --files-from list tree 'listed.%r'
check "--files-from: every rank exits with 0" every_rank 0
check "--files-from: a directory with all that is in it" same_tree tree/nested listed.1/nested
check "--files-from: names and nothing else" \
    [ "$(cd listed.0 && echo * */)" = "dangling name with spaces  nested one read-only two nested/ one/ read-only/ two/" ]
check "--files-from: directories on the way have their mode" has_mode 500 listed.1/read-only
check "--files-from: hard links, dangling links" [ listed.1/two/first -ef listed.1/one/zzz -a -L listed.1/dangling ]
check "--files-from: what is listed twice is copied once" [ "$(json files)" = 4 ]
printf '%s\n' missing ../block nested/directory/c >list
copy 2 --files-from list tree 'unlisted.%r'
check "--files-from: what is missing is named" said "tree/missing: cannot open the source: No such file"
check "--files-from: .. is refused" said "../block: is not below SRC"
check "--files-from: a name beyond a link is refused" said "tree/nested/directory: is a link"
check "--files-from: nothing is copied" absent unlisted.0
printf 'file\nsub/below' >list
if [ "$launcher_kind" = prrte ]; then
    skip "--files-from -: the names" "this launcher spoils standard input, which source/input.sh tests"
else
    INPUT=list copy 2 --files-from - small 'from-stdin.%r'
    check "--files-from -: the names" [ "$(cd from-stdin.1 && find . -type f | sort)" = $'./file\n./sub/below' ]
fi

# ---- owner, extended attributes, ACLs ----

mkdir -p kept/directory
echo data >kept/file
echo data >kept/read-only
ln -s file kept/link
ln kept/file kept/hard
chmod 4755 kept/read-only
if setfattr -n user.one -v 1 kept/file 2>/dev/null && setfattr -n user.two -v "$long" kept/file \
    && setfattr -n user.three -v 3 kept/read-only && setfacl -m u:12:rw,g:13:x kept/file 2>/dev/null; then
    setfattr -n user.four -v '' kept/directory
    setfacl -d -m u:14:rwx kept/directory
    chmod 450 kept/read-only
    # What is made here gets an ACL that the source does not have.
    mkdir lists
    setfacl -d -m u:15:rwx lists
    attributes()
    {
        (
            cd "$1" || exit 1
            find . | sort | xargs getfattr -h -d -m - --absolute-names
            find . ! -type l | sort | xargs getfacl -pn
        )
    }
    same_attributes()
    {
        [ "$(attributes kept)" = "$(attributes "$1")" ]
    }
    [ "$(id -u)" = 0 ] && chown -h 123:124 kept/{link,hard,directory}
    copy 2 -a kept lists/copy
    check "-a: every rank exits with 0" every_rank 0
    check "-a: nothing is lost" [ ! -s err ]
    check "-a: owner, attributes and ACLs are the source's" same_attributes lists/copy
    check "-a: and all else" same_tree kept lists/copy
    rm -rf lists/copy
    copy 2 -aL kept lists/copy
    check "-aL: of what links point to" \
        [ "$(getfattr --only-values -n user.one lists/copy/link)" = 1 -a ! -L lists/copy/link ]
    if grep -q '^user\.Beagle\.\*[[:space:]]*skip' /etc/xattr.conf; then
        setfattr -n user.Beagle.index -v 1 kept/file
        rm -rf lists/copy
        copy 2 -a kept lists/copy
        getfattr -d lists/copy/file >names
        check "-a: no attributes that xattr.conf says to skip" [ "$(grep -c '^user' names)" = 2 ]
    else
        skip "-a: no attributes that xattr.conf says to skip" "it names none of user.*"
    fi
else
    skip "-a" "the file system has no attributes, or attr and acl are missing"
fi
if [ "$(id -u)" = 0 ]; then
    chown 123:124 kept/read-only
    chmod 6755 kept/read-only
    copy 2 -r kept 'kept.%r'
    check "without -a a set-user-ID program of somebody else is not one of ours" has_mode 755 kept.1/read-only
    check "without -a the owner is ours" [ "$(stat -c %u kept.1/link)" = 0 ]
    copy 2 -a kept 'archived.%r'
    check "with -a it is one of his" [ "$(stat -c '%a %u %g' archived.1/read-only)" = '6755 123 124' ]
else
    skip "set-user-ID" "only root has files of others"
fi

# ---- many small files ----

for i in {0..49}; do
    mkdir -p "many/$i"
done
for i in {1..5000}; do
    echo "$i" >"many/$((i % 50))/$i"
done
FANOUT_TEST_WRAPPER="prlimit --nofile=64 ${FANOUT_TEST_WRAPPER-}" copy 3 --json report -r many 'more.%r'
check "5000 files with few descriptors: every rank exits with 0" every_rank 0
check "5000 files: counted" [ "$(json files)" = 5000 ]
check "5000 files: content" diff -r many more.2
check "no temporary file is left" no_temporary

chmod -R u+rwx .
finish
