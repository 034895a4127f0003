/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file patterns.h  Legal broadcasts in which the root's (count, datatype) is not the others',
 * though the signature is. Some MPI libraries cut a broadcast into segments by the local count and
 * datatype, and then do them wrong.
 */
#ifndef FAN_TESTS_PATTERNS_H
#define FAN_TESTS_PATTERNS_H

#include <mpi.h>
#include <stdbool.h>

/** Ints of each broadcast: 1.4 MB. */
enum { PATTERN_INTS = 350000 };

typedef int pattern_broadcast(void *buffer, int count, MPI_Datatype datatype, int root,
                              MPI_Comm comm);

/** What became of it on this rank. */
typedef struct pattern_outcome {
    int error_class; /**< of the error, or MPI_SUCCESS */
    /** ints that are not as they should be, among them those that belong to no element */
    int wrong;
} pattern_outcome;

int pattern_count(void);

/** What the root, or what the others give as count and datatype. */
const char *pattern_text(int pattern, bool root);

/** Do it from rank 0 to all. Errors are returned on `comm`. */
pattern_outcome pattern_run(int pattern, pattern_broadcast *broadcast, MPI_Comm comm);

#endif
