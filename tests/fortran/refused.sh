#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the module refuses at compile time: buffers that cannot receive, or of which the compiler would pass a copy, and
# arguments of kinds that do not fit together.
# shellcheck disable=SC2317 # functions are called by way of check
# shellcheck source=tests/common/tap.sh
. "${top_srcdir:?}/tests/common/tap.sh"

if [ ! -e "${top_builddir:?}/libfanout_fortran.la" ]; then
    echo "1..0 # SKIP the Fortran module is not built"
    exit 0
fi

# source MODULE STATEMENT: a program with that statement.
source_of() {
    cat <<END
program test
    use $1
    use fanout
    implicit none
    integer :: a(100), places(3) = [1, 5, 2]
    integer, parameter :: constant(3) = 7
    type(fanout_request) :: request
    $2
contains
    subroutine give(offset, piece, bytes)
        integer(MPI_COUNT_KIND), intent(in) :: offset, bytes
        integer, intent(out) :: piece(bytes)
        piece = int(offset)
    end subroutine
end program
END
}

# compiles MODULE STATEMENT
compiles() {
    source_of "$1" "$2" >test.f90
    # shellcheck disable=SC2086 # MPIFC is a command with arguments
    ${MPIFC:?} -I"$top_builddir/src/fortran" -c -o test.o test.f90 >out 2>err
}

# refuses MODULE STATEMENT MESSAGE: an error in that statement, for that reason.
refuses() {
    ! compiles "$1" "$2" && grep -qF -- "$2" err && grep -qE -- "$3" err
}

no="no specific subroutine for the generic"
for module in mpi mpi_f08; do
    # accept TEXT STATEMENT: so that what is refused below is refused for its one difference.
    accept() {
        check "$module: $1 is compiled" compiles "$module" "$2"
    }
    # refuse TEXT STATEMENT MESSAGE
    refuse() {
        check "$module: $1 is refused" refuses "$module" "$2" "$3"
    }
    accept "an array" "call fanout_bcast(a, 3, MPI_INTEGER, 0, MPI_COMM_WORLD)"
    accept "a section" "call fanout_ibcast(a(::7), 3, MPI_INTEGER, 0, MPI_COMM_WORLD, request)"
    accept "MPI_BOTTOM" "call fanout_bcast(MPI_BOTTOM, 3, MPI_INTEGER, 0, MPI_COMM_WORLD)"
    accept "a large count" "call fanout_bcast(a, 3_MPI_COUNT_KIND, MPI_INTEGER, 0, MPI_COMM_WORLD)"

    for call in "bcast:" "ibcast:, request" "bcast_init:, MPI_INFO_NULL, request"; do
        name=fanout_${call%%:*} rest="3, MPI_INTEGER, 0, MPI_COMM_WORLD${call#*:})"
        accept "$name" "call $name(a(1:3), $rest"
        refuse "$name: an expression" "call $name(a + 1, $rest" "$no"
        refuse "$name: an array in parentheses" "call $name((a), $rest" "$no"
        refuse "$name: a constant" "call $name(constant, $rest" "$no"
        refuse "$name: a section with a vector subscript" "call $name(a(places), $rest" "$no"
    done
    refuse "fanout_bcast_c with a small count" "call fanout_bcast_c(a, 3, MPI_INTEGER, 0, MPI_COMM_WORLD)" "$no"
    refuse "a buffer with no count" "call fanout_bcast(a, MPI_INTEGER, 0, MPI_COMM_WORLD)" "$no"
    refuse "fanout_ibcast without a request" "call fanout_ibcast(a, 3, MPI_INTEGER, 0, MPI_COMM_WORLD)" "$no"
    refuse "a source with other arguments" \
        "call fanout_stream(8_MPI_COUNT_KIND, give, root=0, comm=MPI_COMM_WORLD, info=MPI_INFO_NULL)" "$no|mismatch"
done
check "mpi_f08: handles of both kinds in one call are refused" refuses mpi_f08 \
    "call fanout_bcast(a, 3, MPI_INTEGER%MPI_VAL, 0, MPI_COMM_WORLD)" "$no"
check "mpi_f08: a request of MPI is refused" refuses mpi_f08 "call fanout_wait(MPI_REQUEST_NULL)" "Type mismatch"
finish
