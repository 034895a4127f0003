/* SPDX-License-Identifier: BSD-3-Clause */
/** @file round.h  One job, from its start to its end. Local. */
#ifndef FAN_COPY_DRIVE_ROUND_H
#define FAN_COPY_DRIVE_ROUND_H

#include "copy/drive/input.h"
#include "copy/hosts/launcher.h"
#include "copy/hosts/watch.h"

#include <jansson.h>

typedef struct fan_copy_drive_round {
    const fan_copy_launcher *launcher;
    fan_copy_hosts *hosts;
    fan_copy_watch *signals;
    fan_copy_drive_input *input;
    bool source_is_here;

    /* What came of it. */
    bool begun;     /**< all processes have met, and know what is copied where */
    bool stopped;   /**< the user has ended it */
    bool stuck;     /**< it was ended, as the launcher did not get on, though all hosts answered */
    json_t *result; /**< the mark with the report; NULL: the job has ended without */
    int status;     /**< of the launcher, as by waitpid() */
} fan_copy_drive_round;

/**
 * Start a job on all hosts that are to do, and wait for its end. If nothing is heard of it for
 * long, hosts are asked; if one does not answer, the job is ended.
 *
 * @param arguments  of this program in that job
 * @return 0 or an errno value: it could not be started
 */
int fan_copy_drive_round_run(fan_copy_drive_round *round, const char *const *arguments);

#endif
