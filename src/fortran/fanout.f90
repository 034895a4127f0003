! SPDX-License-Identifier: BSD-3-Clause
!> libfanout for Fortran. Every call is there for the handles of `use mpi_f08` and for integers.
!> fanout.h says what each does, fanout_fortran(3) how it is called.
module fanout
    use fanout_errors
    use fanout_requests
    use fanout_streams, only: fanout_source, fanout_reader, fanout_sink
    use fanout_handles_f08
    use fanout_handles_integer
    implicit none
    public
end module
