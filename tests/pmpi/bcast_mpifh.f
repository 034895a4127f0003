! SPDX-License-Identifier: BSD-3-Clause
! Broadcasts through mpif.h, checked: 2 small ones, 2 large ones, one of them from MPI_BOTTOM, and an MPI_IBCAST.
      program bcast
      implicit none
      include 'mpif.h'
      integer n
      parameter (n = 262144)
      integer a(n), small(2), rank, request, ierr, i, wrong, all
      integer absolute, lengths(1), types(1)
      integer (kind=MPI_ADDRESS_KIND) where(1)
      common /values/ a

      call mpi_init(ierr)
      call mpi_comm_rank(MPI_COMM_WORLD, rank, ierr)
      wrong = 0
      do i = 1, 2
         small = 0
         if (rank .eq. 0) small = 7
         call mpi_bcast(small(1), 2, MPI_INTEGER, 0,                     &
     &                  MPI_COMM_WORLD, ierr)
         if (ierr .ne. MPI_SUCCESS .or. any(small .ne. 7)) wrong = 1
      end do

      call fill(a, n, rank .eq. 1, 1)
      call mpi_bcast(a(1), n, MPI_INTEGER, 1, MPI_COMM_WORLD, ierr)
      call look(a, n, 1, wrong)

      call fill(a, n, rank .eq. 0, 2)
      call mpi_get_address(a(1), where(1), ierr)
      lengths(1) = n
      types(1) = MPI_INTEGER
      call mpi_type_create_struct(1, lengths, where, types,              &
     &                            absolute, ierr)
      call mpi_type_commit(absolute, ierr)
      call mpi_bcast(MPI_BOTTOM, 1, absolute, 0, MPI_COMM_WORLD, ierr)
      call look(a, n, 2, wrong)
      call mpi_type_free(absolute, ierr)

      call fill(a, n, rank .eq. 0, 3)
      call mpi_ibcast(a(1), n, MPI_INTEGER, 0, MPI_COMM_WORLD,           &
     &                request, ierr)
      call mpi_wait(request, MPI_STATUS_IGNORE, ierr)
      call look(a, n, 3, wrong)

      call mpi_reduce(wrong, all, 1, MPI_INTEGER, MPI_MAX, 0,            &
     &                MPI_COMM_WORLD, ierr)
      if (rank .eq. 0 .and. all .eq. 0) print '(a)', 'right'
      if (rank .eq. 0 .and. all .ne. 0) print '(a)', 'wrong'
      call mpi_finalize(ierr)
      end

      subroutine fill(a, n, has, salt)
      implicit none
      integer n, a(n), salt, i
      logical has
      do i = 1, n
         a(i) = 0
         if (has) a(i) = 1000 * i + salt
      end do
      end

      subroutine look(a, n, salt, wrong)
      implicit none
      integer n, a(n), salt, wrong, i
      do i = 1, n
         if (a(i) .ne. 1000 * i + salt) wrong = 1
      end do
      end
