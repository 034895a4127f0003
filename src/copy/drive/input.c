/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/drive/input.h"

#include "copy/job/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BYTES = 1 << 16, PIPE_BYTES = 1 << 20 };

int fan_copy_drive_input_open(fan_copy_drive_input *input)
{
    int ends[2];
    *input = (fan_copy_drive_input){.reader = -1, .writer = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* quicker if it is granted */
    input->reader = ends[0];
    input->writer = ends[1];
    input->data = fan_copy_allocate(1, BYTES);
    snprintf(input->path, sizeof input->path, "/proc/%d/fd/%d", (int)getpid(), ends[0]);
    return 0;
}

bool fan_copy_drive_input_used(const fan_copy_drive_input *input)
{
    int unread = 0;
    return input->path[0] != '\0' &&
           (input->taken || ioctl(input->reader, FIONREAD, &unread) != 0 ||
            (size_t)unread != input->given);
}

static bool is_empty(const fan_copy_drive_input *input)
{
    return input->begin == input->end;
}

struct pollfd fan_copy_drive_input_wanted(const fan_copy_drive_input *input)
{
    if (input->path[0] == '\0' || input->writer < 0 || input->error != 0)
        return (struct pollfd){.fd = -1};
    return is_empty(input) ? (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN}
                           : (struct pollfd){.fd = input->writer, .events = POLLOUT};
}

static void end(fan_copy_drive_input *input)
{
    close(input->writer);
    input->writer = -1;
}

static void take(fan_copy_drive_input *input)
{
    ssize_t got = read(STDIN_FILENO, input->data, BYTES);
    if (got == 0)
        end(input);
    else if (got < 0 && errno != EINTR && errno != EAGAIN)
        input->error = errno;
    input->begin = 0;
    input->end = got > 0 ? (size_t)got : 0;
}

void fan_copy_drive_input_move(fan_copy_drive_input *input, short events)
{
    if (events == 0)
        return;
    if (is_empty(input)) {
        take(input);
        return;
    }
    ssize_t given = write(input->writer, input->data + input->begin, input->end - input->begin);
    if (given > 0) {
        input->begin += (size_t)given;
        input->given += (size_t)given;
    }
}

void fan_copy_drive_input_close(fan_copy_drive_input *input)
{
    if (input->path[0] == '\0')
        return;
    if (input->writer >= 0)
        end(input);
    close(input->reader);
    free(input->data);
}
