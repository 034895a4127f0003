/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/streams.h"

#include "copy/job/outcome.h"
#include "copy/job/stop.h"
#include "launch/input.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fan_copy_streams_open(void)
{
    /* open() takes the lowest number that is free. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static bool replace_input(int fd)
{
    bool replaced = fd >= 0 && dup2(fd, STDIN_FILENO) >= 0;
    if (fd > STDIN_FILENO)
        close(fd);
    return replaced;
}

static void *drain(void *unused)
{
    char data[1 << 16];
    (void)unused;
    while (read(STDIN_FILENO, data, sizeof data) > 0)
        ;
    return NULL;
}

void fan_copy_streams_drain_input(void)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, drain, NULL);
    if (error != 0)
        fan_copy_abort("cannot start a thread: %s", strerror(error));
    pthread_detach(thread);
}

static bool refuse(char *wrong, size_t size)
{
    snprintf(wrong, size,
             "not read: this launcher (PRRTE, of Open MPI 5) repeats or loses bytes of standard "
             "input; let the command write to a FIFO (mkfifo F) and name that, by --stdin-from F "
             "or --files-from F; or give the sum that the data must have: --expect-digest");
    return false;
}

static bool is_input(int fd)
{
    struct stat one, other;
    return fstat(fd, &one) == 0 && fstat(STDIN_FILENO, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

bool fan_copy_streams_input_is_held(const char *path)
{
    struct stat one, other;
    return stat(path, &one) == 0 && fstat(STDIN_FILENO, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* O_NONBLOCK: the writer may come later, or never. */
static int open_input(const char *path, char *wrong, size_t size)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        fan_copy_describe_errno(wrong, size,
                                "cannot be opened on this host; launchers close descriptors, so "
                                "name a FIFO, a file or /proc/PID/fd/N",
                                errno);
    return fd;
}

bool fan_copy_streams_take_input(const char *path, bool checked, char *wrong, size_t size)
{
    bool trusted = checked || !fan_launch_spoils_input();
    if (path == NULL)
        return trusted || refuse(wrong, size);
    int fd = open_input(path, wrong, size);
    if (fd < 0)
        return false;
    if (!trusted && is_input(fd)) {
        close(fd);
        return refuse(wrong, size);
    }
    if (replace_input(fd))
        return true;
    fan_copy_describe_errno(wrong, size, "cannot become standard input", errno);
    return false;
}
