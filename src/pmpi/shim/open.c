/* SPDX-License-Identifier: BSD-3-Clause */
/* What libfanout_pmpi.so finds in libfanout_shim.so: the table of our definitions. */
#include "config.h"

#include "pmpi/shim/fortran.h"
#include "pmpi/shim/take_over.h"

fan_shim_open_fn fan_shim_open __attribute__((visibility("default")));

const fan_calls *fan_shim_open(const fan_calls *behind)
{
    static const fan_calls ours = {
        .bcast = fan_take_bcast,
        .ibcast = fan_take_ibcast,
        .barrier = fan_take_barrier,
        .allreduce = fan_take_allreduce,
#ifdef HAVE_MPI_BCAST_INIT
        .bcast_init = fan_take_bcast_init,
#endif
#ifdef HAVE_MPI_BCAST_C
        .bcast_c = fan_take_bcast_c,
        .ibcast_c = fan_take_ibcast_c,
        .bcast_init_c = fan_take_bcast_init_c,
#endif
#ifdef OPEN_MPI
        .fortran_bcast = fan_take_fortran_bcast,
        .fortran_ibcast = fan_take_fortran_ibcast,
#endif
    };
    fan_take_from(behind);
    return &ours;
}
