/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program_name, *program_version;

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    fprintf(stream, "%s (libfanout) %s\n", program_name, program_version);
}

void fan_os_program(const char *name, const char *version)
{
    program_name = name;
    program_version = version;
    argp_program_version_hook = print_version;
    argp_err_exit_status = 2;
}

bool fan_os_program_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    fprintf(stderr, "%s: cannot write to standard output: %s\n", program_name, strerror(errno));
    return false;
}

int fan_os_parse_number(const struct argp_state *state, const char *what, const char *text,
                        int least, int most)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least || value > most)
        argp_error(state, "%s: '%s' is not a whole number from %d to %d", what, text, least, most);
    return (int)value;
}
