/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file contest.h  Which way of broadcasting is the fastest for data of about one size on one
 * communicator: what is to be tried, and what follows. Pure: all ranks that put in the same get the
 * same.
 *
 * The program's own broadcasts are the trials. The first of all warms up memory and connections and
 * counts for nothing. It goes the way that the cost model prefers, and so does the first trial;
 * then each other way follows that could be faster by a fifth, and what is not far behind the best
 * is tried once more, if there is another to compare it with: in several calls where they are
 * short, because one of them alone says little, and then counts no more. (What takes long, but not
 * much longer than it must, is tried once more before another way is.) After a trial of a slower
 * way the best one so far is used for twice as many calls, and at least 8, so that most are as fast
 * as is known from the start. Once all have been tried the best is used, and there is a new look
 * now and then, ever less often: at those that were not twice as slow. A way that is in use is
 * given up only for one that is clearly faster.
 */
#ifndef FAN_PLAN_CONTEST_H
#define FAN_PLAN_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

typedef enum fan_way {
    FAN_WAY_ENGINE, /**< in pieces, by a plan; in a node, through memory */
    FAN_WAY_TREE,   /**< in one piece, down a binomial tree of messages */
    FAN_WAY_MPI,    /**< by MPI_Bcast, or MPI_Ibcast */
    FAN_WAYS
} fan_way;

/** What each is called, in messages. */
extern const char *const fan_way_names[FAN_WAYS];

/** What can be tried for a size, before anything is measured. */
typedef struct fan_field {
    bool open[FAN_WAYS];
    double least[FAN_WAYS]; /**< seconds that it takes at least, 0: not known */
    fan_way first;          /**< the one to begin with; it is open */
} fan_field;

typedef struct fan_contest {
    int64_t calls;            /**< since the last look */
    int64_t rest;             /**< calls until the next one, once it is decided */
    bool decided;             /**< there is a best one, and no look goes on */
    bool is_warm;             /**< there was a first call */
    fan_way best;             /**< in the first look: so far */
    fan_way tried;            /**< in the last trial */
    int length;               /**< calls of that trial */
    int left;                 /**< those that are still to come */
    int between;              /**< calls of the best one before the next trial */
    fan_field field;          /**< when it was last asked what to try */
    int tries[FAN_WAYS];      /**< in this look */
    double seconds[FAN_WAYS]; /**< of the fastest of the longest tries, 0: there was none */
    int lengths[FAN_WAYS];    /**< calls of that try */
} fan_contest;

/** Whether a best one has been found, though a new look may go on. */
static inline bool fan_contest_has_best(const fan_contest *contest)
{
    return contest->rest > 0;
}

/** Whether `best` is what is used now: that has been found, or used between trials. */
static inline bool fan_contest_uses_best(const fan_contest *contest)
{
    return fan_contest_has_best(contest) || contest->between > 0;
}

/** Whether nothing is to be tried now, and the best one is to be used. Counts as a call if so. */
bool fan_contest_rests(fan_contest *contest);

/** Whether `way` is what was decided for, and nothing else is due. Counts as a call if so. */
bool fan_contest_rests_with(fan_contest *contest, fan_way way);

/** Whether a trial goes on, and `tried` is to be used once more. Counts as a call if so. */
bool fan_contest_goes_on(fan_contest *contest);

/**
 * The way to go now, when it neither rests nor goes on. After a trial its time must be noted before
 * this is asked again.
 *
 * @param is_trial  receives whether a trial of it begins
 */
fan_way fan_contest_next(fan_contest *contest, const fan_field *field, bool *is_trial);

/** Note that a trial of `way` took so long for each call. */
void fan_contest_note(fan_contest *contest, fan_way way, double seconds);

#endif
