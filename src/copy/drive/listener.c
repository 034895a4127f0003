/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/drive/listener.h"

#include "copy/job/mark.h"
#include "copy/job/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(fan_copy_drive_listener *listener, const char *data, size_t bytes)
{
    fan_copy_grow(&listener->line, &listener->room, (int64_t)(listener->used + bytes + 1), 1);
    memcpy(listener->line + listener->used, data, bytes);
    listener->used += bytes;
}

static void pass_on(fan_copy_drive_listener *listener)
{
    fwrite(listener->line, 1, listener->used, stdout);
    listener->used = 0;
}

/* The line, which has a newline at its end. */
static void end_line(fan_copy_drive_listener *listener)
{
    const char *kind, *text;
    size_t length = listener->used - 1;
    listener->line[length] = '\0';
    if (length > 0 && listener->line[length - 1] == '\r') /* of a terminal between */
        listener->line[length - 1] = '\0';
    if (fan_copy_mark_parse(listener->line, &kind, &text)) {
        listener->hear(listener->state, kind, text);
        listener->used = 0;
        return;
    }
    listener->line[length] = '\n';
    pass_on(listener);
}

/* Returns how much of it was taken. */
static size_t take_some(fan_copy_drive_listener *listener, const char *data, size_t bytes)
{
    bool inside = listener->used > 0;
    const char *end = memchr(data, inside ? '\n' : FAN_COPY_MARK_SIGN, bytes);
    size_t length = end != NULL ? (size_t)(end - data) + inside : bytes;
    if (!inside) {
        fwrite(data, 1, length, stdout);
        if (end == NULL)
            return length;
        append(listener, end, 1);
        return length + 1;
    }
    append(listener, data, length);
    if (end != NULL)
        end_line(listener);
    return length;
}

void fan_copy_drive_listener_take(fan_copy_drive_listener *listener, const char *data, size_t bytes)
{
    for (size_t done = 0; done < bytes;)
        done += take_some(listener, data + done, bytes - done);
    fflush(stdout);
}

void fan_copy_drive_listener_close(fan_copy_drive_listener *listener)
{
    if (listener->used > 0)
        pass_on(listener);
    fflush(stdout);
    free(listener->line);
    listener->line = NULL;
    listener->room = 0;
}
