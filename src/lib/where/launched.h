/* SPDX-License-Identifier: BSD-3-Clause */
/** @file launched.h  Where processes are, as the launcher of this one says in the environment. */
#ifndef FAN_LIB_WHERE_LAUNCHED_H
#define FAN_LIB_WHERE_LAUNCHED_H

#include <stdbool.h>

/**
 * Whether all that were started together with this process run on one node, as far as is known
 * without a message. A hint: false where the launcher does not say, and with a topology file.
 * Local, thread-safe.
 */
bool fan_whereabouts_are_one_node(void);

#endif
