/* SPDX-License-Identifier: BSD-3-Clause */
/* fanout-preload: put the shim in front of one program. */
#include "config.h"

#include "base/log.h"
#include "fanout.h"
#include "os/path.h"
#include "os/program.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    int *program = state->input;
    (void)value;
    switch (key) {
    case ARGP_KEY_ARG:
        *program = state->next - 1;
        state->next = state->argc; /* what follows is the program's */
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "name a program to run"); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .parser = parse_option,
    .args_doc = "PROGRAM [ARGUMENT...]",
    .doc = "Run an MPI program with its broadcasts taken over by libfanout: mpirun -np 64 "
           "fanout-preload ./app\v"
           "With FANOUT_STATS=1 in the environment it prints how they were sent. "
           "Exit status: that of PROGRAM; 1 if it cannot be run, 2 wrong command line.",
};

/* Beside us: in the build tree, or where we are installed, which may have been moved as a whole. */
static const char *const places[] = {".libs", FAN_LIBDIR_FROM_BINDIR};

/* The absolute path of the library in `path`, or NULL. */
static char *find_library(char *path)
{
    char self[PATH_MAX], bin[PATH_MAX], candidate[2 * PATH_MAX];
    fan_os_path_self(self);
    fan_os_path_parent(self, bin, sizeof bin);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snprintf(candidate, sizeof candidate, "%s/%s/libfanout_pmpi.so", bin, places[i]);
        if (access(candidate, R_OK) == 0)
            return realpath(candidate, path);
    }
    return NULL;
}

/* In front of what is there. */
static int preload(const char *library)
{
    char *both;
    const char *others = getenv("LD_PRELOAD");
    if (others == NULL || *others == '\0')
        return setenv("LD_PRELOAD", library, 1);
    if (asprintf(&both, "%s:%s", library, others) < 0)
        return -1;
    int failed = setenv("LD_PRELOAD", both, 1);
    free(both);
    return failed;
}

int main(int argc, char **argv)
{
    int program = 0;
    char path[PATH_MAX];
    fan_os_program("fanout-preload", PACKAGE_VERSION);
    argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &program);
    const char *library = find_library(path);
    if (library == NULL)
        fan_warn("libfanout_pmpi.so is not beside fanout-preload");
    else if (strpbrk(library, " :") != NULL)
        fan_warn("%s cannot be preloaded: blanks and colons separate paths in LD_PRELOAD", library);
    else if (preload(library) != 0)
        fan_warn("no memory for LD_PRELOAD");
    else {
        execvp(argv[program], argv + program);
        fan_warn("%s: %s", argv[program], strerror(errno));
    }
    return EXIT_FAILURE;
}
