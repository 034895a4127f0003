/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file delivery.h  One broadcast on a communicator: by messages between nodes, through memory
 * inside them.
 */
#ifndef FAN_LIB_DELIVER_DELIVERY_H
#define FAN_LIB_DELIVER_DELIVERY_H

#include "engine/engine.h"
#include "engine/mpi/mpi_transport.h"
#include "engine/ring/stage.h"
#include "engine/salvage.h"
#include "lib/state/comm_state.h"

/** What is to be delivered. Equal on all ranks, except for the store. */
typedef struct fan_delivery_task {
    fan_comm_state *state; /**< connected */
    fan_lane *lane;        /**< the state's, or one of its own */
    fan_node *node;        /**< whose ring to use: the state's, or one like it */
    const fan_params *params;
    /** where the plan is kept, to be used again if it fits; NULL: it is not kept */
    fan_planned *planned;
    int64_t bytes;   /**< at least 1, or FAN_UNKNOWN_LENGTH */
    int64_t *length; /**< receives the length, or NULL */
    int root;
    bool bounded; /**< a stream: memory for a window only, and callbacks of the user's */
    fan_store store;
    /** from fan_delivery_take_cells; the delivery frees them. NULL: the engine takes its own */
    fan_cells *cells;
    const fan_parts *parts;     /**< that are to be the subfiles, or NULL */
    const fan_salvage *salvage; /**< is told what the store has got, if this fails; or NULL */
} fan_delivery_task;

/**
 * Take memory for the window of a stream, where spare memory might not do for it: only before the
 * stream begins can all ranks learn that one has none. Collective; on all ranks FAN_ERR_MEMORY, or
 * another failure.
 */
fan_status fan_delivery_take_cells(fan_delivery_task *task);

/** A task in progress. */
typedef struct fan_delivery {
    fan_delivery_task task;
    fan_planned own; /* the plan of a task that keeps none */
    const fan_planned *chosen;
    fan_relay relay;
    bool relays; /* other ranks of the node get what this one receives */
    bool uses_messages;
    fan_store outer;      /* the store of the engine */
    fan_schedule serving; /* what runs after the chosen schedule, if anything does */
    bool serves;
    fan_mpi_transport transport;
    fan_engine *engine; /* NULL: no phase is running */
    fan_stage stage;
    size_t reading; /* from memory: its record in the trace */
    int64_t length; /* of the data, when it is known */
    int64_t steps;  /* done, when it was last looked at; with a timeout */
    double begun;   /* from fan_tell_begin */
    fan_comm_patience patience;
    fan_status status;
    bool finished;
} fan_delivery;

/**
 * Begin. Deliveries of one communicator follow each other, in the same order on all ranks.
 * `delivery` must stay where it is.
 */
void fan_delivery_begin(fan_delivery *delivery, const fan_delivery_task *task);

/**
 * Do what can be done now. To be called until `finished`.
 *
 * @param block  wait if nothing can be done
 */
void fan_delivery_progress(fan_delivery *delivery, bool block);

/** End a delivery that is `finished`. Returns its status. */
fan_status fan_delivery_end(fan_delivery *delivery);

/** Begin, progress and end. Collective, blocking. */
fan_status fan_deliver(const fan_delivery_task *task);

#endif
