! SPDX-License-Identifier: BSD-3-Clause
!> Procedures of Fortran as the callbacks of a stream.
module fanout_streams
    use, intrinsic :: iso_c_binding
    use, intrinsic :: iso_fortran_env, only: int8
    use mpi_f08, only: MPI_COUNT_KIND
    implicit none
    private
    public :: fanout_source, fanout_reader, fanout_sink
    public :: stream_callbacks, source_in_c, reader_in_c, sink_in_c

    abstract interface
        !> Gives the library the next piece of a stream: fill all of `piece`.
        !> offset: bytes from the start of the stream; pieces come in this order.
        !> ierror: 0 before the call; anything else ends the stream with an error on every rank.
        subroutine fanout_source(offset, piece, bytes, ierror)
            import
            integer(MPI_COUNT_KIND), intent(in) :: offset, bytes
            integer(int8), intent(out) :: piece(bytes)
            integer, intent(inout) :: ierror
        end subroutine

        !> fanout_source for a stream whose length is not known. got: how many bytes of `piece` were
        !> filled: `bytes`, or fewer at the end of the stream, where it may be 0.
        subroutine fanout_reader(offset, piece, bytes, got, ierror)
            import
            integer(MPI_COUNT_KIND), intent(in) :: offset, bytes
            integer(int8), intent(out) :: piece(bytes)
            integer(MPI_COUNT_KIND), intent(out) :: got
            integer, intent(inout) :: ierror
        end subroutine

        !> Takes the next piece of a stream.
        !> ierror: 0 before the call; anything else stops delivery on this rank, which is an error
        !> there; other ranks are not affected.
        subroutine fanout_sink(offset, piece, bytes, ierror)
            import
            integer(MPI_COUNT_KIND), intent(in) :: offset, bytes
            integer(int8), intent(in) :: piece(bytes)
            integer, intent(inout) :: ierror
        end subroutine
    end interface

    !> What the functions for C are given as their state.
    type :: stream_callbacks
        procedure(fanout_source), pointer, nopass :: source => null()
        procedure(fanout_reader), pointer, nopass :: reader => null()
        procedure(fanout_sink), pointer, nopass :: sink => null()
    end type

contains

    integer(c_int) function source_in_c(state, offset, buffer, bytes) result(stop) bind(C)
        type(c_ptr), value, intent(in) :: state, buffer
        integer(MPI_COUNT_KIND), value, intent(in) :: offset
        integer(c_size_t), value, intent(in) :: bytes
        type(stream_callbacks), pointer :: callbacks
        integer(int8), pointer, contiguous :: piece(:)
        integer :: ierror
        call c_f_pointer(state, callbacks)
        call c_f_pointer(buffer, piece, [bytes])
        ierror = 0
        call callbacks%source(offset, piece, int(bytes, MPI_COUNT_KIND), ierror)
        stop = merge(1, 0, ierror /= 0)
    end function

    integer(MPI_COUNT_KIND) function reader_in_c(state, offset, buffer, bytes) result(got) bind(C)
        type(c_ptr), value, intent(in) :: state, buffer
        integer(MPI_COUNT_KIND), value, intent(in) :: offset
        integer(c_size_t), value, intent(in) :: bytes
        type(stream_callbacks), pointer :: callbacks
        integer(int8), pointer, contiguous :: piece(:)
        integer :: ierror
        call c_f_pointer(state, callbacks)
        call c_f_pointer(buffer, piece, [bytes])
        ierror = 0
        call callbacks%reader(offset, piece, int(bytes, MPI_COUNT_KIND), got, ierror)
        if (ierror /= 0) got = -1
    end function

    integer(c_int) function sink_in_c(state, offset, buffer, bytes) result(stop) bind(C)
        type(c_ptr), value, intent(in) :: state, buffer
        integer(MPI_COUNT_KIND), value, intent(in) :: offset
        integer(c_size_t), value, intent(in) :: bytes
        type(stream_callbacks), pointer :: callbacks
        integer(int8), pointer, contiguous :: piece(:)
        integer :: ierror
        call c_f_pointer(state, callbacks)
        call c_f_pointer(buffer, piece, [bytes])
        ierror = 0
        call callbacks%sink(offset, piece, int(bytes, MPI_COUNT_KIND), ierror)
        stop = merge(1, 0, ierror /= 0)
    end function
end module
