/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file host_order.h  The order of ranks that all ranks of a communicator agree on: made on rank 0 from
 * the names of their hosts and from the topology file that FANOUT_TOPO_FILE names in its environment.
 */
#ifndef FAN_LIB_HOST_ORDER_H
#define FAN_LIB_HOST_ORDER_H

#include "base/status.h"
#include "plan/order.h"

#include <mpi.h>

/**
 * The order, which the caller frees; NULL if it is that of the ranks. Collective over `comm`, a private
 * communicator. A bad file, or too little memory on a rank, is the same failure on all ranks.
 */
fan_status fan_agree_on_order(MPI_Comm comm, fan_order **order, int *mpi_code);

#endif
