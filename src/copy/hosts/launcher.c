/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/hosts/launcher.h"

#include "copy/hosts/words.h"
#include "copy/job/memory.h"
#include "os/path.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef OPEN_MPI
#define LIBRARY "Open MPI"
static const char *const candidates[] = {FAN_MPIRUN, "mpirun.openmpi", "mpirun", "mpiexec.openmpi",
                                         "mpiexec"};
static const char *const signs[] = {"Open MPI", "OpenRTE", "PRRTE"}; /* of what --version prints */
#define OWN_KIND FAN_COPY_LAUNCHER_OPEN_MPI
#else
#define LIBRARY  "MPICH"
static const char *const candidates[] = {FAN_MPIRUN, "mpirun.mpich",  "mpiexec.hydra",
                                         "mpirun",   "mpiexec.mpich", "mpiexec"};
static const char *const signs[] = {"HYDRA", "Hydra", "Intel"};
#define OWN_KIND FAN_COPY_LAUNCHER_HYDRA
#endif
enum {
    CANDIDATES = sizeof candidates / sizeof candidates[0],
    SIGNS = sizeof signs / sizeof signs[0]
};

/* ---- which ---- */

static bool find_program(const char *name, char path[static PATH_MAX])
{
    const char *directories = getenv("PATH");
    if (strchr(name, '/') != NULL)
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && access(path, X_OK) == 0;
    while (directories != NULL && *directories != '\0') {
        size_t length = strcspn(directories, ":");
        if (snprintf(path, PATH_MAX, "%.*s/%s", (int)length, directories, name) < PATH_MAX &&
            access(path, X_OK) == 0)
            return true;
        directories += length + (directories[length] == ':');
    }
    return false;
}

/* What it prints for --version, as far as it fits. */
static void read_version(const char *path, char *text, size_t size)
{
    int ends[2];
    pid_t process;
    text[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    const fan_os_process_setup setup = {.input = -1, .output = ends[1], .errors = ends[1]};
    int error = fan_os_process_start(path, (const char *const[]){path, "--version", NULL}, &setup,
                                     &process);
    close(ends[1]);
    FILE *output = error == 0 ? fdopen(ends[0], "r") : NULL;
    if (output != NULL)
        text[fread(text, 1, size - 1, output)] = '\0';
    if (output != NULL)
        fclose(output);
    else
        close(ends[0]);
    if (error == 0)
        fan_os_process_wait(process);
}

static bool belongs_to_library(const char *path)
{
    char version[1024];
    bool found = false;
    read_version(path, version, sizeof version);
    for (int i = 0; i < SIGNS; i++)
        found |= strstr(version, signs[i]) != NULL;
    return found;
}

static bool find_srun(fan_copy_launcher *launcher)
{
    launcher->kind = FAN_COPY_LAUNCHER_SLURM;
    return getenv("SLURM_JOB_ID") != NULL && find_program("srun", launcher->path);
}

static bool find_own(fan_copy_launcher *launcher)
{
    launcher->kind = OWN_KIND;
    for (int i = 0; i < CANDIDATES; i++)
        if (find_program(candidates[i], launcher->path) && belongs_to_library(launcher->path))
            return true;
    return false;
}

bool fan_copy_launcher_find(fan_copy_launcher *launcher, char *wrong, size_t size)
{
    *launcher = (fan_copy_launcher){0};
    fan_os_path_self(launcher->program);
    if (launcher->program[0] == '\0') {
        snprintf(wrong, size, "the path of this program is not known");
        return false;
    }
    if (find_srun(launcher) || find_own(launcher))
        return true;
    snprintf(wrong, size,
             "there is no mpirun of " LIBRARY " in PATH, for which this program was built "
             "(fanout-info names the library); add its directory to PATH");
    return false;
}

const char *fan_copy_launcher_name(const fan_copy_launcher *launcher)
{
    return fan_os_path_base(launcher->path);
}

/* Hydra dies of SIGUSR2, and passes SIGINT on. The others end a job by SIGTERM at SIGINT. */
int fan_copy_launcher_stop(const fan_copy_launcher *launcher)
{
    return launcher->kind == FAN_COPY_LAUNCHER_HYDRA ? SIGINT : SIGUSR2;
}

bool fan_copy_launcher_gets_stuck(const fan_copy_launcher *launcher)
{
    return launcher->kind == FAN_COPY_LAUNCHER_HYDRA;
}

/* ---- its command line ---- */

/* Waiting and unpacking threads of one process may use all cores. */
static void say_open_mpi(fan_copy_words *words, const char *hosts)
{
    fan_copy_words_add(words, "--host");
    fan_copy_words_add(words, hosts);
    fan_copy_words_add(words, "--map-by");
    fan_copy_words_add(words, "ppr:1:node");
    fan_copy_words_add(words, "--bind-to");
    fan_copy_words_add(words, "none");
    fan_copy_words_environment(words, "-x");
}

static void say_hydra(fan_copy_words *words, const char *hosts, const char *count)
{
    fan_copy_words_add(words, "-hosts");
    fan_copy_words_add(words, hosts);
    fan_copy_words_add(words, "-ppn");
    fan_copy_words_add(words, "1");
    fan_copy_words_add(words, "-n");
    fan_copy_words_add(words, count);
}

/* --overlap: in a job whose only step is an interactive shell, all cores are taken. */
static void say_slurm(fan_copy_words *words, const char *hosts, const char *count)
{
    static const char *const always[] = {"--overlap", "--kill-on-bad-exit", "--input=none",
                                         "--cpu-bind=none", "--ntasks-per-node=1"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        fan_copy_words_add(words, always[i]);
    if (getenv("SLURM_MPI_TYPE") == NULL)
        fan_copy_words_add(words,
                           OWN_KIND == FAN_COPY_LAUNCHER_HYDRA ? "--mpi=pmi2" : "--mpi=pmix");
    fan_copy_words_add(words, "--nodes");
    fan_copy_words_add(words, count);
    fan_copy_words_add(words, "--ntasks");
    fan_copy_words_add(words, count);
    fan_copy_words_add(words, "--nodelist");
    fan_copy_words_add(words, hosts);
}

static char *join(const char *const *names, int count)
{
    size_t length = 1;
    for (int i = 0; i < count; i++)
        length += strlen(names[i]) + 1;
    char *list = fan_copy_allocate(1, length), *at = list;
    for (int i = 0; i < count; i++)
        at += sprintf(at, "%s%s", i == 0 ? "" : ",", names[i]);
    return list;
}

static void say(const fan_copy_launcher *launcher, fan_copy_words *words, const char *hosts,
                int count)
{
    char number[16];
    snprintf(number, sizeof number, "%d", count);
    fan_copy_words_add(words, launcher->path);
    switch (launcher->kind) {
    case FAN_COPY_LAUNCHER_OPEN_MPI: say_open_mpi(words, hosts); break;
    case FAN_COPY_LAUNCHER_HYDRA: say_hydra(words, hosts, number); break;
    case FAN_COPY_LAUNCHER_SLURM: say_slurm(words, hosts, number); break;
    }
    fan_copy_words_add(words, launcher->program);
}

int fan_copy_launcher_start(const fan_copy_launcher *launcher, const char *const *names, int count,
                            const char *const *arguments, int output, int errors, pid_t *process)
{
    fan_copy_words words = {0};
    char *hosts = join(names, count);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    say(launcher, &words, hosts, count);
    for (; *arguments != NULL; arguments++)
        fan_copy_words_add(&words, *arguments);
    const fan_os_process_setup setup = {.input = nothing, .output = output, .errors = errors};
    int error = nothing < 0 ? errno
                            : fan_os_process_start(launcher->path, fan_copy_words_end(&words),
                                                   &setup, process);
    if (nothing >= 0)
        close(nothing);
    fan_copy_words_free(&words);
    free(hosts);
    return error;
}
