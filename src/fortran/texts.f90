! SPDX-License-Identifier: BSD-3-Clause
!> Texts of C.
module fanout_texts
    use, intrinsic :: iso_c_binding
    implicit none
    private
    public :: text_of, free

    interface
        integer(c_size_t) function strlen(text) bind(C)
            import
            type(c_ptr), value, intent(in) :: text
        end function

        subroutine free(memory) bind(C)
            import
            type(c_ptr), value, intent(in) :: memory
        end subroutine
    end interface

contains

    !> A copy of a text that ends with 0; "" of a null pointer.
    function text_of(text) result(copy)
        type(c_ptr), intent(in) :: text
        character(len=:), allocatable :: copy
        character(kind=c_char), pointer :: characters(:)
        integer :: i
        copy = ""
        if (.not. c_associated(text)) return
        call c_f_pointer(text, characters, [strlen(text)])
        deallocate (copy)
        allocate (character(len=size(characters)) :: copy)
        do i = 1, size(characters)
            copy(i:i) = characters(i)
        end do
    end function
end module
