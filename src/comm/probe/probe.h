/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file probe.h  What a link between two ranks is like, from few messages.
 *
 * Empty messages that go to and fro tell the latency, a train of short ones what each of them costs
 * (as in T. Kielmann, H. Bal and K. Verstoep, "Fast measurement of LogP parameters for message
 * passing platforms", IPDPS workshops, 2000), and trains of ever more bytes the bandwidth: what the
 * bytes of one train take that the one before had not. So it does not matter that a link lets a
 * burst through at full speed, or a connection needs time to become fast, as long as the trains
 * become long enough; they double until two rates agree, or time is up. A train longer than a burst
 * that is fast shows that the broadcast itself takes little time, so that less may be spent.
 */
#ifndef FAN_COMM_PROBE_PROBE_H
#define FAN_COMM_PROBE_PROBE_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct fan_probe_link {
    double latency; /**< seconds from rank to rank, without the overheads */
    /** seconds of processor time to send, or to receive, a message; 0: see bandwidth */
    double overhead;
    double bandwidth; /**< bytes per second; 0: there was no time to measure it */
    /** whether two rates agreed, or the longest train was reached, before time was up */
    int64_t is_settled;
    int64_t is_rough; /**< it was left at that because the broadcast takes little time itself */
} fan_probe_link;

/** Whether a round trip fits what is said of a link: within a factor of 2. */
bool fan_probe_fits(const fan_probe_link *link, double round_trip);

/** How long measuring may take. */
typedef struct fan_probe_patience {
    double seconds;  /**< in any case */
    double share;    /**< or this share of the time that */
    double of_bytes; /**< so many bytes will take; whichever is longer */
    double at_most;  /**< but only this share of it, as soon as a train shows what they take */
} fan_probe_patience;

/** Seconds that it may take, at so many bytes per second. */
double fan_probe_allowed(const fan_probe_patience *patience, double rate);

/**
 * Measure, on the first of two ranks. Both call it; others do not. It waits as wait.h says, and
 * returns MPI's code.
 *
 * @param comm  private; errors return
 * @param peer  the other one
 * @param tag   of the messages, which nothing else uses at the same time
 * @param known  what the link was like before, or NULL: if the round trips fit, that is the result
 * @param link   receives what was measured, on the rank that leads
 * @param is_as_known  receives whether it is what was known
 */
int fan_probe_lead(MPI_Comm comm, int peer, int tag, const fan_probe_patience *patience,
                   const fan_probe_link *known, fan_probe_link *link, bool *is_as_known);

/** The part of the second one. */
int fan_probe_follow(MPI_Comm comm, int peer, int tag);

#endif
