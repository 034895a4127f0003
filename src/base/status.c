/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_text[512];
static _Thread_local int last_code;

fan_status fan_fail(fan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_text, sizeof last_text, format, arguments);
    va_end(arguments);
    last_code = 0;
    return status;
}

fan_status fan_fail_mpi(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_text, sizeof last_text, format, arguments);
    va_end(arguments);
    last_code = code;
    return FAN_ERR_TRANSPORT;
}

const char *fan_fail_text(void)
{
    return last_text;
}

int fan_fail_code(void)
{
    return last_code;
}
