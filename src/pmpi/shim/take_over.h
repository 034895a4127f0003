/* SPDX-License-Identifier: BSD-3-Clause */
/** @file take_over.h  Our definitions of the C calls, as MPI has them. */
#ifndef FAN_PMPI_SHIM_TAKE_OVER_H
#define FAN_PMPI_SHIM_TAKE_OVER_H

#include "pmpi/calls.h"

/** The definitions behind ours, to which the rest is passed through. To be called first. */
void fan_take_from(const fan_calls *behind);

fan_bcast_fn fan_take_bcast;
fan_ibcast_fn fan_take_ibcast;
fan_barrier_fn fan_take_barrier;
fan_allreduce_fn fan_take_allreduce;
#ifdef HAVE_MPI_BCAST_INIT
fan_bcast_init_fn fan_take_bcast_init;
#endif
#ifdef HAVE_MPI_BCAST_C
fan_bcast_c_fn fan_take_bcast_c;
fan_ibcast_c_fn fan_take_ibcast_c;
fan_bcast_init_c_fn fan_take_bcast_init_c;
#endif

#endif
