/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fortran.h  Our definitions of Open MPI's Fortran calls: arguments are converted, then it is
 * the C call.
 */
#ifndef FAN_PMPI_SHIM_FORTRAN_H
#define FAN_PMPI_SHIM_FORTRAN_H

#include "pmpi/calls.h"

#ifdef OPEN_MPI
fan_fortran_bcast_fn fan_take_fortran_bcast;
fan_fortran_ibcast_fn fan_take_fortran_ibcast;
#endif

#endif
