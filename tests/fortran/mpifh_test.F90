! SPDX-License-Identifier: BSD-3-Clause
!> All calls with the handles of mpif.h.
#define HANDLE(name) integer
#define VALUE(handle) handle
program calls_test
    use, intrinsic :: iso_fortran_env, only: int8, real64
    use fanout
    use hosts
    use tap
    implicit none
    include 'mpif.h'
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
