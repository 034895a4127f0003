/* SPDX-License-Identifier: BSD-3-Clause */
/** @file status.h  What our own functions return, and the text that goes with a failure. */
#ifndef FAN_BASE_STATUS_H
#define FAN_BASE_STATUS_H

typedef enum fan_status {
    FAN_OK = 0,
    FAN_ERR_ARGUMENT,     /**< a caller's or a user's value is wrong */
    FAN_ERR_MEMORY,       /**< allocation failed */
    FAN_ERR_SYSTEM,       /**< a system call failed */
    FAN_ERR_TRANSPORT,    /**< the message layer failed */
    FAN_ERR_TRUNCATED,    /**< a message did not have the length that the schedule says */
    FAN_ERR_SOURCE,       /**< the source of the data failed (known on every rank) */
    FAN_ERR_SINK,         /**< the sink of this rank failed (known on this rank) */
    FAN_ERR_DISAGREEMENT, /**< ranks gave different arguments (known, and told, on every rank) */
    FAN_ERR_TIMEOUT,      /**< no progress; the communicator cannot be used any more */
    FAN_ERR_DIED,         /**< a rank has died; the communicator cannot be used any more */
    FAN_ERR_LOST          /**< a rank has died, and data with it (the same on every rank) */
} fan_status;

/**
 * In the place of an MPI code: a wait was given up, and its failure is recorded already, with the
 * status FAN_ERR_TIMEOUT or FAN_ERR_DIED. No MPI library has a negative code.
 */
enum { FAN_GAVE_UP = -1 };

/**
 * Record the text of a failure for the calling thread and return `status`, so that a function can
 * end with `return fan_fail(FAN_ERR_ARGUMENT, "...")`. Thread-safe (thread-local text).
 */
fan_status fan_fail(fan_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * The same for a call of MPI that returned `code`: records the code beside the text and returns
 * FAN_ERR_TRANSPORT. If that code is FAN_GAVE_UP, the text says what for, behind why. Thread-safe
 * (thread-local).
 *
 * @return FAN_ERR_TRANSPORT, or after FAN_GAVE_UP the status that is recorded
 */
fan_status fan_fail_mpi(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The status of the last failure of the calling thread. */
fan_status fan_fail_status(void);

/** The text of the last failure of the calling thread, "" if nothing has failed. */
const char *fan_fail_text(void);

/**
 * The code that MPI returned if the last failure of the calling thread was recorded by
 * fan_fail_mpi, else 0 (MPI_SUCCESS).
 */
int fan_fail_code(void);

/** A failure that is told later, or in another thread. */
typedef struct fan_failure {
    fan_status status;
    /* Set after a failure only: */
    int code;
    char text[256];
} fan_failure;

/** Keep `status`, which is FAN_OK or stands for the last failure of the calling thread. */
void fan_fail_keep(fan_failure *failure, fan_status status);

/** Record it as the last failure of the calling thread. Returns its status. */
fan_status fan_fail_again(const fan_failure *failure);

#endif
