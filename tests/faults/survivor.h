/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_FAULTS_SURVIVOR_H
#define TESTS_FAULTS_SURVIVOR_H

#include <mpi.h>

/** Say what is wrong, and with which code of MPI's, and end the job. */
void end_wrong(const char *what, int code);

/**
 * Broadcasts with fanout_mdc_bcast_within, each of which must return with `least` of 8 descriptors
 * at least, whoever dies but the root, and one with fanout_bcast, whose code is returned.
 */
int run_descriptors(MPI_Comm comm, int least);

#endif
