/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/driven.h"

#include <stdio.h>
#include <stdlib.h>

enum { AGAIN, READS_ONLY, SOURCE, INPUT, ELAPSED, TOTAL, WHOLE };

static char *const words[] = {
    [AGAIN] = "again",     [READS_ONLY] = "reads-only", [SOURCE] = "source", [INPUT] = "input",
    [ELAPSED] = "elapsed", [TOTAL] = "total",           [WHOLE] = "whole",   NULL};

bool fan_copy_driven_format(const fan_copy_driven *driven, char *text, size_t size)
{
    const char *source = driven->source, *input = driven->input;
    int length = snprintf(text, size, "elapsed=%.3f,total=%d,whole=%d%s%s%s%s%s%s", driven->elapsed,
                          driven->total, driven->whole, driven->again ? ",again" : "",
                          driven->reads_only ? ",reads-only" : "", source != NULL ? ",source=" : "",
                          source != NULL ? source : "", input != NULL ? ",input=" : "",
                          input != NULL ? input : "");
    return (size_t)length < size;
}

static bool take(fan_copy_driven *driven, int word, char *value)
{
    if (value == NULL && word > READS_ONLY)
        return false;
    switch (word) {
    case AGAIN: driven->again = true; return true;
    case READS_ONLY: driven->reads_only = true; return true;
    case SOURCE: driven->source = value; return true;
    case INPUT: driven->input = value; return true;
    case ELAPSED: driven->elapsed = strtod(value, NULL); return true;
    case TOTAL: driven->total = atoi(value); return true;
    case WHOLE: driven->whole = atoi(value); return true;
    default: return false;
    }
}

bool fan_copy_driven_parse(char *text, fan_copy_driven *driven)
{
    bool good = true;
    *driven = (fan_copy_driven){.given = true};
    while (good && *text != '\0') {
        char *value;
        int word = getsubopt(&text, words, &value);
        good = take(driven, word, value);
    }
    return good;
}
