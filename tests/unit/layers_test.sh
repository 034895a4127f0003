#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# layers.sh, on a copy of the tree in which one rule after the other is broken, says which file breaks it.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

tree=$work/tree
mkdir "$tree"
cp -r "$top_srcdir"/{src,include,tests,bench,examples,doc} "$tree"
chmod -R u+w "$tree"

rules=$top_srcdir/tests/unit/layers.sh

layers() {
    top_srcdir=$tree bash "$rules" >out 2>err
}

# complains TEXT...: layers.sh fails and says all of this.
complains() {
    local text
    ! layers || return 1
    for text; do
        grep -qF -- "$text" out || return 1
    done
}

# broken RULE FILE TEXT...: FILE is changed now; what layers.sh says of it contains the texts. Then FILE is as before.
broken() {
    check "$1" complains "${@:3}"
    rm -rf "${tree:?}/$2"
    [ ! -e "$top_srcdir/$2" ] || cp -r "$top_srcdir/$2" "$tree/$2"
}

append() {
    printf '%s\n' "${@:2}" >>"$tree/$1"
}

# first FOLDER: a C file of it, whatever its name is.
first() {
    local files=("$top_srcdir/$1"/*.c)
    echo "$1/${files[0]##*/}"
}

check "the tree as it is passes" layers

array=src/base/array.h
append $array '#include "engine/engine.h"'
broken "an include that goes upwards" $array "$array includes engine/engine.h; src/base/README.md does not permit it"

append $array '#include <mpi.h>'
broken "mpi.h where it is not permitted" $array "$array includes <mpi.h>"

sed -i 's/^May include: nothing/May include: tune/' "$tree/src/base/README.md"
broken "two folders that may include each other" src/base "folders include each other in no circle" "# base" "# tune"

append $array '#include "base/file.h"'
append src/base/file.h '#include "base/array.h"'
check "two files that include each other" complains "# base/array" "# base/file"
cp "$top_srcdir"/src/base/{array,file}.h "$tree/src/base/"

program=$(first src/tools/bench)
append "$program" '#include "tools/plan/options.h"'
broken "a program that includes another" "$program" "no program includes the folder of another" "$program:"

rm "$tree/src/base/README.md"
broken "a folder without README" src/base/README.md "src/base has no README.md"

append src/base/README.md 1 2 3 4 5 6 7 8 9 10
broken "a long README" src/base/README.md "src/base/README.md has more than 10 lines"

sed -i '/^Names:/d' "$tree/src/base/README.md"
broken "a README without rules" src/base/README.md "src/base/README.md lacks a line"

sed -i 's/^Names: /&fan_params, /' "$tree/src/base/README.md"
broken "a prefix of two folders" src/base/README.md "fan_params is claimed by src/base and by src/tune"

append $array 'int fan_engine_count(void);'
broken "a name with the prefix of another folder" $array \
    "$array declares fan_engine_count, and src/engine has the prefix fan_engine"

append $array 'int fan_nobodys(void);'
broken "a name with the prefix of no folder" $array "$array declares fan_nobodys, and no folder has such names"

sed -i 's/^#include "config.h"/#include <stdio.h>/' "$tree/src/base/array.c"
broken "a file that does not begin with config.h" src/base/array.c "src/base/array.c begins with #include <stdio.h>"

seq -f '/* %g */' 450 >>"$tree/$array"
broken "a long file" $array "$array has 4" " lines"

touch "$tree"/src/base/file{1..20}.txt
broken "a full folder" src/base "src/base has "

engine=$(first src/engine)
append "$engine" 'int f(void) { return MPI_Send(NULL, 0, MPI_INT, 0, 0, MPI_COMM_WORLD); }'
broken "a send outside of engine/mpi" "$engine" "only engine/mpi sends and receives" "$engine:"

call=$(first src/lib/api)
append "$call" 'int f(void) { return MPI_Bcast(NULL, 0, MPI_INT, 0, MPI_COMM_WORLD); }'
broken "MPI_Bcast in the library" "$call" "the library does not come to the shim" "$call:"

check "the tree passes again" layers
finish
