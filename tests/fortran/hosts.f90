! SPDX-License-Identifier: BSD-3-Clause
!> A stream whose source and sink are internal procedures that use the variables of their host.
module hosts
    use, intrinsic :: iso_fortran_env, only: int8
    use mpi_f08
    use fanout
    implicit none
    private
    public :: stream_sum

contains

    !> The sum of the bytes of a stream of `bytes` bytes, each of which is `value` on rank 0.
    integer(MPI_COUNT_KIND) function stream_sum(bytes, value) result(total)
        integer(MPI_COUNT_KIND), intent(in) :: bytes
        integer(int8), intent(in) :: value
        total = 0
        call fanout_stream(bytes, give, take, 0, MPI_COMM_WORLD, MPI_INFO_NULL)

    contains

        subroutine give(offset, piece, length, ierror)
            integer(MPI_COUNT_KIND), intent(in) :: offset, length
            integer(int8), intent(out) :: piece(length)
            integer, intent(inout) :: ierror
            piece = value
            if (offset + length > bytes) ierror = 1
        end subroutine

        subroutine take(offset, piece, length, ierror)
            integer(MPI_COUNT_KIND), intent(in) :: offset, length
            integer(int8), intent(in) :: piece(length)
            integer, intent(inout) :: ierror
            total = total + sum(int(piece, MPI_COUNT_KIND))
            if (offset + length > bytes) ierror = 1
        end subroutine
    end function
end module
