/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file apart.h  Work with a damaged file in a child process: where HDF5 crashes or does not come
 * to an end, the child does.
 *
 * Of three hundred small files with damage to their metadata, about one makes HDF5 1.10.8 write
 * beyond its memory or go in circles when its objects are opened. The child is a fork(), without
 * exec: it sees this process's memory, the image of a file for instance, and needs no program to
 * be installed. What that relies on:
 *
 * - The child calls HDF5 and the C library only, never MPI, and ends by _exit().
 * - It is made in a callback of HDF5, thus by the thread that has HDF5's lock: no other thread is
 *   in HDF5, whose state the child has as it is. The C library's fork() does the same for
 *   malloc(). With HDF5 2, whose lock no child can take over, there is no child if a thread is
 *   in HDF5 then, as in a callback of HDF5: FAN_H5_APART_NO_PROCESS, after 5 seconds.
 * - Pages that a fabric has registered stay those of this process: so it is from Linux 5.12 on,
 *   and with TCP and shared memory always. The child does not touch them.
 * - Signals have their default effects in the child; it leaves no core file and prints nothing. To
 *   this process it is a child like those of system(3): SIGCHLD is sent when it ends. That may be
 *   ignored, and another thread may wait for it.
 *
 * It costs what fork() costs: 0.6 ms, and 20 to 70 ms for each GB that the process has in memory
 * of its own (measured with pages of 4 KiB in a virtual machine; shared memory is free).
 */
#ifndef FAN_HDF5_OBJECTS_APART_H
#define FAN_HDF5_OBJECTS_APART_H

#include <stdatomic.h>
#include <stdbool.h>

enum {
    FAN_H5_APART_PLACE_BYTES = 300,
    FAN_H5_APART_RESULT_BYTES = 2048,
    FAN_H5_APART_REASON_BYTES = 80
};

typedef enum fan_h5_apart_end {
    FAN_H5_APART_DONE,
    FAN_H5_APART_CRASHED,
    FAN_H5_APART_STUCK,
    FAN_H5_APART_NO_PROCESS, /**< nothing was done: no process, memory or lock of HDF5 for it */
} fan_h5_apart_end;

/** What the work says. Both processes see it while the work is done. */
typedef struct fan_h5_apart_report {
    atomic_ulong steps;
    atomic_bool long_step;                  /**< to be set before a step that may take any time */
    char place[FAN_H5_APART_PLACE_BYTES];   /**< at what it is, or "" */
    char result[FAN_H5_APART_RESULT_BYTES]; /**< what it has found, or "" */
    char reason[FAN_H5_APART_REASON_BYTES]; /**< in words, if it did not end well */
} fan_h5_apart_report;

/** Is called in the child, in which it may change what it likes. */
typedef void fan_h5_apart_work(void *state, fan_h5_apart_report *report);

/**
 * Let a child do `work` and wait for it. Local.
 *
 * @param patience  seconds, at least 1, in which the work must make a step, unless that is a long
 *                  one; else the child is killed
 * @param report    receives what the work said, also if it did not end well
 */
fan_h5_apart_end fan_h5_apart(fan_h5_apart_work *work, void *state, double patience,
                              fan_h5_apart_report *report);

/**
 * The work makes a step: an `at_step` of fan_h5_walk.
 *
 * @param report  a fan_h5_apart_report
 * @param place   at which it is from now on, or NULL: the same
 */
void fan_h5_apart_step(void *report, const char *place);

#endif
