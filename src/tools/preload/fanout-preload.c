/* SPDX-License-Identifier: BSD-3-Clause */
/* fanout-preload: put the shim in front of one program. */
#include "config.h"

#include "base/log.h"
#include "fanout.h"
#include "os/program.h"
#include "tools/preload/need.h"
#include "tools/preload/shims.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct options {
    int program; /* its place in argv */
    bool verbose;
} options;

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    options *o = state->input;
    (void)value;
    switch (key) {
    case 'v': o->verbose = true; return 0;
    case ARGP_KEY_ARG:
        o->program = state->next - 1;
        state->next = state->argc; /* what follows is the program's */
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "name a program to run"); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option known[] = {
    {.name = "verbose", .key = 'v', .doc = "Say which shim is taken, and why"},
    {0},
};

static const struct argp parser = {
    .options = known,
    .parser = parse_option,
    .args_doc = "PROGRAM [ARGUMENT...]",
    .doc = "Run an MPI program with its broadcasts taken over by libfanout: mpirun -np 64 "
           "fanout-preload ./app\v"
           "With FANOUT_STATS=1 in the environment it prints how they were sent. "
           "Exit status: that of PROGRAM; 1 if it cannot be run, 2 wrong command line.",
};

/* The MPI library, of those that there are shims for, that the program needs, or NULL. */
static const char *known_library(const fan_preload_need *need, const fan_preload_shims *shims)
{
    for (size_t i = 0; i < shims->count; i++)
        if (fan_preload_need_has(need, shims->names[i]))
            return shims->names[i];
    return NULL;
}

/* The program needs an MPI library, and there is no shim for it. */
static void refuse(const char *program, const char *library, const fan_preload_shims *shims)
{
    char others[512];
    fan_preload_shims_list(shims, others, sizeof others);
    fan_warn("%s needs the MPI library %s, but libfanout is here for %s; install libfanout for "
             "%s, or run the program without fanout-preload (shims are looked for in %s)",
             program, library, others, library, shims->folder);
}

/* The first rank says it for all. */
static void tell(const char *program, const fan_preload_need *need, const char *library,
                 const char *path)
{
    if (!fan_warn_is_first())
        return;
    if (library != NULL)
        fan_warn("%s needs %s; the shim is %s", program, library, path);
    else
        fan_warn("%s %s; the shim is that for %s, the MPI library of this fanout-preload: %s",
                 program,
                 need->libraries == NULL ? "is no program whose libraries ld.so can list"
                                         : "needs no MPI library before it runs",
                 FAN_MPI_SONAME, path);
}

/* The absolute path of the shim, or NULL after a message. */
static char *choose(const char *program, const fan_preload_need *need,
                    const fan_preload_shims *shims, bool verbose, char path[PATH_MAX])
{
    char other[NAME_MAX + 1];
    const char *library = known_library(need, shims);
    if (library == NULL && fan_preload_need_mpi(need, other)) {
        refuse(program, other, shims);
        return NULL;
    }
    const char *wanted = library != NULL ? library : FAN_MPI_SONAME;
    if (fan_preload_shims_path(shims, wanted, path) == NULL) {
        fan_warn("the shim for %s, libfanout_pmpi.so, is not beside fanout-preload, in %s", wanted,
                 shims->folder);
        return NULL;
    }
    if (verbose)
        tell(program, need, library, path);
    return path;
}

/* The absolute path of the shim that fits the program, or NULL after a message. */
static char *find_shim(const char *program, bool verbose, char path[PATH_MAX])
{
    fan_preload_shims shims;
    fan_preload_need need;
    char *shim = NULL;
    if (fan_preload_shims_find(&shims)) {
        fan_preload_need_of(program, &need);
        shim = choose(program, &need, &shims, verbose, path);
        free(need.libraries);
    } else {
        fan_warn("no memory to look for the shims");
    }
    fan_preload_shims_free(&shims);
    return shim;
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
    options o = {0};
    char path[PATH_MAX];
    fan_os_program("fanout-preload", PACKAGE_VERSION);
    argp_parse(&parser, argc, argv, ARGP_IN_ORDER, NULL, &o);
    const char *program = argv[o.program], *shim = find_shim(program, o.verbose, path);
    if (shim == NULL)
        return EXIT_FAILURE;
    if (strpbrk(shim, " :") != NULL)
        fan_warn("%s cannot be preloaded: blanks and colons separate paths in LD_PRELOAD", shim);
    else if (preload(shim) != 0)
        fan_warn("no memory for LD_PRELOAD");
    else {
        execvp(program, argv + o.program);
        fan_warn("%s: %s", program, strerror(errno));
    }
    return EXIT_FAILURE;
}
