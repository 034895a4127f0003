/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/parse_on_ranks.h"

#include <fcntl.h>
#include <unistd.h>

/* Make it write to /dev/null. Returns a copy of what it was, or -1. */
static int mute(int descriptor)
{
    int saved = dup(descriptor);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved >= 0 && nowhere >= 0)
        dup2(nowhere, descriptor);
    if (nowhere >= 0)
        close(nowhere);
    return saved;
}

static void unmute(int descriptor, int saved)
{
    if (saved < 0)
        return;
    dup2(saved, descriptor);
    close(saved);
}

void fan_os_parse_on_ranks(const struct argp *parser, int argc, char **argv, bool prints,
                           void *input)
{
    if (prints) {
        argp_parse(parser, argc, argv, 0, NULL, input);
        return;
    }
    /* argp has no mode that keeps quiet and still exits as usual. */
    int output = mute(STDOUT_FILENO), errors = mute(STDERR_FILENO);
    argp_parse(parser, argc, argv, 0, NULL, input);
    unmute(STDOUT_FILENO, output);
    unmute(STDERR_FILENO, errors);
}
