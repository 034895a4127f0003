! SPDX-License-Identifier: BSD-3-Clause
! A Fortran program that knows nothing of libfanout: MPI_Bcast of 16 MiB, and the limit, one message of the same bytes
! from rank 0 to rank 1, in turn. Prints the medians and their ratio; the data is checked.
program shim_ratio
    use mpi_f08
    implicit none
    integer, parameter :: n = 2 * 1024 * 1024, rounds = 5
    real(8), allocatable :: a(:)
    real(8) :: broadcast(rounds), limit(rounds)
    integer :: rank, i, j

    call MPI_Init()
    call MPI_Comm_rank(MPI_COMM_WORLD, rank)
    allocate(a(n))
    call one_broadcast(broadcast(1), 0) ! connections are made
    do i = 1, rounds
        call one_message(limit(i))
        call one_broadcast(broadcast(i), i)
    end do
    if (rank == 0) print '(a, f6.3, a, f6.3, a, f6.3)', 'limit ', median(limit), ' s, broadcast ', &
        median(broadcast), ' s, ratio ', median(broadcast) / median(limit)
    call MPI_Finalize()

contains

    subroutine one_message(seconds)
        real(8), intent(out) :: seconds
        real(8) :: start
        call MPI_Barrier(MPI_COMM_WORLD)
        start = MPI_Wtime()
        if (rank == 0) call MPI_Ssend(a, n, MPI_DOUBLE_PRECISION, 1, 0, MPI_COMM_WORLD)
        if (rank == 1) call MPI_Recv(a, n, MPI_DOUBLE_PRECISION, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE)
        call longest(start, seconds)
    end subroutine

    subroutine one_broadcast(seconds, salt)
        real(8), intent(out) :: seconds
        integer, intent(in) :: salt
        real(8) :: start
        a = merge([(real(j + salt, 8), j = 1, n)], -1d0, rank == 0)
        call MPI_Barrier(MPI_COMM_WORLD)
        start = MPI_Wtime()
        call MPI_Bcast(a, n, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD)
        call longest(start, seconds)
        if (any(a /= [(real(j + salt, 8), j = 1, n)])) then
            print '(a, i0)', 'wrong data on rank ', rank
            call MPI_Abort(MPI_COMM_WORLD, 1)
        end if
    end subroutine

    subroutine longest(start, seconds)
        real(8), intent(in) :: start
        real(8), intent(out) :: seconds
        real(8) :: mine
        mine = MPI_Wtime() - start
        call MPI_Allreduce(mine, seconds, 1, MPI_DOUBLE_PRECISION, MPI_MAX, MPI_COMM_WORLD)
    end subroutine

    real(8) function median(values)
        real(8), intent(in) :: values(rounds)
        real(8) :: sorted(rounds), least
        integer :: k, place
        sorted = values
        do k = 1, rounds
            place = k - 1 + minloc(sorted(k:), 1)
            least = sorted(place)
            sorted(place) = sorted(k)
            sorted(k) = least
        end do
        median = sorted((rounds + 1) / 2)
    end function
end program
