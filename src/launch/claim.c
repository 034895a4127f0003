/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "launch/claim.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * SLURM_NTASKS alone says how many tasks a job may have: a batch script, which is one process, has
 * it, too. SLURM_STEP_NUM_TASKS exists in what srun starts. So it is with FLUX_JOB_SIZE and
 * FLUX_TASK_RANK, which is a task's only.
 */
static const struct launcher {
    const char *size; /* the variable with the number of processes */
    const char *rank; /* with the number of this one */
    const char *and;  /* must be set, too; or NULL */
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", NULL},
    {"PMI_SIZE", "PMI_RANK", NULL},
    {"MPI_LOCALNRANKS", "MPI_LOCALRANKID", NULL},
    {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK", NULL},
    {"JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_RANK", NULL},
    {"FLUX_JOB_SIZE", "FLUX_TASK_RANK", "FLUX_TASK_RANK"},
    {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_NTASKS"},
};

/* 0: it is not set, or not a number. */
static long number_of(const char *variable)
{
    const char *text = getenv(variable);
    char *end;
    if (text == NULL)
        return 0;
    long number = strtol(text, &end, 10);
    return *end == '\0' ? number : 0;
}

static bool says_several(const struct launcher *launcher)
{
    return number_of(launcher->size) > 1 &&
           (launcher->and == NULL || getenv(launcher->and) != NULL);
}

static void take(fan_launch_claim *claim, const char *variable, bool first)
{
    *claim = (fan_launch_claim){variable, getenv(variable), first};
}

/* PMIx and PALS have no variable for their number, but who is not the first is not the only one. */
static bool is_later(fan_launch_claim *claim)
{
    static const char *const ranks[] = {"PMIX_RANK", "PALS_RANKID"};
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++)
        if (number_of(ranks[i]) > 0) {
            take(claim, ranks[i], false);
            return true;
        }
    return false;
}

bool fan_launch_claims_several(const char *own, fan_launch_claim *claim)
{
    bool own_says_one = number_of(own) == 1;
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0] && !own_says_one; i++)
        if (says_several(&launchers[i])) {
            take(claim, launchers[i].size, number_of(launchers[i].rank) == 0);
            return true;
        }
    return !own_says_one && is_later(claim);
}

bool fan_launch_is_in_job(fan_launch_claim *claim)
{
    bool is_shell = number_of("SLURM_STEP_NUM_TASKS") == 1;
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (launchers[i].and == NULL && number_of(launchers[i].size) == 1 && !is_shell) {
            take(claim, launchers[i].size, true);
            return true;
        }
    return fan_launch_claims_several("", claim);
}

void fan_launch_let_first_speak(bool is_first)
{
    const struct timespec moment = {.tv_sec = 2};
    if (!is_first)
        nanosleep(&moment, NULL);
}
