/* SPDX-License-Identifier: BSD-3-Clause */
/** @file class.h  Classes of sizes, each a power of two, and where they end. */
#ifndef FAN_LIB_ADAPT_CLASS_H
#define FAN_LIB_ADAPT_CLASS_H

#include <stdint.h>

/** Broadcasts of fewer bytes are never cut into pieces. */
enum { FAN_TRIAL_LEAST_BYTES = 4096 };

/**
 * Up to so many bytes a tree is the first choice where nothing has been tried: above, MPI's
 * algorithms are better (4 ranks in a node, Open MPI 4.1.4 and MPICH 4.0.2).
 */
enum { FAN_TRIAL_USUAL_TREE = 8192 };

/** What is not contiguous is packed for MPI, which takes as much memory again. */
enum { FAN_TRIAL_LARGEST_MPI = 256 * 1024 * 1024 };

/** The class of so many bytes: the number of its contest in fan_trials. */
int fan_trial_class(int64_t bytes);

#endif
