/* SPDX-License-Identifier: BSD-3-Clause */
/* --exclude and --include: lines of patterns, the last line is a path. */
#include "config.h"

#include "copy/model/patterns.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fan_copy_patterns patterns = {0};
    char *text = fuzz_text(data, size), *rest = text, *line, *path = text;
    for (bool include = false; (line = strsep(&rest, "\n")) != NULL; include = !include) {
        path = line;
        if (rest != NULL)
            (void)fan_copy_patterns_add(&patterns, line, include);
    }
    fan_copy_patterns_exclude(&patterns, path, false);
    fan_copy_patterns_exclude(&patterns, path, true);
    fan_copy_patterns_free(&patterns);
    free(text);
    return 0;
}
