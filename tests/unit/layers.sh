#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The rules of the house. Each folder of src has a README.md with the lines
#   May include: FOLDER, ..., <HEADER>, ...    of src, and of the headers mpi.h, hdf5.h, fanout*.h ("nothing": none)
#   Names: PREFIX, ...                         with which what its headers declare begins
# and this test holds the code against them.
# shellcheck disable=SC2317 # functions are called by way of verdict
# shellcheck source=tests/unit/files.sh
. "${top_srcdir:-.}/tests/unit/files.sh"

folders=$(find src -name '*.[ch]' -printf '%h\n' | sort -u)

# words FOLDER LINE: what a line of its README lists, a word a line.
words() {
    sed -n "s/^$2: //p" "$1/README.md" 2>/dev/null | tr -d ' ' | tr ',' '\n' | grep -v '^nothing$'
}

# includes FILE...: FILE INCLUDED, for headers of ours and those that the rules are about.
includes() {
    awk '/^#[ \t]*include[ \t]*["<]/ {
        name = $0
        sub(/^#[ \t]*include[ \t]*["<]/, "", name)
        sub(/[">].*/, "", name)
        print FILENAME, name
    }' "$@"
}

readmes() {
    local folder
    for folder in $folders; do
        if [ ! -f "$folder/README.md" ]; then
            echo "$folder has no README.md"
        elif [ "$(wc -l <"$folder/README.md")" -gt 10 ]; then
            echo "$folder/README.md has more than 10 lines"
        elif ! grep -q '^May include: .' "$folder/README.md" || ! grep -q '^Names: .' "$folder/README.md"; then
            echo "$folder/README.md lacks a line 'May include:' or 'Names:'"
        fi
    done
}

forbidden_includes() {
    local folder file name allowed
    for folder in $folders; do
        allowed=" $(words "$folder" 'May include' | tr '\n' ' ') "
        includes "$folder"/*.[ch] | while read -r file name; do
            case $name in
            mpi.h | hdf5.h | fanout.h | fanout_mdc.h | fanout_copy.h | fanout_hdf5.h)
                [[ $allowed == *" <$name> "* ]] || echo "$file includes <$name>; $folder/README.md does not permit it"
                ;;
            */*)
                [ -f "src/$name" ] || continue
                [ "src/${name%/*}" = "$folder" ] || [[ $allowed == *" ${name%/*} "* ]] ||
                    echo "$file includes $name; $folder/README.md does not permit it"
                ;;
            esac
        done
    done
}

# circles: what tsort says of the pairs "user used" on standard input.
circles() {
    tsort 2>&1 >/dev/null | sed 's/^tsort: //' | grep -v '^-: input contains a loop'
}

folder_circles() {
    local folder
    for folder in $folders; do
        words "$folder" 'May include' | grep -v '^<' | sed "s|^|${folder#src/} |"
    done | circles
}

# A .c file and its header are one: a header must not need what needs it.
file_circles() {
    find src -name '*.[ch]' -exec awk '/^#[ \t]*include[ \t]*"/ { split($0, part, "\""); print FILENAME, part[2] }' {} + |
        sed 's|^src/||; s/\.[ch] / /; s/\.[ch]$//' | awk '$1 != $2' | circles
}

# No program knows the inside of another.
programs_apart() {
    local program
    for program in src/tools/*/ src/copy/; do
        program=${program#src/} program=${program%/}
        [ "$program" != tools/common ] || continue
        grep -rnE --include='*.[ch]' "#[ \t]*include[ \t]*\"$program/" src | grep -v "^src/$program/"
    done
}

# declared FILE...: FILE NAME for each function and type of ours that a header declares.
declared() {
    awk '
        /^(typedef )?(struct|enum|union) fan_[a-z0-9_]+ \{/ { sub(/^typedef /, ""); print FILENAME, $2 }
        /^typedef .*fan_[a-z0-9_]+;$/ { sub(/;$/, ""); sub(/^\*/, "", $NF); print FILENAME, $NF }
        /^typedef .*\(\*?fan_[a-z0-9_]+\)/ { match($0, /\(\*?fan_[a-z0-9_]+\)/); name = substr($0, RSTART + 1, RLENGTH - 2); sub(/^\*/, "", name); print FILENAME, name; next }
        /^[A-Za-z_].*[ *]fan_[a-z0-9_]+\(/ { match($0, /[ *]fan_[a-z0-9_]+\(/); print FILENAME, substr($0, RSTART + 1, RLENGTH - 2) }
        /^extern .*fan_[a-z0-9_]+(\[|;)/ { match($0, /fan_[a-z0-9_]+(\[|;)/); print FILENAME, substr($0, RSTART, RLENGTH - 1) }
    ' "$@"
}

prefixes() {
    local folder
    for folder in $folders; do
        words "$folder" Names | grep '^fan_' | sed "s|$| $folder|"
    done
}

shared_prefixes() {
    prefixes | sort | awk '$1 == last { print $1 " is claimed by " folder " and by " $2 } { last = $1; folder = $2 }'
}

# The longest prefix that fits says to which folder a name belongs.
foreign_names() {
    local headers
    mapfile -t headers < <(find src -name '*.h' | sort)
    declared "${headers[@]}" | awk '
        NR == FNR { owner[$1] = $2; next }
        {
            folder = $1
            sub(/\/[^\/]*$/, "", folder)
            best = ""
            for (prefix in owner)
                if (index($2, prefix) == 1 && length(prefix) > length(best))
                    best = prefix
            if (best == "" || owner[best] != folder)
                print $1 " declares " $2 ", and " (best == "" ? "no folder has such names" : owner[best] " has the prefix " best)
        }' <(prefixes) -
}

# Large files matter to every file: config.h says so, before any other header.
config_last() {
    find src tests bench -name '*.c' -exec awk '
        /^#[ \t]*include/ && !seen[FILENAME]++ && $0 != "#include \"config.h\"" { print FILENAME " begins with " $0 }' {} +
}

crowded() {
    find src tests bench doc include -name results -prune -o -type f -printf '%h\n' | sort | uniq -c | awk '$1 > 20 { print $2 " has " $1 " files" }'
    find src tests bench include examples -name results -prune -o -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 450 { print $2 " has " $1 " lines" }'
}

# forbid PATTERN PATH...: the lines of C there that match, but for those that match $allowed.
forbid() {
    grep -rnE --include='*.[ch]' --include='*.def' "$@" | grep -v "${allowed:-^$}"
}

call='P?MPI_(I?[bsr]?send|Send|Ssend|Bsend|Rsend|I?m?recv|Recv|Mrecv|I?sendrecv|Sendrecv)(_init|_replace)?(_c)?[[:space:]]*\('

verdict "each folder of src has a README of at most 10 lines with its rules" readmes
verdict "folders include what their README permits" forbidden_includes
verdict "folders include each other in no circle" folder_circles
verdict "files include each other in no circle" file_circles
verdict "no program includes the folder of another" programs_apart
verdict "a prefix of names belongs to one folder" shared_prefixes
verdict "names begin with a prefix of their folder" foreign_names
verdict "each file includes config.h first" config_last
verdict "no folder has more than 20 files, no file more than 450 lines" crowded
# A send to MPI_PROC_NULL asks MPI what it thinks of the arguments. When the transport is stuck, ranks tell each other;
# and a trace goes to rank 0 while nothing is broadcast.
allowed='^src/engine/mpi/\|MPI_PROC_NULL' verdict "only engine/mpi sends and receives" forbid "$call" src/engine src/lib
verdict "the library does not come to the shim by its own broadcasts" \
    forbid '(^|[^P])MPI_I?[Bb]cast(_init)?(_c)?[[:space:]]*\(' src/engine src/lib

finish
