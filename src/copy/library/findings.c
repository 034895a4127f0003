/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/library/findings.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { PIECE = 4096 };

static void append(fan_copylib_findings *findings, const char *word)
{
    size_t length = strlen(word) + 1;
    memcpy(findings->text + findings->numbers.text_bytes, word, length);
    findings->numbers.text_bytes += length;
}

void fan_copylib_findings_add(fan_copylib_findings *findings, const char *host, const char *path,
                              const char *text)
{
    size_t more = strlen(host) + strlen(path) + strlen(text) + 3;
    if (!fan_array_reserve(&findings->text, &findings->room, findings->numbers.text_bytes + more,
                           1))
        return;
    append(findings, host);
    append(findings, path);
    append(findings, text);
    findings->numbers.problem_count++;
}

/* In pieces that need no memory: a rank that has none for all of it takes part all the same. */
static void share_text(fan_copylib_findings *findings, fan_copylib_spread_fn *spread, void *state)
{
    char piece[PIECE];
    for (size_t at = 0; at < findings->numbers.text_bytes; at += PIECE) {
        size_t bytes = MIN((size_t)PIECE, findings->numbers.text_bytes - at);
        if (findings->text != NULL)
            memcpy(piece, findings->text + at, bytes);
        spread(state, piece, bytes);
        if (findings->text != NULL)
            memcpy(findings->text + at, piece, bytes);
    }
}

void fan_copylib_findings_share(fan_copylib_findings *findings, fan_copylib_spread_fn *spread,
                                void *state)
{
    spread(state, &findings->numbers, sizeof findings->numbers);
    bool has_room =
        fan_array_reserve(&findings->text, &findings->room, findings->numbers.text_bytes, 1);
    if (!has_room) {
        free(findings->text);
        findings->text = NULL;
        findings->room = 0;
    }
    share_text(findings, spread, state);
    if (!has_room)
        findings->numbers.problem_count = 0;
}

fanout_copy_result *fan_copylib_findings_result(const fan_copylib_findings *findings)
{
    const fan_copylib_numbers *n = &findings->numbers;
    size_t count = (size_t)n->problem_count;
    fanout_copy_result *result =
        malloc(sizeof *result + count * sizeof *result->problems + (count > 0 ? n->text_bytes : 0));
    if (result == NULL)
        return NULL;
    fanout_copy_problem *problems = (fanout_copy_problem *)(result + 1);
    char *at = (char *)(problems + count);
    if (count > 0)
        memcpy(at, findings->text, n->text_bytes);
    for (size_t i = 0; i < count; i++) {
        const char **words[] = {&problems[i].host, &problems[i].path, &problems[i].text};
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            *words[k] = at;
            at += strlen(at) + 1;
        }
    }
    *result = (fanout_copy_result){.writers = n->writers,
                                   .whole = n->whole,
                                   .bytes = (MPI_Count)n->bytes,
                                   .seconds = n->seconds,
                                   .problem_count = n->problem_count,
                                   .problems = problems};
    return result;
}

void fan_copylib_findings_free(fan_copylib_findings *findings)
{
    free(findings->text);
}
