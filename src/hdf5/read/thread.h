/* SPDX-License-Identifier: BSD-3-Clause */
/** @file thread.h  Threads that no signal of the program reaches. */
#ifndef FAN_HDF5_READ_THREAD_H
#define FAN_HDF5_READ_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/** pthread_create with all signals blocked: the program's own threads handle them. */
bool fan_h5_thread_start(pthread_t *thread, void *(*run)(void *), void *state);

#endif
