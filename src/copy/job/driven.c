/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/job/driven.h"

#include "base/hostlist.h"
#include "copy/job/memory.h"
#include "copy/job/outcome.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN, ORPHANS, READS_ONLY, APART, SOURCE, INPUT, COPY, ELAPSED, TOTAL, WHOLE };

static char *const words[] = {[AGAIN] = "again",
                              [ORPHANS] = "orphans",
                              [READS_ONLY] = "reads-only",
                              [APART] = "apart",
                              [SOURCE] = "source",
                              [INPUT] = "input",
                              [COPY] = "copy",
                              [ELAPSED] = "elapsed",
                              [TOTAL] = "total",
                              [WHOLE] = "whole",
                              NULL};

bool fan_copy_driven_reads_only(const fan_copy_driven *driven, const char *host)
{
    char name[FAN_COPY_HOST];
    if (driven->reads_only)
        return true;
    for (const char *at = driven->apart; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ":");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (fan_hostname_same(name, host))
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

char *fan_copy_driven_format(const fan_copy_driven *driven)
{
    const char *apart = driven->apart, *source = driven->source, *input = driven->input;
    return fan_copy_format("copy=%" PRIx64 ",elapsed=%.3f,total=%d,whole=%d%s%s%s%s%s%s%s%s%s",
                           driven->copy, driven->elapsed, driven->total, driven->whole,
                           driven->again ? ",again" : "", driven->orphans ? ",orphans" : "",
                           driven->reads_only ? ",reads-only" : "", apart != NULL ? ",apart=" : "",
                           apart != NULL ? apart : "", source != NULL ? ",source=" : "",
                           source != NULL ? source : "", input != NULL ? ",input=" : "",
                           input != NULL ? input : "");
}

static bool take(fan_copy_driven *driven, int word, char *value)
{
    if (value == NULL && word > READS_ONLY)
        return false;
    switch (word) {
    case AGAIN: driven->again = true; return true;
    case ORPHANS: driven->orphans = true; return true;
    case READS_ONLY: driven->reads_only = true; return true;
    case APART: driven->apart = value; return true;
    case SOURCE: driven->source = value; return true;
    case INPUT: driven->input = value; return true;
    case COPY: driven->copy = strtoull(value, NULL, 16); return true;
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
    driven->began = time(NULL) - (time_t)driven->elapsed;
    return good;
}
