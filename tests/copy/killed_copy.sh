# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced after common.sh by tests of --resume: what a killed copy has left, read from its files by other means than
# fanout-copy's own, and what is lacking.

block=$((256 << 10)) # pieces begin at multiples of it
journal_header=56
journal_record=40

# records JOURNAL: how many good ones it has, unless it was damaged.
records() {
    local bytes
    bytes=$(stat -c %s "$1" 2>/dev/null || echo 0)
    echo $((bytes < journal_header ? 0 : (bytes - journal_header) / journal_record))
}

# cmp_fails FILE FILE: they differ.
cmp_fails() {
    ! cmp -s "$1" "$2"
}

# looks_like SOURCE FILE: it has the source's size and time.
looks_like() {
    [ -f "$2" ] && [ "$(stat -c '%s %.9Y' "$1")" = "$(stat -c '%s %.9Y' "$2")" ]
}

# pieces_at SOURCE FILE: the offsets of the pieces that are there: all in a whole file, otherwise those in the journal.
pieces_at() {
    local stem=${2%/*}/.${2##*/}
    if looks_like "$1" "$2"; then
        seq 0 $block $(($(stat -c %s "$1") - 1))
    elif [ -e "$stem.fanout-part" ] && (($(records "$stem.fanout-journal") > 0)); then
        od -An -v -t d8 -w$journal_record -j$journal_header "$stem.fanout-journal" | awk 'NF == 5 { print $1 }' | sort -un
    fi
}

# file_lacking SOURCE FILE...: bytes of those pieces of the source that are not in all files.
file_lacking() {
    local source=$1 file
    shift
    for file; do
        pieces_at "$source" "$file"
    done | awk -v size="$(stat -c %s "$source")" -v block=$block -v copies=$# '
        { has[$1]++ }
        END {
            for (offset = 0; offset < size; offset += block)
                if (has[offset] < copies)
                    lacking += offset + block < size ? block : size - offset
            print lacking + 0
        }'
}

# tree_lacking SOURCE ROOT...: the same for the files of a tree; those called "hard" are other names of files. A root is the tree or, before it has its final name,
# its temporary directory.
tree_lacking() {
    local source=$1 sum=0 root name bytes
    shift
    while IFS=$'\t' read -r name bytes; do
        ((bytes > block)) && bytes=$(file_lacking "$source/$name" "${@/%//$name}")
        sum=$((sum + bytes))
    done < <(
        for root in "$source" "$@"; do
            find "$root" -type f -not -name hard -printf '%P\t%s\t%T@\n' 2>/dev/null
        done | sort | uniq -c | awk -v all=$(($# + 1)) '$1 < all { sub(/^ *[0-9]+ /, ""); print }' | cut -f 1,2 \
            | sort -u | while IFS=$'\t' read -r name bytes; do
                [ -f "$source/$name" ] && printf '%s\t%s\n' "$name" "$(stat -c %s "$source/$name")"
            done | sort -u
    )
    echo $sum
}

# sent: bytes that the last copy has sent, from its report.
sent() {
    sed -n 's/^ *"sent_bytes": \([0-9]*\),*$/\1/p' report
}

# describe TREE: names, kinds, sizes, modes, times and links of all that is in it.
describe() {
    (cd "$1" && find . -printf '%P %y %s %m %T@ %l\n' | awk '$2 == "d" { $3 = "" } { print }' | sort)
}

# same_trees SOURCE TREE...: all are like the source, in attributes and content.
same_trees() {
    local source=$1 tree
    shift
    for tree; do
        diff -r --no-dereference "$source" "$tree" && diff <(describe "$source") <(describe "$tree") || return 1
    done
}
