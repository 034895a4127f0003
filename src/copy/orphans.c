/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/hostlist.h"
#include "copy/job/memory.h"
#include "copy/needs.h"
#include "copy/orphans.h"
#include "copy/orphans/holders.h"
#include "copy/orphans/list.h"
#include "copy/source/scan.h"
#include "copy/target/inventory.h"
#include "copy/wire/lacking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(fan_copy_state *c, const char *what)
{
    char text[FAN_COPY_TEXT];
    snprintf(text, sizeof text,
             "the host of the source does not answer, and %s; what has arrived is kept for "
             "--resume",
             what);
    if (fan_copy_state_is_root(c))
        fan_copy_report_error(&c->report, c->options->sources[0], text);
}

/* The path of a source that is on this host, which is not lost; NULL if it is on another. */
static const char *own_source(const fan_copy_options *options, int i, const char *here)
{
    char name[FAN_COPY_HOST];
    const char *path, *usual = options->source_host;
    if (!options->plain && fan_hostname_split(options->named[i], name, sizeof name, &path) &&
        fan_hostname_same(name, here))
        return path;
    if (usual == NULL)
        usual = options->driven.source;
    return usual != NULL && fan_hostname_same(usual, here) ? options->named[i] : NULL;
}

/*
 * Where DST is the source itself it stays as it is, as before. What is before a colon may be a lost
 * host: then there is no such path.
 */
static void see_own_sources(fan_copy_state *c)
{
    for (int i = 0; i < c->options->source_count; i++) {
        const char *path = own_source(c->options, i, c->outcome.host);
        c->ranks->sees[i] = path != NULL && access(path, F_OK) == 0;
    }
}

bool fan_copy_orphans_find(fan_copy_state *c)
{
    const fan_copy_targets_options wanted = fan_copy_needs_targets(c->options);
    fan_copy_list list = fan_copy_list_find(&wanted, c->options->driven.copy, &c->outcome);
    int *reader = &c->portions[0].reader;
    const char *wrong = fan_copy_list_agree(&list, reader, c->ranks->writers);
    if (wrong != NULL)
        fail(c, wrong);
    if (*reader == c->ranks->rank)
        c->manifest = list.manifest;
    else
        fan_copy_manifest_free(&list.manifest);
    see_own_sources(c);
    /* DST means what it meant when the copy began, whatever is there now. */
    c->own = *c->options;
    c->own.no_target_directory |= !list.into;
    c->options = &c->own;
    return wrong == NULL;
}

/* ---- what this rank has ---- */

/* What is at the path is still what it was; the sender looks again when it has read it. */
static bool is_unchanged(const fan_copy_entry *entry, const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && status.st_size == entry->bytes &&
           fan_copy_entry_has_time(entry, &status);
}

/* The file of a source of this host has all of the entry's pieces. */
static void lend_file(fan_copy_manifest *manifest, char *const *sources, fan_copy_cursor at,
                      fan_copy_set *own)
{
    fan_copy_entry *entry = &manifest->entries[at.entry];
    char *path = fan_copy_scan_path(sources, manifest, entry);
    int64_t count = fan_copy_entry_pieces(manifest, entry);
    if (is_unchanged(entry, path)) {
        size_t origin = fan_copy_manifest_keep(manifest, path, strlen(path));
        manifest->entries[at.entry].origin = origin;
        manifest->entries[at.entry].content = 0;
        for (int64_t i = 0; i < count; i++)
            fan_copy_set_add(own, at.index + i);
    }
    free(path);
}

static void lend_sources(fan_copy_state *c, fan_copy_set *own)
{
    const fan_copy_options *options = c->options;
    fan_copy_manifest *manifest = &c->manifest;
    char **sources = fan_copy_allocate((size_t)options->source_count, sizeof *sources);
    for (int i = 0; i < options->source_count; i++)
        sources[i] = (char *)own_source(options, i, c->outcome.host);
    fan_copy_cursor at = {0};
    for (; at.entry < manifest->entry_count; at.entry++) {
        const fan_copy_entry *entry = &manifest->entries[at.entry];
        int64_t count = fan_copy_entry_pieces(manifest, entry);
        bool is_here = entry->target < options->source_count && sources[entry->target] != NULL;
        if (is_here && count > 0)
            lend_file(manifest, sources, at, own);
        at.index += count;
    }
    free(sources);
}

static fan_copy_set lend(fan_copy_state *c, bool writes, const fan_copy_set *have)
{
    fan_copy_set own = writes ? fan_copy_inventory_lend(&c->tree, &c->manifest, have)
                              : fan_copy_set_make(have->count);
    lend_sources(c, &own);
    return own;
}

fan_copy_set fan_copy_orphans_prepare(fan_copy_state *c, bool writes, const fan_copy_set *have)
{
    const fan_copy_driven *driven = &c->options->driven;
    const fan_copy_targets_options how = fan_copy_needs_targets(c->options);
    if (driven->orphans)
        return lend(c, writes, have);
    if (writes && driven->keeps && fan_copy_options_adoptable(c->options)) {
        fan_copy_targets_name(&how, &c->manifest);
        fan_copy_list_keep(&c->targets, &c->manifest, driven->copy);
    } else if (writes && !c->options->dry_run) {
        fan_copy_list_forget(&c->targets);
    }
    return fan_copy_set_make(have->count);
}

void fan_copy_orphans_look(fan_copy_state *c, const fan_copy_set *own)
{
    char text[64];
    c->holders = fan_copy_holders_find(own, c->ranks->writers);
    int64_t missing = fan_copy_holders_missing(&c->manifest, &c->lacking, c->holders);
    c->incomplete = missing > 0;
    if (!c->incomplete)
        return;
    double all = (double)fan_copy_lacking_bytes(&c->manifest, NULL);
    snprintf(text, sizeof text, "the others have %d %% of all data together",
             (int)(100 * (all - (double)missing) / all));
    fail(c, text);
}
