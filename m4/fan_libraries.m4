# SPDX-License-Identifier: BSD-3-Clause

# FAN_REQUIRE(PREFIX, MODULE, PACKAGE): a library that pkg-config knows, or the name of its Debian package.
AC_DEFUN([FAN_REQUIRE], [
  PKG_CHECK_MODULES([$1], [$2], [], [AC_MSG_ERROR([$2 not found; install $3])])
])

# FAN_CHECK_LIBRARIES: everything beside MPI.
AC_DEFUN([FAN_CHECK_LIBRARIES], [
  PKG_PROG_PKG_CONFIG
  AS_IF([test -z "$PKG_CONFIG"], [AC_MSG_ERROR([pkg-config not found; install pkg-config])])
  FAN_REQUIRE([XXHASH], [libxxhash], [libxxhash-dev])
  FAN_REQUIRE([JANSSON], [jansson], [libjansson-dev])
  FAN_REQUIRE([CHECK], [check], [check])
  PKG_CHECK_MODULES([HDF5], [hdf5-serial], [], [
    PKG_CHECK_MODULES([HDF5], [hdf5], [], [AC_MSG_ERROR([HDF5 not found; install libhdf5-dev])])])
])
