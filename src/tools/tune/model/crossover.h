/* SPDX-License-Identifier: BSD-3-Clause */
/** @file crossover.h  From which size on fanout_bcast is not slower than MPI_Bcast. */
#ifndef FAN_TOOLS_TUNE_MODEL_CROSSOVER_H
#define FAN_TOOLS_TUNE_MODEL_CROSSOVER_H

#include "tools/tune/model/curve.h"

#include <stdint.h>

/**
 * The first size from which on, up to the largest, the median of `fanout` is not above that of
 * `mpi`.
 *
 * @param mpi, fanout  seconds over bytes, at the same sizes
 * @return the number of its point; the number of points if there is none
 */
int fan_tune_crossover(const fan_tune_curve *mpi, const fan_tune_curve *fanout);

/**
 * The value of the parameter `min_bytes`: that size; if there is none, twice the largest one, but
 * at least `preset`, so that a few small sizes do not make it small.
 */
int64_t fan_tune_min_bytes(const fan_tune_curve *mpi, const fan_tune_curve *fanout, int64_t preset);

#endif
