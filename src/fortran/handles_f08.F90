! SPDX-License-Identifier: BSD-3-Clause
!> The calls with the handles of `use mpi_f08`.
#define HANDLE(name) type(name)
module fanout_handles_f08
    use mpi_f08, only: MPI_COUNT_KIND, MPI_Comm, MPI_Datatype, MPI_Info, MPI_Request
#include "calls.inc"
end module
