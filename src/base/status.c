/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_text[512];
static _Thread_local int last_code;
static _Thread_local fan_status last_status;

fan_status fan_fail(fan_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(last_text, sizeof last_text, format, arguments);
    va_end(arguments);
    last_code = 0;
    last_status = status;
    return status;
}

/* Behind why it was given up, which is there already. */
static void add_what(const char *format, va_list arguments)
{
    size_t used = strlen(last_text);
    int length = snprintf(last_text + used, sizeof last_text - used, "; ");
    used += (size_t)length;
    if (used < sizeof last_text)
        vsnprintf(last_text + used, sizeof last_text - used, format, arguments);
}

fan_status fan_fail_mpi(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (code == FAN_GAVE_UP)
        add_what(format, arguments);
    else
        vsnprintf(last_text, sizeof last_text, format, arguments);
    va_end(arguments);
    last_code = code == FAN_GAVE_UP ? 0 : code;
    if (code != FAN_GAVE_UP)
        last_status = FAN_ERR_TRANSPORT;
    return last_status;
}

fan_status fan_fail_status(void)
{
    return last_status;
}

const char *fan_fail_text(void)
{
    return last_text;
}

int fan_fail_code(void)
{
    return last_code;
}

void fan_fail_keep(fan_failure *failure, fan_status status)
{
    failure->status = status;
    if (status == FAN_OK)
        return;
    failure->code = last_code;
    snprintf(failure->text, sizeof failure->text, "%.*s", (int)sizeof failure->text - 1, last_text);
}

fan_status fan_fail_again(const fan_failure *failure)
{
    if (failure->status == FAN_OK)
        return FAN_OK;
    fan_fail(failure->status, "%s", failure->text);
    last_code = failure->code;
    return failure->status;
}
