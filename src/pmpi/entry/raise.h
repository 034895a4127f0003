/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file raise.h  FANOUT_THREAD=raise: the program gets MPI_THREAD_MULTIPLE whatever it asks for, so
 * that a thread can make its nonblocking broadcasts go on.
 */
#ifndef FAN_PMPI_ENTRY_RAISE_H
#define FAN_PMPI_ENTRY_RAISE_H

#include <stdbool.h>

/** Whether it does, in a program with the MPI library that the shim was built for. */
bool fan_entry_raises(void *caller);

#endif
