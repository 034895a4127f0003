/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/options/checks.h"

#include "copy/job/printable.h"
#include "os/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fan_copy_options_wrong(struct argp_state *state, const char *format, ...)
{
    char text[1024], shown[FAN_COPY_PRINTABLE * sizeof text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fan_copy_printable(text, shown, sizeof shown);
    argp_error(state, "%s", shown);
}

bool fan_copy_options_seconds(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    return end != text && *end == '\0' && seconds > 0 && seconds < 1e9;
}

/* ---- all together ---- */

static void check_stdin(const fan_copy_options *options, struct argp_state *state)
{
    if (options->source_count > 1)
        fan_copy_options_wrong(state, "standard input (-) must be the only SRC");
    if (options->source_shared || (options->source_host != NULL && options->stdin_from == NULL))
        fan_copy_options_wrong(state, "standard input (-) is always that of rank 0");
    if (options->update || options->checksum || options->resume)
        fan_copy_options_wrong(
            state,
            "standard input (-) is always sent as a whole: no --update, --checksum, --resume");
    if (options->with_libraries || options->files_from != NULL)
        fan_copy_options_wrong(state,
                               "standard input (-) is one file: no --with-libs, --files-from");
}

static void check_pipe(const fan_copy_options *options, struct argp_state *state)
{
    if (options->source_count > 1 || options->files_from != NULL || options->with_libraries ||
        options->recursive)
        fan_copy_options_wrong(state,
                               "--pipe takes one file; make an archive of several: tar c ... | "
                               "fanout-copy --pipe 'tar x -C %%d' - DST");
    if (options->update || options->checksum || options->resume || options->verify)
        fan_copy_options_wrong(
            state, "--pipe writes no file: no --update, --checksum, --resume, --verify");
}

static const char *conflict_of_unpack(const fan_copy_options *options)
{
    if (options->command != NULL)
        return "--unpack and --pipe exclude each other";
    if (options->update || options->checksum || options->resume || options->verify)
        return "--unpack makes all of DST anew: no --update, --checksum, --resume, --verify";
    if (options->files_from != NULL || options->with_libraries || options->factors != NULL)
        return "--unpack takes archives: no --files-from, --with-libs, --mdc";
    if (options->patterns.count > 0)
        return "--unpack takes all of an archive: no --exclude, --include";
    return NULL;
}

static const char *conflict_of_once(const fan_copy_options *options)
{
    if (fan_copy_from_stdin(options))
        return "--once: what standard input (-) holds is not known before it was read; name a file";
    if (options->source_count > 1 && !options->unpack)
        return "--once takes one SRC, or archives with --unpack";
    if (options->command != NULL || options->dry_run || options->files_from != NULL ||
        options->factors != NULL || options->with_libraries)
        return "--once makes one file or directory: no --pipe, --dry-run, --files-from, --mdc, "
               "--with-libs";
    if (options->update || options->checksum || options->resume || options->ignore_changed)
        return "--once makes all of DST anew or leaves it: no --update, --checksum, --resume, "
               "--ignore-changed";
    return NULL;
}

const char *fan_copy_options_conflict(const fan_copy_options *options)
{
    const char *conflict = options->once ? conflict_of_once(options) : NULL;
    return conflict == NULL && options->unpack ? conflict_of_unpack(options) : conflict;
}

static void check_new(const fan_copy_options *options, struct argp_state *state)
{
    const char *conflict = fan_copy_options_conflict(options);
    if (conflict != NULL)
        fan_copy_options_wrong(state, "%s", conflict);
}

static void check_shared(const fan_copy_options *options, struct argp_state *state)
{
    if (options->source_host != NULL)
        fan_copy_options_wrong(
            state, "--source-shared: every host has the source; leave out --source-host");
    if (options->compression.method != FAN_COPY_STORED)
        fan_copy_options_wrong(state,
                               "--source-shared: several hosts read, so nothing can be compressed; "
                               "leave out --compress");
    if (options->ignore_changed)
        fan_copy_options_wrong(
            state, "--source-shared: hosts would read a file in different states; leave out "
                   "--ignore-changed");
    if (options->with_libraries)
        fan_copy_options_wrong(
            state, "--source-shared: the libraries may be on one host only; leave out --with-libs");
}

static void check_mdc(const fan_copy_options *options, struct argp_state *state)
{
    if (options->source_count != 1 || options->recursive || options->with_libraries ||
        fan_copy_from_stdin(options))
        fan_copy_options_wrong(
            state, "--mdc takes one dataset: FILE.h5:/PATH, or FILE.h5 if it has only one");
    if (options->command != NULL || options->source_shared)
        fan_copy_options_wrong(
            state, "--mdc makes files on the source's host: no --pipe, --source-shared");
}

static void check_hosts(const fan_copy_options *options, struct argp_state *state)
{
    if (options->hosts != NULL && options->host_file != NULL)
        fan_copy_options_wrong(state, "--hosts and --hostfile both say where; give one of them");
    if (options->hosts == NULL && options->host_file == NULL &&
        (options->max_failures >= 0 || options->retries > 0))
        fan_copy_options_wrong(state, "--max-failures and --retry need --hosts or --hostfile");
}

/* A copy that was begun by another job goes on where pieces of files are what a host gets. */
static void go_on(fan_copy_options *options)
{
    options->driven.keeps = options->driven.given && fan_copy_options_resumable(options);
    options->driven.again &= options->driven.keeps;
}

void fan_copy_options_check(fan_copy_options *options, struct argp_state *state)
{
    check_hosts(options, state);
    if (options->source_count < 1 || options->destination == NULL)
        fan_copy_options_wrong(state, "SRC and DST are both needed");
    else if (!fan_os_path_valid(options->destination))
        fan_copy_options_wrong(
            state,
            "DST %s: only %%h (host), %%r (rank) and %%%% are replaced; write %%%% for a "
            "percent sign",
            options->destination);
    if (options->files_from != NULL && options->source_count != 1)
        fan_copy_options_wrong(
            state, "--files-from needs exactly one SRC, the directory that the names are in");
    if (options->needs_archive != NULL && !options->archive)
        fan_copy_options_wrong(state, "%s: write --archive (-a), which keeps it",
                               options->needs_archive);
    if (options->from0 && options->files_from == NULL)
        fan_copy_options_wrong(
            state, "--from0 (-0) says how the names of --files-from end; add that option");
    if (fan_copy_from_stdin_list(options) && options->source_host != NULL)
        fan_copy_options_wrong(
            state, "--files-from -: standard input is that of rank 0, but --source-host may "
                   "name another host");
    check_new(options, state);
    if (!options->unpack && options->no_target_directory && options->source_count > 1)
        fan_copy_options_wrong(
            state, "--no-target-directory (-T) with several SRC: they cannot all be DST");
    if (fan_copy_from_stdin(options))
        check_stdin(options, state);
    else if (options->stdin_from != NULL)
        fan_copy_options_wrong(state, "--stdin-from says what SRC - is; write - for SRC");
    if (options->expected.sum[0] != '\0' && options->dry_run)
        fan_copy_options_wrong(state,
                               "--expect-digest needs the data, which --dry-run does not read");
    if (options->command != NULL)
        check_pipe(options, state);
    if (options->factors != NULL)
        check_mdc(options, state);
    if (options->source_shared)
        check_shared(options, state);
    if (options->json != NULL && strcmp(options->json, "-") == 0 &&
        (options->digest != NULL || options->dry_run || options->verbose))
        fan_copy_options_wrong(state,
                               "--json - needs standard output for itself, and so do --digest, "
                               "--dry-run and --verbose; name a file");
    if (options->with_libraries && !options->recursive && options->patterns.count > 0)
        fan_copy_options_wrong(state,
                               "--exclude leaves out files of trees; libraries: --libs-exclude");
    if (options->excluded_libraries != NULL && !options->with_libraries)
        fan_copy_options_wrong(state, "--libs-exclude needs --with-libs");
    options->recursive |= options->files_from != NULL;
    go_on(options);
}
