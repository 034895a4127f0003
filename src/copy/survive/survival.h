/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file survival.h  The attempts of a copy whose processes may die: each is given up by all that
 * live when one has died, and the next is made without it.
 *
 * Wherever NULL stands for a survival, nobody dies.
 */
#ifndef FAN_COPY_SURVIVE_SURVIVAL_H
#define FAN_COPY_SURVIVE_SURVIVAL_H

#include "copy/job/outcome.h"
#include "copy/job/ranks.h"
#include "copy/report/loss.h"

#include <mpi.h>
#include <stdbool.h>

typedef char fan_copy_survival_host[FAN_COPY_HOST];

typedef struct fan_copy_survival {
    MPI_Comm job;  /**< the processes that this attempt is made with */
    int number;    /**< this one's rank in MPI_COMM_WORLD */
    bool any;      /**< some have died in an earlier attempt */
    bool per_rank; /**< each writes for itself, not one for its host */
    double start;  /**< of the first attempt */
    /* [size] by rank in MPI_COMM_WORLD: */
    int size;
    fan_copy_survival_host *hosts;
    bool *dead, *reads;
    int *percent;          /**< on the rank that reports: how much each has */
    fan_copy_loss *losses; /**< [loss_count] */
    int loss_count;
} fan_copy_survival;

/**
 * Begin, where this run has ULFM. False where it has not. Collective over MPI_COMM_WORLD, which is
 * the job.
 */
bool fan_copy_survival_begin(fan_copy_survival *survival, const fan_copy_ranks_options *wanted);

/**
 * The ranks of this attempt are known: from now on they have in messages, and in names of files,
 * the numbers that they have had from the beginning. Local.
 */
void fan_copy_survival_number(fan_copy_survival *survival, fan_copy_ranks *ranks);

/**
 * Whether all ranks of the attempt have come here, and none has died; if not, all give it up.
 * Those that do not write leave their core to others while they wait. Collective over the job.
 */
bool fan_copy_survival_settle(fan_copy_survival *survival, const fan_copy_ranks *ranks);

/** On the rank that reports: rank `number` has so much. Local. */
void fan_copy_survival_has(fan_copy_survival *survival, int number, int percent);

/**
 * After an attempt that was given up: the next one has only those that live. Collective over them.
 *
 * @return a host with sources that has died, if there is one; else NULL
 */
const char *fan_copy_survival_go_on(fan_copy_survival *survival);

/** Whether this process speaks for those that live. Local. */
bool fan_copy_survival_speaks(const fan_copy_survival *survival);

#endif
