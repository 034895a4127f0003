/* SPDX-License-Identifier: BSD-3-Clause */
/** @file class.h  Where ways of broadcasting begin and end to be of use. */
#ifndef FAN_LIB_ADAPT_CLASS_H
#define FAN_LIB_ADAPT_CLASS_H

/** Broadcasts of fewer bytes are never cut into pieces. */
enum { FAN_TRIAL_LEAST_BYTES = 4096 };

/**
 * Up to so many bytes a tree is the first choice where nothing has been tried: above, MPI's
 * algorithms are better (4 ranks in a node, Open MPI 4.1.4 and MPICH 4.0.2).
 */
enum { FAN_TRIAL_USUAL_TREE = 8192 };

/** What is not contiguous is packed for MPI, which takes as much memory again. */
enum { FAN_TRIAL_LARGEST_MPI = 256 * 1024 * 1024 };

#endif
