/* SPDX-License-Identifier: BSD-3-Clause */
/** @file reason.h  HDF5's error stack in a few words. */
#ifndef FAN_HDF5_OBJECTS_REASON_H
#define FAN_HDF5_OBJECTS_REASON_H

#include <stddef.h>

/** Why the last HDF5 call of this thread failed: its innermost message. */
void fan_h5_reason(char *reason, size_t size);

#endif
