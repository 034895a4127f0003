/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/printable.h"
#include "copy/names.h"
#include "copy/source/scan.h"
#include "copy/wire/lacking.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static bool makes(fan_copy_tree *tree, int64_t i)
{
    const fan_copy_entry *entry = &tree->manifest->entries[i];
    return fan_copy_target_wanted(tree->targets, entry) &&
           (tree->targets->items[entry->target].staged || fan_copy_tree_makes(tree, i));
}

fan_copy_set fan_copy_names_find(fan_copy_tree *tree, bool writes, MPI_Comm comm)
{
    fan_copy_set names = fan_copy_set_make(tree->manifest->entry_count);
    for (int64_t i = 0; i < tree->manifest->entry_count; i++)
        if (!writes || !makes(tree, i))
            fan_copy_set_add(&names, i);
    fan_copy_lacking_find(&names, comm);
    return names;
}

void fan_copy_names_print(const fan_copy_manifest *manifest, char *const *sources,
                          const fan_copy_set *made)
{
    char shown[FAN_COPY_PRINTABLE * PATH_MAX];
    for (int64_t i = 0; i < manifest->entry_count; i++) {
        if (made->bits != NULL && !fan_copy_set_has(made, i))
            continue;
        char *path = fan_copy_scan_path(sources, manifest, &manifest->entries[i]);
        fan_copy_printable(path, shown, sizeof shown);
        puts(shown);
        free(path);
    }
}
