/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stall.h  Which edge is stuck, from what the ranks of a stalled stream say. Pure. */
#ifndef FAN_ENGINE_STALL_H
#define FAN_ENGINE_STALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAN_VIEW_WAITS = 16 };

/** A peer from which data does not come, or that does not take any. */
typedef struct fan_wait {
    int32_t peer;
    int32_t receives;
} fan_wait;

/** What a rank waits for, or the first FAN_VIEW_WAITS of it. A message. */
typedef struct fan_view {
    int32_t answers; /**< 0: the rank has said nothing */
    int32_t count;
    fan_wait waits[FAN_VIEW_WAITS];
} fan_view;

/** The name of a host, cut to fit. */
typedef char fan_host_name[64];

/** Add a wait, unless it is there already or there is no room. */
void fan_view_add(fan_view *view, int peer, bool receives);

/**
 * What rank 0 makes of what it has heard: edges from and to ranks that did not answer, of which
 * another rank says that it waits on them. If there are none, edges that wait by what both ends
 * say.
 *
 * @param views  [ranks]
 * @param hosts  [ranks]
 * @param text   receives as many edges as fit
 */
void fan_stall_explain(const fan_view *views, int ranks, const fan_host_name *hosts, char *text,
                       size_t size);

/** What one rank knows by itself. */
void fan_stall_explain_alone(const fan_view *own, int rank, const fan_host_name *hosts, char *text,
                             size_t size);

#endif
