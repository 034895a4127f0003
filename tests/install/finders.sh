#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What `make install` installs for others to find it: CMake's package, the modulefile, the completion of bash. The installed
# tree has been moved, and all is found relative to it.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"
# shellcheck source=tests/common/mpi-env.sh
. "$top_srcdir/tests/common/mpi-env.sh"

if nm -D "${top_builddir:?}/.libs/libfanout.so" | grep -qE '__(asan|tsan|ubsan|sanitizer)_'; then
    echo "1..0 # SKIP the libraries are built with sanitizers, which programs would need too"
    exit 0
fi

mkdir 'moved tree'
cp -r "$top_builddir/tests/installed/." 'moved tree'
bin=$(dirname "$(find "$PWD/moved tree" -name fanout-copy -path '*/bin/*')")
prefix=${bin%/bin}
libdir=$(dirname "$(find "$prefix" -name libfanout.so)")
cmake_files=$(dirname "$(find "$prefix" -name fanoutConfig.cmake)")
part=$(find "$cmake_files" -name 'fanout-*.cmake')
soname=$(basename "$part" .cmake)
soname=${soname#fanout-}

# ---- CMake

# configure_project [OPTION...]: in a folder of its own each time.
configure_project() {
    rm -rf project-build
    cmake -S project -B project-build "-DCMAKE_PREFIX_PATH=$prefix" "-DMPI_C_COMPILER=$(type -P "${MPICC%% *}")" "$@" >out 2>err
}
# refuses MESSAGE [OPTION...]
refuses() {
    ! configure_project "${@:2}" && tr -s ' \n' ' ' <err | grep -qF -- "$1"
}
launch() {
    # shellcheck disable=SC2086 # MPIRUN is a command with arguments
    timeout -k 5 100 $MPIRUN -np 2 "$@" >out 2>err </dev/null
}
build_project() {
    cmake --build project-build >out 2>err
}

# add_component COMPONENT PROGRAM: the project has that program, too, which needs the component.
add_component() {
    cat >>project/CMakeLists.txt <<END
find_package(fanout REQUIRED COMPONENTS $1)
add_executable($2 $2.c)
target_link_libraries($2 fanout::$1)
END
    check "CMake: component $1 is configured" configure_project
    check "CMake: and built" build_project
}

check_cmake() {
    mkdir project
    cp "$top_srcdir"/examples/{bcast,copy,open}.c project/
    cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.13)
project(example C)
find_package(fanout 0.2 REQUIRED)
add_executable(bcast bcast.c)
target_link_libraries(bcast fanout::fanout)
END
    check "CMake: a project of five lines is configured" configure_project
    check "CMake: and built" build_project
    check "CMake: and runs" launch project-build/bcast
    check "CMake: it has the moved library" grep -qF "=> $libdir/libfanout.so.0" <(ldd project-build/bcast)

    add_component hdf5 open
    "$top_builddir/bench/make-field" field.h5 2M
    launch project-build/open field.h5 /temperature
    check "CMake: and reads a file" [ "$(grep -c 'the mean of /temperature is 288' out)" = 2 ]

    add_component copy copy
    launch project-build/copy field.h5 "$PWD/field.%r"
    check "CMake: and copies a file" cmp field.h5 field.1

    sed -i 's/COMPONENTS hdf5/COMPONENTS bogus/; /COMPONENTS copy/d; /copy/d' project/CMakeLists.txt
    check "CMake: another component is an error" refuses "fanout has no component bogus; it has copy, fanout and hdf5"
    sed -i '/^find_package(fanout REQUIRED/d; /open/d; s/fanout 0.2/fanout 99/' project/CMakeLists.txt
    check "CMake: a version that it is not" refuses 'compatible with requested version "99"'
    sed -i 's/fanout 99/fanout 0.1...0.9/' project/CMakeLists.txt
    check "CMake: a range of versions" configure_project
    sed -i 's/fanout 0.1...0.9/fanout 0.0...0.1/' project/CMakeLists.txt
    check "CMake: a range that it is not in" refuses "compatible with requested version range"
    sed -i 's/fanout 0.0...0.1/fanout/; s/example C/example CXX/; s/bcast\.c/bcast.cc/' project/CMakeLists.txt
    sed 's/^#include <mpi.h>//' project/bcast.c >project/bcast.cc
    # ccache has a link by that name also where there is no compiler.
    if echo 'int main() {}' | c++ -x c++ -fsyntax-only - 2>err; then
        check "CMake: a project in C++" configure_project "-DMPI_CXX_COMPILER=$(type -P "mpicxx.$MPI_VENDOR" mpicxx | head -n 1)"
    else
        skip "CMake: a project in C++" "there is no C++ compiler"
    fi
    sed -i 's/example CXX/example NONE/' project/CMakeLists.txt
    check "CMake: a project in neither" refuses "fanout needs a project in C or C++"
    sed -i 's/example NONE/example C/; s/bcast\.cc/bcast.c/' project/CMakeLists.txt

    # The compiler itself is that of MPI.
    check "CMake: with CC=mpicc" env CC="$(type -P "${MPICC%% *}")" cmake -S project -B cc-build "-DCMAKE_PREFIX_PATH=$prefix"
    mv "$part" "$cmake_files/fanout-libmpi.so.1.cmake"
    check "CMake: of another MPI library only: an error" \
        refuses "fanout is installed for libmpi.so.1, and the MPI library of this project is '/"
    cp "$cmake_files/fanout-libmpi.so.1.cmake" "$part"
    check "CMake: of several, the one that fits" configure_project
    check "CMake: one that is asked for" configure_project -Dfanout_MPI=libmpi.so.1
    check "CMake: one that is not there" \
        refuses " and $soname, not for libx.so.1 (fanout_MPI)" -Dfanout_MPI=libx.so.1
}

if command -v cmake >/dev/null; then
    check_cmake
else
    skip "CMake" "cmake is not installed"
fi

# ---- the modulefile

modulefile=$(find "$prefix" -path '*/modulefiles/fanout/*' -type f)
cat >read.tcl <<'END'
# The commands of Environment Modules that the file uses.
proc module-whatis {text} { puts "whatis $text" }
proc conflict {name} { puts "conflict $name" }
proc prepend-path {name value} { puts "$name=$value" }
set ModulesCurrentModulefile [lindex $argv 0]
source $ModulesCurrentModulefile
ModulesHelp
END
read_module() {
    tclsh read.tcl "$1" >out 2>err
}
# sets NAME=VALUE
sets() {
    grep -qxF -- "$1" out
}
if command -v tclsh >/dev/null; then
    check "modulefile: Tcl reads it" read_module "$modulefile"
    check "modulefile: its help names the MPI library" grep -q "for the MPI library $soname" err
    for setting in "PATH=$bin" "LD_LIBRARY_PATH=$libdir" "LIBRARY_PATH=$libdir" "CPATH=$prefix/include" \
        "PKG_CONFIG_PATH=$libdir/pkgconfig" "CMAKE_PREFIX_PATH=$prefix" "MANPATH=$prefix/share/man:"; do
        check "modulefile: ${setting%%=*}" sets "$setting"
    done
    mkdir -p modules/fanout
    ln -s "$modulefile" modules/fanout/mine
    check "modulefile: Tcl reads a link to it" read_module modules/fanout/mine
    check "modulefile: it says the same" sets "PATH=$bin"
else
    skip "modulefile" "tclsh is not installed"
fi
modules=/usr/share/modules/init/bash
load_module() {
    bash -c '. "$1" && module use "$2" && module load fanout && fanout-info --version && man -w fanout_bcast && man -w ls' \
        load "$modules" "${modulefile%/fanout/*}" >out 2>err
}
if [ -e $modules ] && command -v man >/dev/null; then
    check "module load fanout: its programs and manual pages, and those of others" load_module
    check "module load: the moved tree's" grep -qF "$prefix/share/man/man3/fanout_bcast.3" out
else
    skip "module load fanout" "environment-modules or man-db is not installed"
fi

# ---- completion

completions=$prefix/share/bash-completion/completions
# complete_words WORD...: what bash offers for the last word, a line each.
complete_words() {
    LD_LIBRARY_PATH=$libdir PATH=$bin:$PATH bash -uc '
        . "$1/$2" || exit 1
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        function=$(complete -p "$1" | sed "s/.*-F \([^ ]*\).*/\1/")
        "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' complete "$completions" "$@" >out 2>err
}
offers() {
    grep -qxF -e "$1" out
}
for program in "$bin"/*; do
    name=$(basename "$program")
    check "completion: $name has a file" [ -e "$completions/$name" ]
    complete_words "$name" --
    check "completion: $name --" offers --help
    check "completion: of $name gives no error" [ ! -s err ]
done
complete_words fanout-copy --exc
check "completion: an option with a value" [ "$(cat out)" = --exclude= ]
complete_words fanout-copy -
check "completion: short options" offers -a
complete_words fanout-plan --bytes
check "completion: with a short form before it" offers --bytes=
complete_words fanout-mdc d
check "completion: a command of fanout-mdc" [ "$(cat out)" = decode ]
complete_words fanout-copy fie
check "completion: names of files are left to bash" [ ! -s out -o "$(cat out)" = "" ]
ARGP_HELP_FMT=opt-doc-col=10,long-opt-col=1 complete_words fanout-copy --exc
check "completion: whatever format the user has for --help" [ "$(cat out)" = --exclude= ]
complete_words fanout-preload fanout-cop
check "completion: fanout-preload completes a program" offers fanout-copy
finish
