! SPDX-License-Identifier: BSD-3-Clause
!> The library's own errors, and its versions.
module fanout_errors
    use, intrinsic :: iso_c_binding
    use fanout_texts, only: text_of
    implicit none
    private
    public :: fanout_error_class, fanout_api_version, fanout_version

    !> The library's own kinds of error, for fanout_error_class: fanout.h says when each occurs.
    enum, bind(C)
        enumerator :: FANOUT_ERR_SOURCE, FANOUT_ERR_SINK, FANOUT_ERR_PARAM
        enumerator :: FANOUT_ERR_DISAGREEMENT, FANOUT_ERR_TIMEOUT
    end enum
    public :: FANOUT_ERR_SOURCE, FANOUT_ERR_SINK, FANOUT_ERR_PARAM, FANOUT_ERR_DISAGREEMENT, &
        FANOUT_ERR_TIMEOUT

    interface
        !> The MPI error class of one of the library's own errors. Local. MPI must be initialised.
        integer(c_int) function fanout_error_class(error) bind(C)
            import
            integer(c_int), value, intent(in) :: error
        end function

        !> 1000 * major + minor of the interface of the library that the program runs with. Local.
        integer(c_int) function fanout_api_version() bind(C)
            import
        end function

        type(c_ptr) function version_text() bind(C, name="fanout_version")
            import
        end function
    end interface

contains

    !> The release of the library that the program runs with, such as "0.2.0". Local.
    function fanout_version() result(text)
        character(len=:), allocatable :: text
        text = text_of(version_text())
    end function
end module
