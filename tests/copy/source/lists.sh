#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --files-from: lists as editors, find -print0 and other systems write them.
# shellcheck source=tests/copy/common.sh
. "${top_srcdir:?}/tests/copy/common.sh"

names=('#hash' '~tilde' '-dash' '--help' ';semicolon' ' leading' 'trailing ' 'a*b' 'back\slash' $'new\nline' $'cr\r' '%h')
mkdir -p tree/a/b
for name in "${names[@]}" one two a/b/three; do
    echo "$name" >"tree/$name"
done

# holds DIRECTORY NAME...: these files and no others, with the content of the source.
holds() {
    local directory=$1 name
    shift
    for name; do
        cmp "tree/$name" "$directory/$name" || return 1
    done
    [ "$(find "$directory" -type f -printf x | wc -c)" = $# ]
}

# ---- separated by NULs ----

printf '%s\0' "${names[@]}" a/b/three >list0
copy 2 -0 --files-from list0 tree zero.%r
check "-0: every rank exits with 0" every_rank 0
check "-0: all names, newlines in them as well" holds zero.1 "${names[@]}" a/b/three
if [ "$launcher_kind" = prrte ]; then
    skip "--from0 from standard input" "this launcher spoils it, which input.sh tests"
else
    INPUT=list0 copy 2 --from0 --files-from=- tree input.%r
    check "--from0 from standard input" holds input.1 "${names[@]}" a/b/three
fi
printf 'one\0two' >open0
copy 2 --files-from open0 -0 tree open.%r
check "-0: the last name needs no NUL" holds open.1 one two
for separated in list0 open0; do
    copy 2 --files-from "$separated" tree refused.%r
    check "NULs without -0 ($separated): every rank exits with 1" every_rank 1
    check "NULs without -0 ($separated): it says what to write" said "$separated: line 1 has a NUL character; a list of names that end with NULs needs --from0 (-0)"
    check "NULs without -0 ($separated): nothing is copied" absent refused.0 refused.1
done
printf 'one\ntwo\0three\n' >middle0
copy 2 --files-from middle0 tree refused.%r
check "a NUL further down: its line" said "middle0: line 2 has a NUL"
printf 'o\0n\0e\0\n\0' >wide
copy 2 --files-from wide tree refused.%r
check "a list in UTF-16: refused" every_rank 1
printf 'one\ntwo\n' >lines
copy 2 -0 --files-from lines tree refused.%r
check "-0 for a list of lines: refused" every_rank 1
check "-0 for a list of lines: it says what to do" said 'one\ntwo\n: cannot open the source: No such file or directory; it has newlines: leave out --from0 (-0) if each line is a name'
copy 2 -0 tree refused.%r
check "-0 without a list: every rank exits with 2" every_rank 2

# ---- lines ----

{
    printf '\r\n\n#hash\r\n~tilde\n-dash\n--help\n;semicolon\n leading\ntrailing \n'
    printf '\n./a//b/./three\n/one\r\na*b\nback\\slash\n%%h\none'
} >list
copy 2 --files-from list tree lines.%r
check "lines: every rank exits with 0" every_rank 0
check "lines: also with CRLF, empty, and of odd names" holds lines.1 '#hash' '~tilde' '-dash' '--help' ';semicolon' ' leading' \
    'trailing ' a/b/three one 'a*b' 'back\slash' '%h'
copy 2 --files-from list --update --json report tree lines.%r
check "lines: nothing is there twice" holds lines.0 '#hash' '~tilde' '-dash' '--help' ';semicolon' ' leading' 'trailing ' a/b/three \
    one 'a*b' 'back\slash' '%h'
for dot in . ./ / a/..; do
    echo "$dot" >"dot"
    rm -rf dot.*
    copy 2 --files-from dot tree dot.%r
    if [ "$dot" = a/.. ]; then
        check "a list with $dot: refused" said "a/..: is not below SRC"
    else
        check "a list with $dot: all of SRC" diff -r tree dot.1
    fi
done

missing() {
    printf '%s\n' "$2" >wrong
    copy 2 --files-from wrong tree refused.%r
    check "a name that is not there ($1): every rank exits with 1" every_rank 1
    check "a name that is not there ($1): what may be wrong" said "$3"
}
missing "comment" "# names" "tree/# names: cannot open the source: No such file or directory; a list has no comments: # begins a name"
# shellcheck disable=SC2088 # that it is not replaced is the point
missing "home" "~/one" "~ is not replaced in a list"
missing "blank" "one " "tree/one : cannot open the source: No such file or directory; the name ends with a blank"
missing "plain" "no" "tree/no: cannot open the source: No such file or directory; check that the path exists on this host"

# ---- nothing ----

: >empty
printf '\n\r\n' >blank
for list in empty blank; do
    copy 2 --files-from "$list" tree "$list.%r"
    check "$list list: every rank exits with 0" every_rank 0
    check "$list list: an empty directory" [ -d "$list.1" -a -z "$(ls -A "$list.1")" ]
    copy 2 --files-from "$list" tree/one "file.%r"
    check "$list list: SRC must be a directory" said "tree/one: is not a directory"
    check "$list list: nothing of it is copied" absent file.0 file.1
done
copy 2 --files-from list nowhere "refused.%r"
check "SRC is not there: said once" said_once "nowhere: cannot open the source: No such file or directory"
copy 2 --files-from nothing tree refused.%r
check "no list: it is named" said "nothing: cannot open the list of files: No such file or directory"
copy 2 --files-from tree tree refused.%r
check "a directory as a list: it is named" said "tree: cannot read the list of files: Is a directory; name a file"
check "nothing was copied" absent refused.0 refused.1

finish
