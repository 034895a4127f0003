/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int shown_level = FAN_LOG_WARN;

void fan_log_set_level(fan_log_level level)
{
    atomic_store(&shown_level, (int)level);
}

void fan_log(fan_log_level level, const char *format, ...)
{
    if ((int)level > atomic_load(&shown_level))
        return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "fanout: %s\n", text);
}
