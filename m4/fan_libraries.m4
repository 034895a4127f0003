# SPDX-License-Identifier: BSD-3-Clause

# FAN_REQUIRE(PREFIX, MODULES, PACKAGE): the first of the MODULES that pkg-config knows, or note the Debian
# package that is missing.
AC_DEFUN([FAN_REQUIRE], [
  fan_found=no
  for fan_module in $2; do
    AS_IF([test $fan_found = no], [PKG_CHECK_MODULES([$1], [$fan_module], [fan_found=yes], [:])])
  done
  AS_IF([test $fan_found = no], [fan_missing="$fan_missing $3"])
])

# FAN_CHECK_LIBRARIES: everything beside MPI.
AC_DEFUN([FAN_CHECK_LIBRARIES], [
  PKG_PROG_PKG_CONFIG
  AS_IF([test -z "$PKG_CONFIG"], [AC_MSG_ERROR([pkg-config not found; install pkg-config])])
  fan_missing=
  FAN_REQUIRE([XXHASH], [libxxhash], [libxxhash-dev])
  FAN_REQUIRE([JANSSON], [jansson], [libjansson-dev])
  FAN_REQUIRE([CHECK], [check], [check])
  FAN_REQUIRE([HDF5], [hdf5-serial hdf5], [libhdf5-dev])
  AS_IF([test -n "$fan_missing"], [AC_MSG_ERROR([libraries are missing; install these Debian packages:$fan_missing])])
])
