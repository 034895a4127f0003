/* SPDX-License-Identifier: BSD-3-Clause */
/* What the variables of launchers say about the number of processes. */
#include "config.h"

#include "launch/claim.h"
#include "tests/common/unit_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ours[] = "OMPI_COMM_WORLD_SIZE", other[] = "PMI_SIZE";

/* VARIABLE=VALUE, ... */
static void set_only(const char *assignments)
{
    char copy[200], *rest = copy, *one;
    snprintf(copy, sizeof copy, "%s", assignments);
    clearenv();
    while ((one = strsep(&rest, " ")) != NULL) {
        char *value = strchr(one, '=');
        if (value == NULL)
            continue;
        *value = '\0';
        setenv(one, value + 1, 1);
    }
}

static void expect_none(const char *own, const char *assignments)
{
    fan_launch_claim claim = {0};
    set_only(assignments);
    if (fan_launch_claims_several(own, &claim))
        ck_abort_msg("%s: %s is believed", assignments, claim.variable);
}

static void expect(const char *own, const char *assignments, const char *variable, bool first)
{
    fan_launch_claim claim = {0};
    set_only(assignments);
    if (!fan_launch_claims_several(own, &claim))
        ck_abort_msg("%s: not believed", assignments);
    ck_assert_str_eq(claim.variable, variable);
    ck_assert_str_eq(claim.value, getenv(variable));
    ck_assert_msg(claim.first == first, "%s: first", assignments);
}

START_TEST(each_launcher_is_believed)
{
    expect(ours, "OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_RANK=0", ours, true);
    expect(ours, "PMI_SIZE=2 PMI_RANK=1", "PMI_SIZE", false);
    expect(ours, "MPI_LOCALNRANKS=4 MPI_LOCALRANKID=0", "MPI_LOCALNRANKS", true);
    expect(ours, "SLURM_NTASKS=3 SLURM_STEP_NUM_TASKS=3 SLURM_PROCID=2", "SLURM_STEP_NUM_TASKS",
           false);
    expect(ours, "PMIX_RANK=5", "PMIX_RANK", false);
    expect(ours, "PALS_RANKID=1", "PALS_RANKID", false);
    expect(ours, "FLUX_JOB_SIZE=4 FLUX_TASK_RANK=3", "FLUX_JOB_SIZE", false);
    expect(ours, "FLUX_JOB_SIZE=4 FLUX_TASK_RANK=0", "FLUX_JOB_SIZE", true);
    expect(ours, "JSM_NAMESPACE_SIZE=2 JSM_NAMESPACE_RANK=0", "JSM_NAMESPACE_SIZE", true);
    expect(ours, "MV2_COMM_WORLD_SIZE=2 MV2_COMM_WORLD_RANK=1", "MV2_COMM_WORLD_SIZE", false);
    expect(ours, "PMI_SIZE=2", "PMI_SIZE", true);
}
END_TEST

START_TEST(a_process_that_is_alone_is_left_alone)
{
    expect_none(ours, "");
    expect_none(ours, "OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0 PMIX_RANK=0");
    expect_none(other, "PMI_SIZE=1 PMI_RANK=0 MPI_LOCALNRANKS=1");
    /* srun -n 1, and the first process of prterun, which tells nothing more. */
    expect_none(ours, "SLURM_NTASKS=1 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 PMIX_RANK=0");
    /* A batch script. */
    expect_none(ours, "SLURM_NTASKS=8 SLURM_NPROCS=8 SLURM_PROCID=0");
    expect_none(ours, "SLURM_STEP_NUM_TASKS=8");
    expect_none(ours, "PALS_RANKID=0");
    expect_none(ours, "FLUX_JOB_SIZE=8");
    expect_none(ours, "JSM_NAMESPACE_SIZE=1 JSM_NAMESPACE_RANK=0");
    expect_none(ours, "PMI_SIZE= PMI_RANK=");
    expect_none(ours, "PMI_SIZE=many");
}
END_TEST

/* Inside of something that has started several, which the variables still tell. */
START_TEST(the_librarys_own_launcher_decides)
{
    expect_none(ours, "OMPI_COMM_WORLD_SIZE=1 PMI_SIZE=4 MPI_LOCALNRANKS=4");
    expect_none(ours, "OMPI_COMM_WORLD_SIZE=1 SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=4");
    expect_none(ours, "OMPI_COMM_WORLD_SIZE=1 FLUX_JOB_SIZE=4 FLUX_TASK_RANK=2 PALS_RANKID=2");
    expect_none(other, "PMI_SIZE=1 OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=2");
    /* mpirun of the other library, which srun starts on each of the job's hosts. */
    expect(ours, "SLURM_NTASKS=1 SLURM_STEP_NUM_TASKS=1 PMI_SIZE=4 PMI_RANK=0", "PMI_SIZE", true);
    expect(other, "PMI_SIZE=4 PMI_RANK=0 OMPI_COMM_WORLD_SIZE=1", "PMI_SIZE", true);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        each_launcher_is_believed,
        a_process_that_is_alone_is_left_alone,
        the_librarys_own_launcher_decides,
    };
    return unit_main("claim", tests, sizeof tests / sizeof tests[0]);
}
