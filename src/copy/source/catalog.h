/* SPDX-License-Identifier: BSD-3-Clause */
/** @file catalog.h  Adds what is found to the manifest, one thing at a time. */
#ifndef FAN_COPY_SOURCE_CATALOG_H
#define FAN_COPY_SOURCE_CATALOG_H

#include "copy/model/manifest.h"
#include "copy/model/patterns.h"
#include "copy/walk/probe.h"

/** Told of everything that cannot be copied; the search goes on to find all. */
typedef void fan_copy_catalog_problem_fn(void *state, const char *path, const char *text);

/** What to look for. */
typedef struct fan_copy_catalog_options {
    char *const *sources; /**< [source_count] */
    int source_count;
    const int *read_by;   /**< [source_count] by whom each of them is read */
    int reader;           /**< who this is: others are passed over */
    bool plain;           /**< each is a path, whatever it looks like */
    bool from_stdin;      /**< the only source is standard input */
    bool shared;          /**< every host sees the sources */
    bool archives;        /**< they are to be unpacked */
    bool recursive;       /**< directories with all that is in them */
    bool dereference;     /**< what symbolic links point to, not the links */
    bool one_file_system; /**< without what is mounted in directories */
    bool archive;         /**< extended attributes as well */
    bool holes;           /**< they are of use to those who get the data; otherwise all is data */
    const fan_copy_patterns *patterns;
    const char *files_from; /**< a file with names below the only source, "-", or NULL */
    bool from0;             /**< its names end with NULs, not newlines */
    const char *factors;    /**< the descriptors of the only source, cut like this, or NULL */
    bool with_libraries;
    const char *excluded_libraries; /**< directories, or NULL for the usual ones */
} fan_copy_catalog_options;

typedef struct fan_copy_catalog {
    const fan_copy_catalog_options *options;
    fan_copy_manifest *manifest;
    fan_copy_catalog_problem_fn *problem;
    void *state;
    void *first_names; /**< of files with several, a tree, see tsearch(3) */
    void *names;       /**< with --files-from: a tree of the names that have an entry */
    bool is_too_much;  /**< there is no memory for all of it, and that was told */
} fan_copy_catalog;

/** Whether it is to be looked for here. */
bool fan_copy_catalog_reads(const fan_copy_catalog *catalog, int source);

/** "WHAT: REASON", for an errno value. */
void fan_copy_catalog_problem(fan_copy_catalog *catalog, const char *path, const char *what,
                              int error);

/** What has to be known of a thing to add it. */
fan_copy_probe_options fan_copy_catalog_needs(const fan_copy_catalog_options *options);

/**
 * Add what is at `origin`, with `path` below its target; a further name of a file as a hard link.
 */
void fan_copy_catalog_add(fan_copy_catalog *catalog, int target, const char *path,
                          const char *origin, const fan_copy_probe *probe);

/** The same for a thing of which nothing but its status is known. */
void fan_copy_catalog_add_one(fan_copy_catalog *catalog, int target, const char *path,
                              const char *origin, const struct stat *status);

/** Add a file whose place on this host does not follow from its name. */
void fan_copy_catalog_add_from(fan_copy_catalog *catalog, int target, const char *path,
                               const char *origin);

/** Add a target that is a directory but does not exist on this host. */
void fan_copy_catalog_add_directory(fan_copy_catalog *catalog, int target);

/** Add standard input. */
void fan_copy_catalog_add_stdin(fan_copy_catalog *catalog);

/** What the thing that was added last is called in a directory, if not as its source is. */
void fan_copy_catalog_name_last(fan_copy_catalog *catalog, const char *name);

/** With --files-from: whether the name has an entry; if not, note that it will have one. */
bool fan_copy_catalog_has(fan_copy_catalog *catalog, const char *name);

/** Release everything except the manifest. */
void fan_copy_catalog_close(fan_copy_catalog *catalog);

#endif
