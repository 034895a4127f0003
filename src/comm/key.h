/* SPDX-License-Identifier: BSD-3-Clause */
/** @file key.h  Attributes of communicators, and what happens when MPI_Finalize begins. */
#ifndef FAN_COMM_KEY_H
#define FAN_COMM_KEY_H

#include "base/status.h"

#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/** A key of an attribute of communicators. MPI_Comm_dup does not copy the attribute. */
typedef struct fan_comm_key {
    MPI_Comm_delete_attr_function *delete_attribute;
    MPI_Comm_delete_attr_function *begin_finalize; /**< called first, for MPI_COMM_SELF */
    pthread_mutex_t lock;
    atomic_bool is_made;
    int value; /**< MPI_KEYVAL_INVALID until fan_comm_key_make */
} fan_comm_key;

#define FAN_COMM_KEY(delete_attribute, begin_finalize)                                             \
    {                                                                                              \
        delete_attribute, begin_finalize, PTHREAD_MUTEX_INITIALIZER, false, MPI_KEYVAL_INVALID     \
    }

/** Make the key if it has not been made yet. Local, thread-safe. */
fan_status fan_comm_key_make(fan_comm_key *key);

/** Whether it has been made. Local, thread-safe. */
static inline bool fan_comm_key_is_made(fan_comm_key *key)
{
    return atomic_load(&key->is_made);
}

/**
 * Have `function` called when MPI_Finalize begins, before other attributes are deleted: MPI deletes
 * those of MPI_COMM_SELF first. Local. Returns MPI's code.
 */
int fan_comm_at_finalize(MPI_Comm_delete_attr_function *function);

#endif
