! SPDX-License-Identifier: BSD-3-Clause
!> All calls with the handles of `use mpi`.
#define HANDLE(name) integer
#define VALUE(handle) handle
program calls_test
    use mpi
    use, intrinsic :: iso_fortran_env, only: int8, real64
    use fanout
    use hosts
    use tap
    implicit none
#include "calls.inc"
end program
