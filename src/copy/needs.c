/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/needs.h"
#include "os/path.h"

#include <stdlib.h>
#include <sys/param.h>

static double seconds(const char *timeout)
{
    return timeout != NULL ? strtod(timeout, NULL) : 0;
}

fan_copy_ranks_options fan_copy_needs_ranks(const fan_copy_options *options)
{
    bool orphans = options->driven.orphans;
    const char *host = options->source_host != NULL ? options->source_host : options->driven.source;
    return (fan_copy_ranks_options){.job = MPI_COMM_WORLD,
                                    .per_rank = fan_os_path_per_rank(options->destination),
                                    .source_host = orphans ? NULL : host,
                                    .sources = options->sources,
                                    .source_count = options->source_count,
                                    .plain = options->plain || orphans,
                                    .orphans = orphans};
}

fan_copy_catalog_options fan_copy_needs_catalog(const fan_copy_options *options,
                                                const fan_copy_ranks *ranks)
{
    return (fan_copy_catalog_options){.sources = options->sources,
                                      .source_count = options->source_count,
                                      .read_by = ranks->read_by,
                                      .reader = ranks->reader,
                                      .plain = options->plain,
                                      .from_stdin = fan_copy_from_stdin(options),
                                      .shared = options->source_shared,
                                      .archives = options->unpack,
                                      .recursive = options->recursive && !options->unpack,
                                      .dereference = options->dereference,
                                      .one_file_system = options->one_file_system,
                                      .archive = options->archive,
                                      .holes = options->command == NULL && !options->unpack,
                                      .patterns = &options->patterns,
                                      .files_from = options->files_from,
                                      .from0 = options->from0,
                                      .factors = options->factors,
                                      .with_libraries = options->with_libraries,
                                      .excluded_libraries = options->excluded_libraries};
}

fan_copy_targets_options fan_copy_needs_targets(const fan_copy_options *options)
{
    /* All that is unpacked is one target. */
    return (fan_copy_targets_options){
        .destination = options->destination,
        .sources = options->sources,
        .source_count = options->unpack ? 1 : options->source_count,
        .from_stdin = !options->unpack && fan_copy_from_stdin(options),
        .with_libraries = options->with_libraries,
        .makes_way = options->makes_way,
        /* The names of a list are below DST, whatever is there. */
        .never_into = options->no_target_directory || options->files_from != NULL ||
                      options->unpack || options->once,
        .whole = options->unpack || options->once,
        /* Each descriptor is of use without the others. */
        .at_once = options->factors != NULL};
}

fan_copy_tree_options fan_copy_needs_tree(const fan_copy_options *options)
{
    const fan_copy_driven *driven = &options->driven;
    /* What was there before the first job is not known to be the source's. */
    bool doubts = driven->again && !options->update && !options->resume;
    return (fan_copy_tree_options){
        .part = {.sync = options->sync, .verify = options->verify, .archive = options->archive},
        .update = options->update,
        .makes_way = options->makes_way,
        .checksum = options->checksum && !driven->orphans,
        .resume = options->resume || driven->again,
        .since = doubts ? driven->began : 0,
        .dry_run = options->dry_run};
}

fan_copy_drive_options fan_copy_needs_drive(const fan_copy_options *options)
{
    bool input = fan_copy_from_stdin(options) || fan_copy_from_stdin_list(options);
    return (fan_copy_drive_options){.arguments = (const char *const *)options->arguments,
                                    .hosts = options->hosts,
                                    .host_file = options->host_file,
                                    .max_failures = options->max_failures,
                                    .retries = options->retries,
                                    .source_host = options->source_host,
                                    .sources = options->sources,
                                    .source_count = options->source_count,
                                    .destination = options->destination,
                                    .json = options->json,
                                    .takes_input = input && options->stdin_from == NULL,
                                    .only_once = options->stdin_from != NULL,
                                    .keeps = fan_copy_options_resumable(options),
                                    .adopts = fan_copy_options_adoptable(options),
                                    .quiet = options->quiet};
}

double fan_copy_needs_patience(const fan_copy_options *options)
{
    double own = seconds(options->timeout);
    return own > 0 ? own + MAX(own / 4, 1) : 0;
}

/*
 * By default a minute: longer than a route needs to change, or a switch to come back. Never so
 * short that a busy host looks silent.
 */
double fan_copy_needs_silence(const fan_copy_options *options)
{
    enum { DEFAULT = 60, LEAST = 3 };
    const char *own = secure_getenv("FANOUT_TIMEOUT");
    double given = seconds(options->timeout != NULL ? options->timeout : own);
    return given > 0 ? MAX(given, LEAST) : DEFAULT;
}

fan_copy_command_options fan_copy_needs_command(const fan_copy_options *options)
{
    return (fan_copy_command_options){.text = options->command,
                                      .timeout = seconds(options->timeout)};
}

fan_copy_unpack_options fan_copy_needs_unpack(const fan_copy_options *options)
{
    return (fan_copy_unpack_options){.archives = options->sources,
                                     .archive_count = options->source_count,
                                     .archive = options->archive,
                                     .unsafe = options->unpack_unsafe,
                                     .sync = options->sync};
}

fan_copy_once_options fan_copy_needs_once(const fan_copy_options *options)
{
    enum { DEFAULT_PATIENCE = 600 };
    return (fan_copy_once_options){.verify = options->once_verify,
                                   .patience = options->timeout != NULL ? seconds(options->timeout)
                                                                        : DEFAULT_PATIENCE,
                                   .quiet = options->quiet,
                                   .sync = options->sync};
}

fan_copy_sender_options fan_copy_needs_sender(const fan_copy_options *options, double link_rate)
{
    return (fan_copy_sender_options){.sources = options->sources,
                                     .compression = options->compression,
                                     .link_rate = link_rate,
                                     .alone = !options->source_shared,
                                     .ignores_changes = options->ignore_changed,
                                     .timeout = seconds(options->timeout)};
}
