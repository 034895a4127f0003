/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file pulse.h  Find out which processes of a job are silent, by a thread of this process.
 *
 * The thread starts with the first use, sleeps but for a few datagrams in each interval, blocks all
 * signals, and calls nothing of MPI.
 */
#ifndef FAN_PULSE_PULSE_H
#define FAN_PULSE_PULSE_H

#include "pulse/post.h"

#include <stdbool.h>
#include <stddef.h>

/** A circle of processes that watch each other. */
typedef struct fan_pulse fan_pulse;

/**
 * Where this process is heard: to be told to the others. From now on it answers. Local,
 * thread-safe.
 */
fan_pulse_place fan_pulse_place_of_this(void);

/**
 * Begin to watch. Local, thread-safe. Comes back when those that this process watches have answered
 * once, or after 0.2 s.
 *
 * @param places  [count] of all members; copied
 * @param self    which of them this process is
 * @param limit   seconds of silence that are too many
 * @param alarm   called once by the thread when somebody is silent, or NULL
 * @return        NULL: no memory, or no socket or thread
 */
fan_pulse *fan_pulse_begin(const fan_pulse_place *places, int count, int self, double limit,
                           void (*alarm)(fan_pulse *pulse, void *state), void *state);

/** Stop watching; the process still answers. NULL is permitted. Local. */
void fan_pulse_end(fan_pulse *pulse);

/** Tell the members that this process will not answer any more, and that this is right. Local. */
void fan_pulse_leave(fan_pulse *pulse);

/**
 * Watch the largest circle that there is, or has been, until this process ends: the last step of
 * all is one that its members take together. It leaves the circle at exit(). Local; once.
 *
 * @param alarm  only circles that were begun with this function; it is called (again) if somebody
 *               is silent
 */
void fan_pulse_stay(void (*alarm)(fan_pulse *pulse, void *state));

/**
 * It is known otherwise that a member is dead: from now on it does not count as silent, and without
 * another one that does there is no alarm. Thread-safe.
 */
void fan_pulse_excuse(fan_pulse *pulse, int member);

/** Whether a member is silent. Quick, thread-safe; NULL: no. */
bool fan_pulse_has_alarm(const fan_pulse *pulse);

/** After the alarm: which members are silent. Thread-safe. */
void fan_pulse_describe(fan_pulse *pulse, char *text, size_t size);

/** After the alarm: whether this is the first of those that are not silent. Thread-safe. */
bool fan_pulse_is_first_heard(fan_pulse *pulse);

#endif
