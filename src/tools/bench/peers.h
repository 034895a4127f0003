/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file peers.h  The broadcast algorithms of the MPI library itself, forced one by one.
 *
 * Open MPI's component coll/tuned takes the forced algorithm from control variables (MCA
 * parameters, which the MPI tool interface writes) when a communicator is made, if
 * coll_tuned_use_dynamic_rules was on in MPI_Init.
 */
#ifndef FAN_TOOLS_BENCH_PEERS_H
#define FAN_TOOLS_BENCH_PEERS_H

#include <mpi.h>
#include <stdbool.h>

typedef struct fan_bench_peer {
    char name[40];         /**< as --peers gave it, such as pipeline:64K */
    const char *algorithm; /**< as the library calls it */
    int segment_bytes;     /**< 0: the message is not cut */
} fan_bench_peer;

/** Have MPI_Init allow forcing if the command line has --peers. Call it before MPI_Init. */
void fan_bench_peers_before_init(int argc, char **argv);

/**
 * Make sure that all the peers can be forced, and that MPI_Bcast without force is the library's own
 * choice. Collective. False, on all ranks, if not; then one rank has said why and what to do.
 * True: undone by fan_bench_peers_close.
 */
bool fan_bench_peers_open(const fan_bench_peer *peers, int count);

/**
 * Duplicate MPI_COMM_WORLD into a communicator whose MPI_Bcast is the peer's. Collective, after
 * fan_bench_peers_open. Ends the job if a variable cannot be written.
 */
void fan_bench_peer_dup(const fan_bench_peer *peer, MPI_Comm *comm);

/** End the use of the MPI tool interface. Local. */
void fan_bench_peers_close(void);

#endif
