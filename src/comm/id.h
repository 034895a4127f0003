/* SPDX-License-Identifier: BSD-3-Clause */
/** @file id.h  Numbers that tell things of different processes apart. */
#ifndef FAN_COMM_ID_H
#define FAN_COMM_ID_H

#include <stdint.h>

/** A random number, never 0, that no other process or call returns. Local, thread-safe. */
uint64_t fan_comm_new_id(void);

#endif
