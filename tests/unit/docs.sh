#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The documents: what they name exists, their lines are short, README.md names the packages that are needed, and each public
# function has a manual page that names all its parameters.
# shellcheck disable=SC2317 # functions are called by way of verdict
# shellcheck source=tests/unit/files.sh
. "${top_srcdir:-.}/tests/unit/files.sh"

# Ours only: build folders may have copies.
mapfile -t documents < <(find . -name .git -prune -o -name 'build*' -prune -o -name 'libfanout-[0-9]*' -prune -o \
    -name '*.md' -printf '%P\n' | sort)
mapfile -t pages < <(find doc/man1 doc/man3 -name '*.[13]' | sort)

# A path may be a pattern. ROOM and NAME in it stand for something.
dead_paths() {
    local file path
    grep -noE '(^|[^A-Za-z0-9_./-])(src|tests|bench|doc|include|examples)/[A-Za-z0-9_.*/-]*[A-Za-z0-9_*/]' "$@" |
        sed -E 's/:[0-9]+:[^A-Za-z]?/ /' | sort -u | while read -r file path; do
        [[ $path =~ (ROOM|NAME) ]] || compgen -G "$path" >/dev/null || is_built "$path" || echo "$file names $path"
    done
}

# is_built PATH: a program of a source file that is here, or that program on some ranks.
is_built() {
    local program=${1%.mpi}
    [[ -f $program.c || -f ${program%-[0-9]*}.c ]]
}

dead_links() {
    local file target
    for file in "${documents[@]}"; do
        grep -oE '\]\([^)#]+' "$file" | sed 's/^](//' | grep -v '^https\?:' | while read -r target; do
            [ -e "$(dirname "$file")/$target" ] || echo "$file links to $target"
        done
    done
}

# long_lines WIDTH FILE...: those above so many characters. Tables cannot be wrapped.
long_lines() {
    LC_ALL=C.UTF-8 awk -v width="$1" 'length($0) > width && !/^\|/ { print FILENAME ":" FNR " has " length($0) " columns" }' "${@:2}"
}

readme_is_short() {
    [ "$(wc -l <README.md)" -le 150 ] || echo "README.md has more than 150 lines"
    LC_ALL=C.UTF-8 awk 'length($0) > 100 { print FILENAME ":" FNR " has " length($0) " columns" }' README.md
}

# packages_of_readme: those that it lists, a line each. A list ends with a full stop.
packages_of_readme() {
    tr '\n' ' ' <README.md | grep -oE 'Debian packages: [^.]*\.' | sed 's/^Debian packages: //; s/\.$//' | tr ' ' '\n' | sort
}

packages_of_quickstart() {
    sed -n '/^packages=(/,/)/p' quickstart | sed 's/^packages=(//; s/)$//' | tr -s ' \n' '\n' | sort
}

packages_differ() {
    diff <(packages_of_quickstart) <(packages_of_readme) |
        sed -n 's/^< \(.*\)/README.md does not name the package \1/p; s/^> \(.*\)/quickstart does not install \1/p'
}

# Libraries that configure wants, of which Debian's packages do not know that they need them to build.
libraries_not_in_control() {
    packages_of_quickstart | grep -E -- '-dev$|^check$' | grep -vx libc6-dev | while read -r package; do
        sed -n '/^Build-Depends:/,/^$/p' packaging/debian/control | grep -qx " $package," ||
            echo "packaging/debian/control: Build-Depends does not name $package"
    done
}

# prototypes: a line "NAME PARAMETER..." for each function that the headers declare.
prototypes() {
    cat include/*.h | tr '\n' ' ' | grep -oE 'FANOUT_EXPORT [^;{#]*\);' | while read -r declaration; do
        [[ $declaration =~ (fanout_[a-z0-9_]+)\((.*)\)\; ]] || continue
        printf '%s' "${BASH_REMATCH[1]}"
        printf '%s\n' "${BASH_REMATCH[2]}" | tr ',' '\n' | sed -E 's/.*[ *]([a-z_0-9]+) *$/\1/; /^ *void *$/d' | tr '\n' ' ' |
            sed 's/^/ /'
        echo
    done
}

# page_of FUNCTION: its manual page, or that which it is an alias of.
page_of() {
    local page=doc/man3/$1.3
    [ -f "$page" ] || page=doc/man3/$(sed -n '1s|^\.so man3/||p' "doc/man3/alias/$1.3" 2>/dev/null)
    [ -f "$page" ] && echo "$page"
}

functions_without_page() {
    local name parameters parameter page
    prototypes | while read -r name parameters; do
        if ! page=$(page_of "$name"); then
            echo "$name has no manual page"
            continue
        fi
        grep -qE "^\.BI? \"?.*[ *]$name\(" "$page" || echo "$page has no synopsis of $name"
        sed -n '/^\.SH NAME/{n;p}' "$page" | grep -qw "$name" || echo "$page does not name $name in NAME"
        for parameter in $parameters; do
            sed '1,/^\.SH DESCRIPTION/d' "$page" | grep -qw "$parameter" || echo "$page does not describe $parameter of $name"
        done
    done
}

pages_not_installed() {
    local page
    for page in "${pages[@]}"; do
        grep -qwF "$page" doc/Makefile.inc || echo "doc/Makefile.inc does not list $page"
    done
}

page_warnings() {
    local page
    for page in "${pages[@]}"; do
        [[ $page == */alias/* ]] || LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l -Tutf8 "$page" 2>&1 >/dev/null | sed "s|^|$page: |"
    done
}

verdict "paths that documents name exist" dead_paths "${documents[@]}" "${pages[@]}"
verdict "links between documents work" dead_links
verdict "README.md has at most 150 lines of 100 columns" readme_is_short
verdict "README.md names the packages that quickstart installs" packages_differ
verdict "packaging/debian/control names the libraries that quickstart installs" libraries_not_in_control
verdict "doc/design has lines of at most 80 columns" long_lines 80 doc/design/*.md
verdict "each public function has a manual page that describes its parameters" functions_without_page
verdict "each manual page is installed" pages_not_installed
if command -v man >/dev/null && man --version >/dev/null 2>&1; then
    verdict "manual pages give no warnings" page_warnings
else
    checks=$((checks + 1))
    echo "ok $checks - manual pages give no warnings # SKIP there is no man"
fi
finish
