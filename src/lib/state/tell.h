/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file tell.h  The parameters `debug`, what rank 0 of a communicator says on standard error while
 * the library works, and `fallback`. All functions are local and thread-safe; by default they take
 * the time of a comparison.
 */
#ifndef FAN_LIB_STATE_TELL_H
#define FAN_LIB_STATE_TELL_H

#include "base/clock.h"
#include "lib/state/comm_state.h"

/** Whether this rank tells what belongs to this level. */
static inline bool fan_tells(const fan_comm_state *state, fan_params_debug level)
{
    return state->rank == 0 && state->params.debug >= level;
}

/**
 * One line, after the name of the communicator.
 *
 * @param level  FAN_DEBUG_INFO or FAN_DEBUG_TRACE
 */
void fan_tell(const fan_comm_state *state, fan_params_debug level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Several lines, indented below one with the name of the communicator: in one piece, because
 * launchers mix what processes print.
 *
 * @param words  lines, which this frees; or NULL, and then nothing is said
 */
void fan_tell_words(const fan_comm_state *state, char *words);

/** What fan_tell_words prints. The caller frees both; NULL if memory runs out. */
char *fan_tell_compose(const fan_comm_state *state, const char *words);

/** A broadcast begins: the time, or 0 if it is not to be told of. */
static inline double fan_tell_begin(const fan_comm_state *state)
{
    return fan_tells(state, FAN_DEBUG_TRACE) ? fan_clock_now() : 0;
}

/**
 * A broadcast has ended: tell of it, and how long it took on this rank. For the root that is until
 * it has sent all.
 *
 * @param how    the way, in words
 * @param begun  from fan_tell_begin
 */
void fan_tell_broadcast(const fan_comm_state *state, int64_t bytes, int root, const char *how,
                        double begun);

/**
 * The library cannot do broadcasts: all ranks have found that. By the parameter `fallback` that is
 * an error, or MPI does them, and rank 0 may warn.
 *
 * @param what  such as "broadcasts"
 * @param said  whether it has been said in this process: there may be hundreds of communicators
 * @return      FAN_OK, or FAN_ERR_MEMORY
 */
fan_status fan_fall_back(const fan_comm_state *state, const char *what, const char *why,
                         atomic_bool *said);

/** The same of pending broadcasts, for which a rank lacks memory or tags. */
fan_status fan_fall_back_pending(const fan_comm_state *state, const char *what);

#endif
