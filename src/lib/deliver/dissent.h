/* SPDX-License-Identifier: BSD-3-Clause */
/** @file dissent.h  Which ranks say what, where all should say the same. */
#ifndef FAN_LIB_DELIVER_DISSENT_H
#define FAN_LIB_DELIVER_DISSENT_H

#include "base/status.h"

#include <mpi.h>

/** What a rank says, with its end. */
enum { FAN_DISSENT_TEXT = 160 };

/**
 * Ranks have found that they differ: say who says what. Collective; every rank calls it. Rank 0
 * prints the text of the failure as a warning, which is out before any rank returns.
 *
 * @param subject  what it is about, how the text begins
 * @param own      what this rank says
 * @return         FAN_ERR_DISAGREEMENT with a text such as "SUBJECT: this on ranks 0-2,7; that on
 *                 rank 3"; or FAN_ERR_TRANSPORT
 */
fan_status fan_dissent(MPI_Comm comm, const char *subject, const char own[FAN_DISSENT_TEXT]);

#endif
