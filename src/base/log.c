/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

void fan_warn(const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "fanout: %s\n", text);
}

/* A pipe tells how much is in it. For a file or a terminal the call fails: there is no reader. */
void fan_warn_wait(void)
{
    enum { STEP_NS = 5 * 1000 * 1000, STEPS = 100 };
    const struct timespec step = {.tv_nsec = STEP_NS};
    int unread = 0;
    fflush(stderr);
    for (int i = 0; i < STEPS && ioctl(STDERR_FILENO, FIONREAD, &unread) == 0 && unread > 0; i++)
        nanosleep(&step, NULL);
}

bool fan_warn_is_first(void)
{
    static const char *const variables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                            "SLURM_PROCID"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *rank = getenv(variables[i]);
        if (rank != NULL)
            return strcmp(rank, "0") == 0;
    }
    return true;
}
