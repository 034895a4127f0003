/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of hosts. */
#include "config.h"

#include "base/hostlist.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 5000 };

/* A short list may mean millions of names. */
static fan_status count(void *state, const char *name)
{
    int *names = state;
    fuzz_assert(strlen(name) > 0);
    return ++*names < MOST_NAMES ? FAN_OK : FAN_ERR_MEMORY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int names = 0;
    char *text = fuzz_text(data, size);
    fan_status status = fan_hostlist_expand(text, count, &names);
    fuzz_assert(status != FAN_OK || names > 0);
    free(text);
    return 0;
}
