! SPDX-License-Identifier: BSD-3-Clause
! The same as bcast_mpifh.f through `use mpi`, without MPI_BOTTOM.
program bcast
    use mpi
    implicit none
    integer, parameter :: n = 262144
    integer :: a(n), small(2), rank, request, ierr, i, wrong, worst

    call MPI_Init(ierr)
    call MPI_Comm_rank(MPI_COMM_WORLD, rank, ierr)
    wrong = 0
    do i = 1, 2
        small = merge(7, 0, rank == 0)
        call MPI_Bcast(small, 2, MPI_INTEGER, 0, MPI_COMM_WORLD, ierr)
        if (ierr /= MPI_SUCCESS .or. any(small /= 7)) wrong = 1
    end do
    do i = 1, 2
        a = merge([(1000 * i + rank, i = 1, n)], 0, rank == 1)
        call MPI_Bcast(a, n, MPI_INTEGER, 1, MPI_COMM_WORLD, ierr)
        if (ierr /= MPI_SUCCESS .or. any(a /= [(1000 * i + 1, i = 1, n)])) wrong = 1
    end do
    a = merge([(1000 * i, i = 1, n)], 0, rank == 0)
    call MPI_Ibcast(a, n, MPI_INTEGER, 0, MPI_COMM_WORLD, request, ierr)
    call MPI_Wait(request, MPI_STATUS_IGNORE, ierr)
    if (any(a /= [(1000 * i, i = 1, n)])) wrong = 1

    call MPI_Reduce(wrong, worst, 1, MPI_INTEGER, MPI_MAX, 0, MPI_COMM_WORLD, ierr)
    if (rank == 0) print '(a)', merge('right', 'wrong', worst == 0)
    call MPI_Finalize(ierr)
end program
