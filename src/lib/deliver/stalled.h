/* SPDX-License-Identifier: BSD-3-Clause */
/** @file stalled.h  Nothing of a broadcast has moved for its whole timeout: who waits for whom? */
#ifndef FAN_LIB_DELIVER_STALLED_H
#define FAN_LIB_DELIVER_STALLED_H

#include "lib/deliver/delivery.h"

/**
 * Make the answer the failure. Unless a host is silent, which has been recorded already, or ranks
 * do not know each other's hosts. Each rank tells the others what it waits for, and hears for a
 * while what they do.
 */
void fan_stalled_explain(const fan_delivery *delivery);

#endif
