! SPDX-License-Identifier: BSD-3-Clause
!> Collective TAP, as tests/common/tap.h: every rank checks, rank 0 prints one line for all.
module tap
    use mpi_f08
    implicit none
    private
    public :: tap_begin, tap_ok, tap_end, tap_rank, tap_size

    integer, protected :: tap_rank, tap_size
    integer :: checks = 0, failures = 0

contains

    !> MPI_Init, and check the number of ranks.
    subroutine tap_begin()
        character(len=10) :: expected
        integer :: ranks
        call MPI_Init()
        call MPI_Comm_rank(MPI_COMM_WORLD, tap_rank)
        call MPI_Comm_size(MPI_COMM_WORLD, tap_size)
        call get_environment_variable("FANOUT_TEST_RANKS", expected)
        read (expected, *) ranks
        if (ranks == tap_size) return
        print "(a)", "Bail out! tests/run-mpi asked for another number of ranks"
        call MPI_Abort(MPI_COMM_WORLD, 1)
    end subroutine

    !> One check. Collective over MPI_COMM_WORLD. The text must be equal on all ranks.
    subroutine tap_ok(holds, text)
        logical, intent(in) :: holds
        character(len=*), intent(in) :: text
        integer :: failing
        failing = merge(0, 1, holds)
        call MPI_Allreduce(MPI_IN_PLACE, failing, 1, MPI_INTEGER, MPI_SUM, MPI_COMM_WORLD)
        checks = checks + 1
        if (failing > 0) failures = failures + 1
        if (tap_rank == 0) print "(2a, i0, 2a)", trim(merge("ok    ", "not ok", failing == 0)), &
            " ", checks, " - ", text
        flush (6)
    end subroutine

    !> Print the plan, finalize, and end with the exit status.
    subroutine tap_end()
        if (tap_rank == 0) print "(a, i0)", "1..", checks
        flush (6)
        call MPI_Finalize()
        if (failures > 0) error stop 1
    end subroutine
end module
