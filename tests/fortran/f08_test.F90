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
#include "calls.inc"
end program
