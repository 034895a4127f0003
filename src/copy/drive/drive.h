/* SPDX-License-Identifier: BSD-3-Clause */
/** @file drive.h  A copy that is started from a shell: jobs, until all hosts are served or lost. */
#ifndef FAN_COPY_DRIVE_DRIVE_H
#define FAN_COPY_DRIVE_DRIVE_H

#include "copy/drive/wanted.h"

/** Returns the exit status. Does not call MPI. Local. */
int fan_copy_drive_run(const fan_copy_drive_options *options);

#endif
