/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool fan_copy_extract_fail(fan_copy_extract *x, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (x->error[0] == '\0')
        vsnprintf(x->error, sizeof x->error, format, arguments);
    va_end(arguments);
    return false;
}

bool fan_copy_extract_fail_memory(fan_copy_extract *x)
{
    return fan_copy_extract_fail(x, "out of memory");
}

bool fan_copy_extract_fail_entry(fan_copy_extract *x, const char *name, const char *what)
{
    return fan_copy_extract_fail(x, "entry %.300s: %s: %s", name, what, strerror(errno));
}

bool fan_copy_extract_refuse(fan_copy_extract *x, const char *name, const char *why)
{
    if (!x->options.unsafe)
        return fan_copy_extract_fail(
            x,
            "entry %.300s: %s; nothing was unpacked; leave it out of the archive, or see "
            "--unpack-unsafe",
            name, why);
    if (x->left_out++ == 0)
        snprintf(x->first_left_out, sizeof x->first_left_out, "%.300s: %s", name, why);
    return true;
}

bool fan_copy_extract_path(fan_copy_extract *x, const char *path, char full[static PATH_MAX])
{
    int length =
        snprintf(full, PATH_MAX, "%s%s%s", x->options.root, path[0] != '\0' ? "/" : "", path);
    errno = ENAMETOOLONG;
    return length < PATH_MAX || fan_copy_extract_fail_entry(x, path, "cannot write");
}
