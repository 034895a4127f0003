! SPDX-License-Identifier: BSD-3-Clause
! The same as bcast_mpifh.f through `use mpi_f08`, without the optional ierror, and with an array section.
program bcast
    use mpi_f08
    implicit none
    integer, parameter :: n = 262144
    integer, target :: a(n)
    integer :: small(2), rank, i, wrong, worst
    type(MPI_Request) :: request
    type(MPI_Datatype) :: absolute
    integer(MPI_ADDRESS_KIND) :: where

    call MPI_Init()
    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    wrong = 0
    do i = 1, 2
        small = merge(7, 0, rank == 0)
        call MPI_Bcast(small, 2, MPI_INTEGER, 0, MPI_COMM_WORLD)
        if (any(small /= 7)) wrong = 1
    end do

    call fill(rank == 1, 1)
    call MPI_Bcast(a, n, MPI_INTEGER, 1, MPI_COMM_WORLD)
    call look(1)

    call fill(rank == 0, 2)
    call MPI_Get_address(a, where)
    call MPI_Type_create_hindexed(1, [n], [where], MPI_INTEGER, absolute)
    call MPI_Type_commit(absolute)
    call MPI_Bcast(MPI_BOTTOM, 1, absolute, 0, MPI_COMM_WORLD)
    call look(2)
    call MPI_Type_free(absolute)

    call fill(rank == 0, 3)
    call MPI_Ibcast(a, n, MPI_INTEGER, 0, MPI_COMM_WORLD, request)
    call MPI_Wait(request, MPI_STATUS_IGNORE)
    call look(3)

    call MPI_Reduce(wrong, worst, 1, MPI_INTEGER, MPI_MAX, 0, MPI_COMM_WORLD)
    if (rank == 0) print '(a)', merge('right', 'wrong', worst == 0)
    call MPI_Finalize()

contains

    subroutine fill(has, salt)
        logical, intent(in) :: has
        integer, intent(in) :: salt
        integer :: j
        a = merge([(1000 * j + salt, j = 1, n)], 0, has)
    end subroutine

    subroutine look(salt)
        integer, intent(in) :: salt
        integer :: j
        if (any(a /= [(1000 * j + salt, j = 1, n)])) wrong = 1
    end subroutine
end program
