! SPDX-License-Identifier: BSD-3-Clause
!> The calls with the handles of `use mpi` and mpif.h.
#define HANDLE(name) integer(c_int)
module fanout_handles_integer
    use mpi_f08, only: MPI_COUNT_KIND
#include "calls.inc"
end module
