/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/units.h"
#include "copy/dry_run.h"
#include "copy/job/printable.h"
#include "copy/source/scan.h"
#include "copy/wire/lacking.h"
#include "fanout.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[] = {[FAN_COPY_DIRECTORY] = "directories",
                                    [FAN_COPY_REGULAR] = "files",
                                    [FAN_COPY_SYMLINK] = "symbolic links",
                                    [FAN_COPY_HARD_LINK] = "hard links"};

static void print_entry(const fan_copy_manifest *manifest, char *const *sources,
                        const fan_copy_entry *entry)
{
    char size[16] = "", shown[FAN_COPY_PRINTABLE * PATH_MAX],
         content[FAN_COPY_PRINTABLE * PATH_MAX];
    char *path = fan_copy_scan_path(sources, manifest, entry);
    bool is_link = entry->kind == FAN_COPY_SYMLINK;
    if (entry->kind == FAN_COPY_REGULAR)
        fan_format_bytes(entry->bytes, size, sizeof size);
    fan_copy_printable(path, shown, sizeof shown);
    fan_copy_printable(is_link ? manifest->text + entry->link : "", content, sizeof content);
    printf("%10s  %s%s%s\n", size, shown, is_link ? " -> " : "", content);
    free(path);
}

static void print_totals(const fan_copy_manifest *manifest, int64_t lacking, int hosts)
{
    int64_t counts[FAN_COPY_HARD_LINK + 1] = {0};
    char all[16], needed[16];
    for (int64_t i = 0; i < manifest->entry_count; i++)
        counts[manifest->entries[i].kind]++;
    for (int kind = 0; kind <= FAN_COPY_HARD_LINK; kind++)
        if (counts[kind] > 0)
            printf("%10lld  %s\n", (long long)counts[kind], kinds[kind]);
    printf("%s, of which some host lacks %s, to %d writers; nothing was written\n",
           fan_format_bytes(fan_copy_manifest_bytes(manifest), all, sizeof all),
           fan_format_bytes(lacking, needed, sizeof needed), hosts);
}

void fan_copy_dry_run(const fan_copy_manifest *manifest, char *const *sources,
                      const fan_copy_set *lacking, const fan_copy_ranks *ranks, bool quiet)
{
    int64_t bytes = lacking != NULL ? fan_copy_lacking_bytes(manifest, lacking) : 0;
    char *plan = NULL;
    if (fanout_explain(ranks->stream, (MPI_Count)bytes, 0, &plan) != MPI_SUCCESS)
        plan = NULL;
    if (ranks->rank == 0 && !quiet) {
        for (int64_t i = 0; i < manifest->entry_count; i++)
            print_entry(manifest, sources, &manifest->entries[i]);
        print_totals(manifest, bytes, ranks->size);
        if (plan != NULL)
            fputs(plan, stdout);
    }
    free(plan);
}
