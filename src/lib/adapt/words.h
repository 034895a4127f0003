/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file words.h  What has been found out, what is decided and why, for people: the words of
 * fanout_explain, of FANOUT_STATS and of traces. All functions are local.
 */
#ifndef FAN_LIB_ADAPT_WORDS_H
#define FAN_LIB_ADAPT_WORDS_H

#include "lib/state/comm_state.h"

/**
 * What a broadcast of so many bytes from the rank `root` would do. The state is connected, or
 * cannot be.
 *
 * @return several lines, which the caller frees; NULL if memory runs out
 */
char *fan_words_explain(const fan_comm_state *state, int64_t bytes, int root);

/**
 * Why a broadcast was done by `plan`, which is in words, on a state whose adaptation has no part in
 * it: it was traced.
 *
 * @return as above
 */
char *fan_words_of_plan(const fan_comm_state *state, const char *plan);

enum { FAN_WORDS_NO_CLASS = -1 };

/**
 * What is known of the network of a state, and of classes of sizes that have been broadcast.
 *
 * @param class  one of them (fan_size_class), FAN_SIZE_CLASSES for all, or FAN_WORDS_NO_CLASS
 * @return       as above; "" if nothing has been found out
 */
char *fan_words_found(const fan_comm_state *state, int class);

#endif
