/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_text[512];

fan_status fan_fail(fan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_text, sizeof last_text, format, arguments);
    va_end(arguments);
    return status;
}

const char *fan_fail_text(void)
{
    return last_text;
}
