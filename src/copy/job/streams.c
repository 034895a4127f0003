/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/streams.h"

#include <fcntl.h>
#include <unistd.h>

void fan_copy_streams_open(void)
{
    /* open() takes the lowest number that is free. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}
