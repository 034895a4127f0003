/* SPDX-License-Identifier: BSD-3-Clause */
/* FILE:/OBJECT. */
#include "config.h"

#include "os/path.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *words = strdup(text);
    const char *path, *object;
    if (fan_os_split_object_path(words, &path, &object)) {
        size_t length = strlen(path);
        fuzz_assert(length > 0 && object[0] == '/' && object[1] != '\0' &&
                    strstr(object, ":/") == NULL);
        fuzz_assert(strncmp(text, path, length) == 0 && text[length] == ':' &&
                    strcmp(text + length + 1, object) == 0);
    }
    free(words);
    free(text);
    return 0;
}
