/* SPDX-License-Identifier: BSD-3-Clause */
/** @file state.h  All that one rank knows of a copy: for run.c and deliver.c only. */
#ifndef FAN_COPY_STATE_H
#define FAN_COPY_STATE_H

#include "copy/archive/unpack.h"
#include "copy/command/command.h"
#include "copy/job/ranks.h"
#include "copy/model/announce.h"
#include "copy/once/once.h"
#include "copy/options/options.h"
#include "copy/report.h"
#include "copy/survive/death.h"
#include "copy/survive/survival.h"
#include "copy/target/tree.h"
#include "copy/target/way.h"
#include "copy/wire/progress.h"
#include "copy/wire/sections.h"
#include "copy/wire/sums.h"

#include <stdio.h>

typedef struct fan_copy_state {
    const fan_copy_options *options;
    fan_copy_ranks *ranks;
    fan_copy_survival *survival; /* or NULL */
    const fan_copy_audience *audience;
    bool lost;      /* nothing can be said to other ranks any more, */
    bool timed_out; /* because one of them has stopped */
    fan_copy_manifest manifest;
    fan_copy_portion *portions; /* of the readers */
    fan_copy_outcome outcome;
    fan_copy_targets targets;
    fan_copy_tree tree;
    fan_copy_command command;
    fan_copy_unpack unpack;
    fan_copy_once once;
    fan_copy_manifest directory; /* with --unpack: what is made here */
    fan_copy_options own;        /* with `orphans`: the options, but for what DST means */
    int *holders;                /* of the pieces, where the source is lost; else NULL */
    bool incomplete;             /* ... and the others do not have all */
    bool takes;                  /* this rank needs some of the data */
    int takers;                  /* how many do */
    fan_copy_set lacking;        /* pieces; without bits: all, of a stream of unknown length */
    fan_copy_codec *codec;
    fan_copy_progress progress;
    bool shows_progress;
    fan_copy_way way;
    fan_copy_set names; /* entries; with --verbose: what some rank makes */
    bool disagree;      /* on all ranks: hosts have different things at DST */

    /* On the readers. */
    fan_copy_report report;
    fan_copy_sums sums;   /* of what this one reads */
    fan_copy_set changed; /* entries that were told to have changed meanwhile */

    /* On rank 0. */
    char *lines; /* with --digest: of what other hosts have read, or NULL */
    FILE *terminal;
    fan_copy_remainders remainders; /* what those that are slow lack */
} fan_copy_state;

static inline bool fan_copy_state_is_root(const fan_copy_state *state)
{
    return state->ranks->rank == 0;
}

/** libfanout has failed. */
static inline void fan_copy_state_lose(fan_copy_state *state, int code, const char *text,
                                       bool together)
{
    state->lost = true;
    state->timed_out = together;
    state->audience->lost(state->audience->state, code, text, together);
}

/** Nothing can be said to other ranks any more, or what they say is not to be relied on. */
static inline bool fan_copy_state_is_over(const fan_copy_state *state)
{
    return state->lost || fan_copy_death_is_noted();
}

/** This rank has. */
static inline bool fan_copy_state_has_failed(const fan_copy_state *state)
{
    return state->outcome.error[0] != '\0';
}

/** The pieces that travel; NULL: all. */
static inline const fan_copy_set *fan_copy_state_lacking(const fan_copy_state *state)
{
    return state->lacking.bits != NULL ? &state->lacking : NULL;
}

#endif
