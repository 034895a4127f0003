! SPDX-License-Identifier: BSD-3-Clause
!> Nonblocking and persistent broadcasts, once they are there.
module fanout_requests
    use, intrinsic :: iso_c_binding
    implicit none
    private
    public :: fanout_start, fanout_test, fanout_wait, fanout_waitall, fanout_request_free
    public :: operator(==), operator(/=)

    !> A nonblocking or persistent broadcast. The library's own, not an MPI_Request.
    type, bind(C), public :: fanout_request
        private
        integer(c_intptr_t) :: address = 0
    end type
    type(fanout_request), parameter, public :: FANOUT_REQUEST_NULL = fanout_request(0)

    interface
        !> Start a persistent broadcast. Collective, nonblocking. MPI_ERR_REQUEST if the request is
        !> active or not persistent.
        subroutine fanout_start(request, ierror) bind(C, name="fanout_fortran_start")
            import
            type(fanout_request), intent(inout) :: request
            integer(c_int), optional, intent(out) :: ierror
        end subroutine

        !> Wait until a broadcast has ended. Local, blocking. ierror: the error with which it ended.
        subroutine fanout_wait(request, ierror) bind(C, name="fanout_fortran_wait")
            import
            type(fanout_request), intent(inout) :: request
            integer(c_int), optional, intent(out) :: ierror
        end subroutine

        !> fanout_wait for each of `count` requests; ierror is the first error. Local, blocking.
        subroutine fanout_waitall(count, requests, ierror) bind(C, name="fanout_fortran_waitall")
            import
            integer(c_int), intent(in) :: count
            type(fanout_request), intent(inout) :: requests(count)
            integer(c_int), optional, intent(out) :: ierror
        end subroutine

        !> Release an inactive request; it becomes FANOUT_REQUEST_NULL. Local.
        subroutine fanout_request_free(request, ierror) &
            bind(C, name="fanout_fortran_request_free")
            import
            type(fanout_request), intent(inout) :: request
            integer(c_int), optional, intent(out) :: ierror
        end subroutine

        subroutine test_in_c(request, flag, ierror) bind(C, name="fanout_fortran_test")
            import
            type(fanout_request), intent(inout) :: request
            integer(c_int), intent(out) :: flag
            integer(c_int), optional, intent(out) :: ierror
        end subroutine
    end interface

    interface operator(==)
        procedure :: equal
    end interface
    interface operator(/=)
        procedure :: unequal
    end interface

contains

    !> Whether a broadcast has ended. Local; all broadcasts of the process make progress. If it has,
    !> the request becomes FANOUT_REQUEST_NULL, or inactive if it is persistent.
    subroutine fanout_test(request, flag, ierror)
        type(fanout_request), intent(inout) :: request
        logical, intent(out) :: flag
        integer(c_int), optional, intent(out) :: ierror
        integer(c_int) :: ended
        call test_in_c(request, ended, ierror)
        flag = ended /= 0
    end subroutine

    elemental logical function equal(a, b)
        type(fanout_request), intent(in) :: a, b
        equal = a%address == b%address
    end function

    elemental logical function unequal(a, b)
        type(fanout_request), intent(in) :: a, b
        unequal = a%address /= b%address
    end function
end module
