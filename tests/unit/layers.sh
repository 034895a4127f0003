#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The layers of the design: who may include what, and who may send messages.
set -u
cd "${top_srcdir:-.}/src" || exit 99

checks=0
failures=0

# forbid TEXT PATTERN PATH...: no line of C under the paths that exist may match.
forbid() {
    local text=$1 pattern=$2 path paths=() found
    shift 2
    for path in "$@"; do
        [ ! -e "$path" ] || paths+=("$path")
    done
    checks=$((checks + 1))
    if [ "${#paths[@]}" -eq 0 ]; then
        echo "ok $checks - $text # SKIP there is none of: $*"
        return
    fi
    found=$(grep -rnE --include='*.[ch]' --include='*.def' "$pattern" "${paths[@]}" | grep -v "${allowed:-^$}")
    if [ -z "$found" ]; then
        echo "ok $checks - $text"
    else
        failures=$((failures + 1))
        echo "not ok $checks - $text"
        printf '%s\n' "$found" | sed 's/^/# /'
    fi
}

include='#[[:space:]]*include[[:space:]]*'
call='P?MPI_(I?[bsr]?send|Send|Ssend|Bsend|Rsend|I?m?recv|Recv|Mrecv|I?sendrecv|Sendrecv)(_init|_replace)?(_c)?[[:space:]]*\('

forbid "base, tune and plan know no MPI" "${include}[<\"](mpi|fanout)\.h" base tune plan trace
forbid "base, tune and plan include nothing above them" "${include}\"(engine|lib|copy|tools|pmpi|hdf5)/" base tune plan trace
forbid "base and tune do not include plan" "${include}\"plan/" base tune
forbid "base does not include tune" "${include}\"tune/" base
forbid "the engine knows schedules, no algorithm" "${include}\"plan/(algorithms/|planner\.h)" engine
forbid "the engine does not include the library" "${include}\"lib/" engine
# A send to MPI_PROC_NULL asks MPI what it thinks of the arguments. When the transport is stuck, ranks tell each other;
# and a trace goes to rank 0 while nothing is broadcast.
allowed='^engine/mpi_\(transport\|stall\|trace\)\.c:\|MPI_PROC_NULL' forbid "only the MPI transport sends and receives" "$call" engine lib
forbid "the library does not come to the shim by its own broadcasts" '(^|[^P])MPI_I?[Bb]cast(_init)?(_c)?[[:space:]]*\(' engine lib
forbid "programs and the shim include no internals of the library" "${include}\"(engine|lib)/" copy tools pmpi hdf5
forbid "libfanout_hdf5 includes the public headers and base only" "${include}\"(engine|lib|plan|tune|copy|tools|pmpi)/" hdf5

echo "1..$checks"
exit $((failures > 0))
