/* SPDX-License-Identifier: BSD-3-Clause */
/* Tune files: what was read is written and read again. */
#include "config.h"

#include "tests/fuzz/fuzz.h"
#include "tune/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_same_again(const fan_params *params)
{
    fan_params again = fan_params_default();
    for (size_t i = 0; i < fan_param_count(); i++) {
        char first[64], second[64];
        fan_params_get(params, i, first, sizeof first);
        fuzz_assert(fan_params_set(&again, fan_param_name(i), first, "fuzz") == FAN_OK);
        fan_params_get(&again, i, second, sizeof second);
        fuzz_assert(strcmp(first, second) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fan_params params = fan_params_default();
    char *text = fuzz_text(data, size);
    FILE *file = fmemopen(text, size + 1, "r");
    if (fan_params_from_file(&params, file, "tune") == FAN_OK)
        expect_same_again(&params);
    fclose(file);
    free(text);
    return 0;
}
