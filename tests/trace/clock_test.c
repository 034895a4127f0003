/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clocks of ranks on one machine are the same, so what is said of their differences must have no
 * more than its error.
 */
#include "config.h"

#include "base/clock.h"
#include "engine/mpi/mpi_trace.h"
#include "tests/common/tap.h"

#include <math.h>

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    for (int i = 0; i < 5; i++) {
        fan_clock_offset offset;
        double before = fan_clock_now();
        int code = fan_mpi_clock_compare(MPI_COMM_WORLD, &offset);
        tap_ok(code == MPI_SUCCESS && offset.error >= 0 && offset.error < 1,
               "the clocks are compared");
        tap_ok(fabs(offset.offset) <= offset.error + 1e-9,
               "the difference is none, within the error");
        tap_ok(offset.time >= before && offset.time <= fan_clock_now(), "it was measured now");
    }
    return tap_end();
}
