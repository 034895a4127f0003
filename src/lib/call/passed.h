/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file passed.h  A nonblocking or persistent broadcast that is passed through to MPI, by
 * MPI_Ibcast.
 *
 * With the parameter `check` ranks compare a nonblocking one first, without waiting: MPI's
 * broadcast begins at once, because MPI matches it by the order of the calls, but in memory of our
 * own. If ranks turn out to differ, it may never end: then it is left alone, with that memory.
 */
#ifndef FAN_LIB_CALL_PASSED_H
#define FAN_LIB_CALL_PASSED_H

#include "lib/call/as_bytes.h"
#include "lib/deliver/comparison.h"

typedef struct fan_passed {
    fan_call call;
    /* A persistent one has its own, else they are the null handles: */
    MPI_Comm comm;
    MPI_Datatype datatype;
    bool goes_as_bytes;
    fan_as_bytes bytes;
    bool compares; /**< it has not been found yet that all ranks start the same */
    fan_comparison comparison;
    MPI_Request request;
    fan_comm_patience patience;
    double begun; /**< from fan_tell_begin */
} fan_passed;

/** One that has not been opened, which fan_passed_close accepts. */
void fan_passed_init(fan_passed *passed);

/**
 * Prepare to start it, once or, if it `is_persistent`, again and again. Collective if it is, with a
 * status that may be a failure on some ranks only; else local, and FAN_OK.
 */
fan_status fan_passed_open(fan_passed *passed, const fan_call *call, bool is_persistent);

/** Start it. Returns an MPI code that has been raised. */
int fan_passed_start(fan_passed *passed);

/**
 * Whether it has ended. Local.
 *
 * @param code  receives an MPI code, which has been raised
 */
bool fan_passed_has_ended(fan_passed *passed, int *code);

/**
 * Whether MPI alone can end one that has been started, so that its request is all there is to it.
 * Then it is the caller's. Local.
 */
bool fan_passed_hand_over(fan_passed *passed, MPI_Request *request);

void fan_passed_close(fan_passed *passed);

#endif
