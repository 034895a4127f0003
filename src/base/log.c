/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void fan_warn(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "fanout: %s\n", text);
}
