! SPDX-License-Identifier: BSD-3-Clause
!> All calls with the handles of `use mpi_f08`.
#define HANDLE(name) type(name)
#define VALUE(handle) handle%MPI_VAL
program calls_test
    use mpi_f08
    use, intrinsic :: iso_fortran_env, only: int8, real64
    use fanout
    use hosts
    use tap
    implicit none
#include "data.inc"
    call tap_begin()
    call test_broadcasts()
    call test_sections()
    call test_errors()
    call test_requests()
    call test_communicators()
    call test_streams()
    call tap_end()
contains
#include "broadcasts.inc"
#include "sections.inc"
#include "errors.inc"
#include "requests.inc"
#include "communicators.inc"
#include "streams.inc"
end program
