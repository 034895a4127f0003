/* SPDX-License-Identifier: BSD-3-Clause */
/** @file options.h  The command line of fanout-copy. */
#ifndef FAN_COPY_OPTIONS_OPTIONS_H
#define FAN_COPY_OPTIONS_OPTIONS_H

#include "copy/coding/codec.h"
#include "copy/coding/expected.h"
#include "copy/job/driven.h"
#include "copy/model/patterns.h"

#include <stdbool.h>
#include <sys/types.h>

/** When to show a progress line. */
typedef enum fan_copy_show {
    FAN_COPY_SHOW_ON_TERMINAL,
    FAN_COPY_SHOW_ALWAYS,
    FAN_COPY_SHOW_NEVER
} fan_copy_show;

typedef struct fan_copy_options {
    char **arguments; /**< as they were typed, without the program's name; NULL at the end */
    char **named;     /**< [source_count] the sources, as they were typed */
    char **sources;   /**< the same, each on the host that has it: fan_copy_locate */
    int source_count;
    bool plain;              /**< each source is a path, whatever it looks like */
    const char *destination; /**< with %h, %r and %% still in it */

    /* What to copy. */
    bool recursive;
    bool dereference;          /**< follow symbolic links */
    bool one_file_system;      /**< do not enter others */
    const char *needs_archive; /**< an option of another program that is meant by `archive` only */
    bool archive;              /**< recursive, and owner, extended attributes, ACLs */
    fan_copy_patterns patterns;
    const char *files_from; /**< a file with names below the only source, "-", or NULL */
    bool from0;             /**< its names end with NULs, not newlines */
    const char *factors;    /**< --mdc: how the dataset is cut, or NULL */
    bool with_libraries;
    const char *excluded_libraries; /**< directories, or NULL for the usual ones */

    /* Hosts. */
    const char *hosts;      /**< on which this program starts a job itself, or NULL */
    const char *host_file;  /**< a file with their names, or NULL */
    int max_failures;       /**< so many of them may be lost; -1: all but the source's */
    int retries;            /**< how often those that were lost are tried again at the end */
    fan_copy_driven driven; /**< in such a job */
    char *driven_text;      /**< what `driven` refers to */
    pid_t input_giver;      /**< the launcher's process that passes standard input on, or 0 */

    /* Source and transfer. */
    const char *source_host; /**< of those sources that name none; NULL: rank 0's */
    const char *stdin_from;  /**< what is read in place of standard input, or NULL */
    fan_copy_expected expected;
    bool source_shared;
    bool ignore_changed; /**< files that change meanwhile are copied as far as they were found */
    fan_copy_compression compression;
    const char *timeout; /**< seconds, as the parameter fanout_timeout, or NULL */

    /* Destination. */
    bool no_target_directory; /**< DST is the copy itself, never a directory to put it into */
    const char *command;      /**< each host gives the data to this command, or NULL */
    bool unpack;              /**< the sources are archives: DST gets what is in them */
    bool unpack_unsafe;       /**< ... and their names and links may lead outside, as with bsdtar */
    bool once;                /**< DST is made by one job, and is there for others */
    bool once_verify;         /**< ... and what is there is read and compared */
    bool makes_way;           /**< make the directories on the way to DST */
    bool update;              /**< what a host has already, by size and time, is not written */
    bool checksum;            /**< ... by its hash */
    bool resume;
    bool verify;
    bool sync;
    bool fail_fast;

    /* Output. */
    const char *digest; /**< name of an algorithm, or NULL */
    const char *json;   /**< file name, "-", or NULL */
    bool dry_run;
    bool quiet;
    bool verbose; /**< the names of what is made */
    fan_copy_show progress;
} fan_copy_options;

/**
 * Parse the arguments, the same on every rank. --help, --version and errors end the process with
 * exit(), with the same status on every rank; only a rank with `prints` writes anything.
 */
void fan_copy_options_parse(int argc, char **argv, bool prints, fan_copy_options *options);

/** Release what it holds. */
void fan_copy_options_free(fan_copy_options *options);

/** The source is standard input. */
bool fan_copy_from_stdin(const fan_copy_options *options);

/** Whether a copy that was ended can be gone on with: pieces of files are what a host gets. */
bool fan_copy_options_resumable(const fan_copy_options *options);

/**
 * Whether it can also be ended without the source, by hosts that have all of it together: nothing
 * but its data is needed of it.
 */
bool fan_copy_options_adoptable(const fan_copy_options *options);

/** Whether the command line looks like that, before it is parsed, or anything of MPI was called. */
bool fan_copy_options_hint_at_job(int argc, char **argv);

/** The list of names is standard input. */
bool fan_copy_from_stdin_list(const fan_copy_options *options);

#endif
