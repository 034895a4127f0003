/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stall.h  Which edge of a stalled stream is stuck, from the ranks' reports. Pure. */
#ifndef FAN_ENGINE_STALL_H
#define FAN_ENGINE_STALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAN_VIEW_WAITS = 16 };

/** A peer that does not send what this rank receives, or does not receive what it sends. */
typedef struct fan_wait {
    int32_t peer;
    int32_t receives;
} fan_wait;

/** What a rank waits for, at most FAN_VIEW_WAITS of it. Sent as a message. */
typedef struct fan_view {
    int32_t answers; /**< 0: the rank has not reported */
    int32_t count;
    fan_wait waits[FAN_VIEW_WAITS];
} fan_view;

/** The name of a host, cut to fit. */
typedef char fan_host_name[64];

/** Add a wait, unless the view has it already or is full. */
void fan_view_add(fan_view *view, int peer, bool receives);

/**
 * Rank 0's conclusion from the reports: edges to and from ranks that did not answer, on which
 * another rank waits. Without such edges, those on which both ends say that they wait.
 *
 * @param views  [ranks]
 * @param hosts  [ranks]
 * @param text   receives as many edges as fit
 */
void fan_stall_explain(const fan_view *views, int ranks, const fan_host_name *hosts, char *text,
                       size_t size);

/**
 * What one rank knows without the others.
 *
 * @param unheard  who should have told more, or -1
 * @param size     of the text, more than twice that of a host's name
 */
void fan_stall_explain_alone(const fan_view *own, int rank, int unheard, const fan_host_name *hosts,
                             char *text, size_t size);

#endif
