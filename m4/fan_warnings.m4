# SPDX-License-Identifier: BSD-3-Clause

# FAN_WARNINGS: warnings for our own code; --enable-werror turns them into errors, --enable-sanitizers
# builds with the address and undefined-behaviour sanitizers, or with others that it names.
AC_DEFUN([FAN_WARNINGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors])])
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@], [build with ASan and UBSan, or those listed])])
  WARN_CFLAGS="-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion"
  AS_IF([test "x$enable_werror" = xyes], [WARN_CFLAGS="$WARN_CFLAGS -Werror"])
  AS_IF([test "x$enable_sanitizers" = xyes], [enable_sanitizers=address,undefined])
  AS_IF([test "x${enable_sanitizers:-no}" != xno],
        [WARN_CFLAGS="$WARN_CFLAGS -fsanitize=$enable_sanitizers -fno-sanitize-recover=undefined -fno-omit-frame-pointer"])
  AC_SUBST([WARN_CFLAGS])
])
