/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file connection.h  How a state gets its private communicator, its tags there and its placement.
 *
 * Rank 0 proposes the channels that the communicator may be; in one vote all ranks say which of
 * these they have, and whether they could make a new one. So a communicator of processes that have
 * a channel already costs two round trips and makes nothing. If a new one is to be made, one
 * question and one answer say where its ranks are. Rank 0 proposes eight channels at a time, those
 * used last first; where it has more of this size with the same own rank, votes go on.
 *
 * It cannot block. Whatever is waited for is waited for while pending broadcasts go on
 * (comm/wait.h), but for MPI_Comm_create, which all ranks enter as soon as the vote is over. Only
 * one thread of a process may be there at a time (comm/private.h). A thread never waits for this
 * turn: a vote in which a rank has not got its turn is repeated, and by then it has given its own
 * turn back, so that whoever has all turns can go on. Nobody has a turn in the first vote, in which
 * ranks wait for each other to come: that may take as long as the program likes. In later votes and
 * in MPI_Comm_create all ranks are here, so what they wait for is each other only.
 *
 * The program's own threads may make communicators at the same time, which nobody here can see: for
 * Open MPI 4.1.4, where that can hang without this library as well, call fanout_comm_attach before.
 */
#ifndef FAN_LIB_STATE_CONNECTION_H
#define FAN_LIB_STATE_CONNECTION_H

#include "lib/state/comm_state.h"

/**
 * Connect a state, if it is not yet connected. Collective. After a failure, which is one on all
 * ranks, the next call tries again. Not a failure: there can be no private communicator, then
 * state->connection is FAN_CANNOT_CONNECT and all is left to MPI.
 */
fan_status fan_connection_make(fan_comm_state *state);

/** The same, for what MPI cannot do: FAN_ERR_MEMORY, on all ranks, without a communicator. */
fan_status fan_connection_demand(fan_comm_state *state);

/**
 * Give up what a state is connected by, if it is.
 *
 * @param collective  all ranks do this, sooner or later: free what only this one used, too
 */
void fan_connection_end(fan_comm_state *state, bool collective);

/**
 * Before that ends the connection, or MPI: the mail of a state. Takes at most a second, if letters
 * are on their way. Local. Returns false if some still are: then nobody else may get their tag.
 */
bool fan_connection_end_mail(fan_comm_state *state);

#endif
