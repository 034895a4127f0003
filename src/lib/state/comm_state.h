/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file comm_state.h  What the library keeps on a communicator, as an attribute.
 *
 * It is made in two steps, so that a program whose broadcasts are few and small pays for neither a
 * communicator nor a schedule: the first call on a communicator agrees on the parameters (one small
 * broadcast), the first call that needs messages of our own connects it: see connection.h.
 */
#ifndef FAN_LIB_STATE_COMM_STATE_H
#define FAN_LIB_STATE_COMM_STATE_H

#include "base/status.h"
#include "base/units.h"
#include "comm/wait.h"
#include "engine/mpi/mpi_mail.h"
#include "engine/stall.h"
#include "engine/trace.h"
#include "lib/where/channel.h"
#include "plan/contest.h"
#include "plan/planner.h"
#include "plan/times.h"

#include <mpi.h>
#include <stdatomic.h>
#include <sys/queue.h>

/** A plan, kept for the next broadcast of the same length from the same root. */
typedef struct fan_planned {
    bool made;
    int64_t bytes;
    int root; /**< a rank */
    fan_plan plan;
    fan_order *order; /**< of nodes and storage, or NULL */
    fan_schedule schedule;
} fan_planned;

/** Release it, because its parameters no longer hold. Local. */
void fan_planned_forget(fan_planned *planned);

/** Broadcasts that follow each other: see lane.h. */
typedef struct fan_lane {
    int first_tag;               /**< of its messages on the private communicator */
    fan_channel *channel;        /**< of a lane that has been opened, else NULL */
    int64_t block;               /**< of tags, in the channel */
    fan_node *node;              /**< whose ring it uses, NULL: see fan_delivery_task */
    struct fan_pending *running; /**< the broadcast in progress, if it is a pending one */
} fan_lane;

/** What has been found out about ways of broadcasting: see lib/adapt/trial.h. */
typedef struct fan_trials {
    fan_contest contests[FAN_SIZE_CLASSES];
    bool has_sample; /**< the last broadcast ended a trial, of whose time ranks have yet to tell */
    int class;       /**< of this trial */
    fan_way way;
    fan_times times[FAN_SIZE_CLASSES]; /**< of the last trial in each class, on this rank */
} fan_trials;

typedef struct fan_comm_state {
    MPI_Comm user_comm;    /**< MPI_COMM_NULL after it has been freed */
    atomic_int references; /**< the communicator, and persistent requests, which may outlive it */
    int rank;
    int size;
    fan_params params; /**< rank 0's, equal on all ranks */

    enum { FAN_UNCONNECTED, FAN_CONNECTED, FAN_CANNOT_CONNECT } connection;
    const char *obstacle; /**< why it cannot */
    int small_calls;      /**< broadcasts so far of an unconnected state */
    /* Of a connected one: */
    fan_channel *channel;
    int64_t block; /**< of tags, in the channel */
    int first_tag; /**< of the block */
    fan_placement *placement;
    MPI_Comm comm;       /**< the channel's. For messages only: others may have calls on it, too */
    fan_node_map map;    /**< the placement's */
    fan_order *order;    /**< the placement's, or that of its slowness */
    fan_learned learned; /**< by which the parameters have been set */
    const fan_slowness *slowness; /**< by which the order has, or NULL */

    /** after a death: those that live, with a state of their own; or MPI_COMM_NULL */
    MPI_Comm survivors;

    fan_host_name *hosts; /**< [size] to tell where the ranks are, NULL until asked for */
    bool is_watched;      /**< ranks watch each other, where they can */
    fan_pulse *pulse;     /**< with a timeout: the ranks, which watch each other; or NULL */
    bool is_one_node;     /**< that is to be used, as rank 0's launcher says: a hint */
    bool traced;          /**< rank 0 has FANOUT_TRACE: a recorder is made with `comm` */
    struct fan_recorder *recorder; /**< or NULL */
    fan_trace *trace;              /**< the recorder's, or that of a test, or NULL */

    /* The last plan and schedule: most programs repeat a broadcast. */
    fan_planned planned;

    bool adapts; /**< ways of broadcasting are found by trying: see lib/adapt/trial.h */
    fan_trials trials;
    bool blocks; /**< ranks wait in MPI_Bcast for what is left to MPI: see blocking.h */

    int64_t withins; /**< broadcasts with a deadline so far */
    fan_mail *mail;  /**< theirs; NULL: there were none */

    /** so far, of those whose sends need not be synchronous */
    atomic_uint eager_deliveries;

    fan_lane lane;              /**< of what MPI orders by the calls */
    fan_node *nonblocking_node; /**< whose ring nonblocking broadcasts use */
    enum { FAN_UNPREPARED, FAN_PREPARED, FAN_LEFT_TO_MPI, FAN_LACKING } nonblocking;

    LIST_ENTRY(fan_comm_state) link; /**< of all states of the process */
} fan_comm_state;

/**
 * A new state for an intracommunicator, not attached to it yet: see lib/call/lifetime.h.
 * Collective. Where ranks go on without the dead (fan_agree_goes_on), all that live have one or
 * none; if one has died, its parameters are those of the survivors. Elsewhere a death is an error
 * at once.
 */
fan_status fan_comm_state_make(MPI_Comm comm, fan_comm_state **state);

/**
 * Find out who lives: the new communicator `survivors`, in the place of an old one. All that live
 * call this. Returns FAN_OK, or a failure after which others are not to be waited for.
 */
fan_status fan_comm_state_find_survivors(fan_comm_state *state);

/** Free the communicator `survivors`, if there is one. Local. */
void fan_comm_state_leave_survivors(fan_comm_state *state);

/** Release it. Its connection has ended. Local. */
void fan_comm_state_free(fan_comm_state *state);

/** Write the trace, if one is being recorded. Collective. */
void fan_comm_state_end_recording(fan_comm_state *state);

/**
 * Agree on the parameters anew, with `hints`. Collective. Where ranks go on without the dead, all
 * that live have the new ones or none; FAN_ERR_DIED is all's.
 */
fan_status fan_comm_state_set(fan_comm_state *state, MPI_Info hints);

/**
 * Find a ring for nonblocking broadcasts. No other communicator may use it, because ranks may start
 * broadcasts on different communicators in different order. Collective; the state is connected.
 *
 * @param impossible  receives whether they are left to MPI, because some node has no memory for
 *                    one, or for the reason in blocking.h; equal on all ranks
 */
fan_status fan_comm_state_prepare_nonblocking(fan_comm_state *state, bool *impossible);

/** Parameters of one operation: those of the state with `hints` of rank 0 on top. Collective. */
fan_status fan_comm_state_overlay(fan_comm_state *state, MPI_Info hints, fan_params *params);

/** Why ranks cannot have broadcasts pending, as numbers that can be compared. */
typedef enum fan_hindrance {
    FAN_UNHINDERED,
    FAN_SOME_BLOCK, /**< see blocking.h */
    FAN_SOME_LACK   /**< memory for a ring, or tags */
} fan_hindrance;

/**
 * A ring that no other communicator uses, for broadcasts that are pending. NULL: this rank is alone
 * on its node, or ranks are hindered. Otherwise its ranks block no more. Collective; the state is
 * connected.
 *
 * @param fresh      that nothing else on this communicator uses either
 * @param hindrance  of this rank; it becomes the worst on any rank
 * @return           FAN_OK, or FAN_ERR_TRANSPORT on all ranks
 */
fan_status fan_comm_state_own_node(fan_comm_state *state, bool fresh, fan_hindrance *hindrance,
                                   fan_node **node);

/**
 * With a timeout, or where ranks may die: tell every rank on which host each rank is. With a
 * timeout let ranks watch each other. Collective.
 *
 * @param limit  seconds of silence that are too many; 0: there is no timeout
 */
fan_status fan_comm_state_watch(fan_comm_state *state, double limit);

/** Whether a parameter says how to broadcast: it goes first. */
bool fan_comm_state_is_told_how(const fan_params *params);

/**
 * Whether blocking broadcasts go on when ranks die: the parameter on_failure says so, and this run
 * has ULFM. Equal on all ranks.
 */
bool fan_comm_state_survives(const fan_comm_state *state);

/** What ends a wait for ranks of this state, whose operation has this timeout. Local. */
fan_comm_bound fan_comm_state_bound(const fan_comm_state *state, double timeout);

#endif
