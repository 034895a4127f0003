/* SPDX-License-Identifier: BSD-3-Clause */
/** @file progress.h  Pending broadcasts of the process go on while a library of ours waits. */
#ifndef FAN_BESIDE_PROGRESS_H
#define FAN_BESIDE_PROGRESS_H

/** From now on they do while src/comm waits. Local, may be called again. */
void fan_beside_progress(void);

#endif
