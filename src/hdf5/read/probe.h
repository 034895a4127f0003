/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file probe.h  May another thread use HDF5 while this one waits for it?
 *
 * Not if this thread is in a callback of HDF5: then it holds HDF5's lock until the callback ends,
 * and HDF5 does not tell. So a thread of its own calls HDF5. What this thread holds stays the same
 * as long as it does not return to its caller; so once the call has returned, other threads may.
 */
#ifndef FAN_HDF5_READ_PROBE_H
#define FAN_HDF5_READ_PROBE_H

#include <stdbool.h>

typedef struct fan_h5_probe fan_h5_probe;

/**
 * Begin to find out. NULL, which the other functions take for "no", if that is not possible, or if
 * a thread of an earlier probe still waits in a callback: there is at most one in the process.
 */
fan_h5_probe *fan_h5_probe_begin(void);

/** Whether it is known by now that others may. */
bool fan_h5_probe_passed(const fan_h5_probe *probe);

/** Does not wait: the probe's thread ends at the latest when the callback does. */
void fan_h5_probe_end(fan_h5_probe *probe);

#endif
