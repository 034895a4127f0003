/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file walk.h  Walks trees as fts(3) does, but asks about many things at the same time: on a
 * network file system each answer takes its time. What it finds comes in order: a directory before
 * what is in it, names as strcmp() has them.
 */
#ifndef FAN_COPY_WALK_WALK_H
#define FAN_COPY_WALK_WALK_H

#include "copy/crew/crew.h"
#include "copy/walk/probe.h"

typedef enum fan_copy_found_kind {
    FAN_COPY_FOUND,
    FAN_COPY_FOUND_EXCLUDED,
    FAN_COPY_FOUND_NOTHING,   /**< `error` says why */
    FAN_COPY_FOUND_NO_END,    /**< a link that leads nowhere */
    FAN_COPY_FOUND_ITSELF,    /**< a directory that contains itself */
    FAN_COPY_FOUND_UNREADABLE /**< a directory of which not all can be read, for `error` */
} fan_copy_found_kind;

/** One thing. */
typedef struct fan_copy_found {
    fan_copy_job job; /* first: what a thread gets */
    struct fan_copy_walk *walk;
    struct fan_copy_found *above; /**< the directory that it is in, NULL for what was named */
    char *path;
    size_t prefix; /**< bytes before its name below what was named */
    fan_copy_found_kind kind;
    int error;
    fan_copy_probe probe;
    struct fan_copy_found **below; /**< what is in it, by name */
    size_t count, room;
} fan_copy_found;

/** Whether to leave a thing out; called by any thread. */
typedef bool fan_copy_walk_exclude_fn(const void *state, const fan_copy_found *found);

/** Told of each thing that is not left out. */
typedef void fan_copy_walk_visit_fn(void *state, const fan_copy_found *found);

typedef struct fan_copy_walk_options {
    fan_copy_probe_options probe;
    bool follows;       /**< all links */
    bool follows_named; /**< those that were named */
    bool enters;        /**< directories */
    bool stays;         /**< in the file system of what was named */
    fan_copy_walk_exclude_fn *excludes;
    const void *state; /**< for it */
} fan_copy_walk_options;

typedef struct fan_copy_walk {
    fan_copy_walk_options options;
    fan_copy_crew crew;
} fan_copy_walk;

void fan_copy_walk_open(fan_copy_walk *walk, const fan_copy_walk_options *options);

/** Begin to look at `path` and all that is below it. */
fan_copy_found *fan_copy_walk_begin(fan_copy_walk *walk, const char *path, size_t prefix);

/** Wait until the thing itself is known. */
void fan_copy_walk_wait(fan_copy_walk *walk, fan_copy_found *found);

/**
 * Tell of the thing and of all that is below it, and release it. Once fan_copy_memory_is_short,
 * that is not all.
 */
void fan_copy_walk_end(fan_copy_walk *walk, fan_copy_found *found, fan_copy_walk_visit_fn *visit,
                       void *state);

/** Release all. Everything that was begun has been ended. */
void fan_copy_walk_close(fan_copy_walk *walk);

/** The name below what was named, "" for that itself. */
const char *fan_copy_found_name(const fan_copy_found *found);

#endif
