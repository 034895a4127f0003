/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/options/locate.h"

#include "base/hostlist.h"
#include "copy/job/outcome.h"
#include "copy/job/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first source with the name of a host, or NULL. */
static const char *first_located(const fan_copy_options *options, const fan_copy_ranks *ranks)
{
    for (int i = 0; i < options->source_count; i++)
        if (ranks->located[i])
            return options->named[i];
    return NULL;
}

/* Why an option does not go together with sources on some or on several hosts; NULL if it does. */
static const char *conflict(const fan_copy_options *options, const fan_copy_ranks *ranks)
{
    if (options->source_shared)
        return "--source-shared: every host has the sources; leave out the name of the host";
    if (fan_copy_from_stdin_list(options))
        return "--files-from -: standard input is that of rank 0, but SRC names a host; name a "
               "file";
    if (ranks->reader_count == 1)
        return NULL;
    if (options->unpack)
        return "--unpack takes archives of one host: they are unpacked one after the other; unpack "
               "those of the others by a copy of their own";
    if (options->expected.sum[0] != '\0')
        return "--expect-digest takes one SRC";
    return NULL;
}

/* What cannot be the path of a source; NULL if it can. */
static const char *fault_of_path(const char *path)
{
    if (path[0] == '\0')
        return "names no path behind the host; . is the directory that fanout-copy runs in there";
    if (strcmp(path, "-") == 0)
        return "standard input (-) is that of rank 0; ./- is a file of that name";
    return NULL;
}

static bool fail(const fan_copy_ranks *ranks, const char *source, const char *text)
{
    if (ranks->job_rank != ranks->source)
        return false;
    size_t size = FAN_COPY_PRINTABLE * strlen(source) + 1;
    char *shown = malloc(size);
    if (shown != NULL)
        fan_copy_printable(source, shown, size);
    fprintf(stderr, "fanout-copy: %s: %s\n", shown != NULL ? shown : "", text);
    free(shown);
    return false;
}

bool fan_copy_locate(fan_copy_options *options, const fan_copy_ranks *ranks)
{
    char host[FAN_COPY_HOST];
    const char *path;
    const char *first = first_located(options, ranks);
    const char *wrong = first != NULL ? conflict(options, ranks) : NULL;
    if (wrong != NULL)
        return fail(ranks, first, wrong);
    for (int i = 0; i < options->source_count; i++) {
        if (!ranks->located[i] || !fan_hostname_split(options->named[i], host, sizeof host, &path))
            continue;
        wrong = fault_of_path(path);
        if (wrong != NULL)
            return fail(ranks, options->named[i], wrong);
        options->sources[i] = options->named[i] + (path - options->named[i]);
    }
    return true;
}
