! SPDX-License-Identifier: BSD-3-Clause
! bcast: rank 0 has 16 MiB, all ranks get them.
!
!     mpif90 bcast.f90 $(pkg-config --cflags --libs fanout-fortran) -o bcast
!     mpirun -np 4 ./bcast
program bcast
    use mpi_f08
    use fanout
    implicit none
    integer, parameter :: count = 2 * 1024 * 1024
    double precision, allocatable :: values(:)
    integer :: rank

    call MPI_Init()
    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    allocate (values(count))
    values = merge(1d0, 0d0, rank == 0)

    ! Instead of MPI_Bcast, with the same arguments.
    call fanout_bcast(values, count, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD)

    print "(a, i0, a, i0)", "rank ", rank, ": the sum is ", nint(sum(values))
    call MPI_Finalize()
end program
