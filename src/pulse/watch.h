/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file watch.h  One circle of processes that watch each other: who is asked, what an answer
 * means, when somebody counts as silent. It sends by way of a function, so that tests can do
 * without a network. Not thread-safe.
 *
 * A process watches those whose numbers are a power of two away from its own: so each is watched by
 * about 2 log2(members) others, also when several of them have died. Silence is counted in
 * questions that were not answered, not in seconds: a job that was suspended as a whole, and runs
 * again, has asked nothing meanwhile. Who has never answered is never called silent, since there
 * may be a firewall between the two.
 */
#ifndef FAN_PULSE_WATCH_H
#define FAN_PULSE_WATCH_H

#include "pulse/post.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fan_pulse_member {
    fan_pulse_place place;
    bool watched;
    bool heard; /**< it has answered once */
    bool silent;
    bool gone;  /**< it has said that it leaves, or is excused */
    int missed; /**< questions since the last answer */
} fan_pulse_member;

typedef void fan_pulse_send_fn(void *state, const fan_pulse_place *to, fan_pulse_kind kind,
                               uint64_t about);

typedef struct fan_pulse_watch {
    fan_pulse_member *members; /**< [count] */
    int count, self;
    double limit;    /**< seconds of silence */
    double interval; /**< between two questions */
    int most_missed;
    int ticks_to_alarm; /**< more may turn out to be silent meanwhile; -1: nobody is yet */
    bool cut_off;       /**< this process hears nobody */
    bool alarm;
} fan_pulse_watch;

/** False without memory. `places` [count] is copied. */
bool fan_pulse_watch_begin(fan_pulse_watch *watch, const fan_pulse_place *places, int count,
                           int self, double limit);

/** Nobody is a member any more. */
void fan_pulse_watch_end(fan_pulse_watch *watch);

/** To be called once in each interval: ask, and count what was not answered. */
void fan_pulse_watch_tick(fan_pulse_watch *watch, fan_pulse_send_fn *send, void *state);

/** A message has come, of whichever kind: who sends something is alive. */
void fan_pulse_watch_hear(fan_pulse_watch *watch, const fan_pulse_message *message);

/** It is known otherwise that a member is dead: nobody waits for it, so it is not silent. */
void fan_pulse_watch_excuse(fan_pulse_watch *watch, int member);

/** Whether all that are watched have answered once. */
bool fan_pulse_watch_is_complete(const fan_pulse_watch *watch);

/** After the alarm: "n7 (rank 3) has not answered for 10 s", as much of it as fits. */
void fan_pulse_watch_describe(const fan_pulse_watch *watch, char *text, size_t size);

#endif
