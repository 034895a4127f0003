/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/report/advice.h"

#include "copy/job/printable.h"
#include "os/shell_word.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ranks of one host follow each other, if there are several. */
static int print_hosts(const fan_copy_tally *tally, FILE *line)
{
    const char *last = NULL;
    int hosts = 0;
    for (int i = 0; i < tally->size; i++) {
        const fan_copy_outcome *outcome = &tally->outcomes[i];
        if (outcome->whole || (last != NULL && strcmp(outcome->host, last) == 0))
            continue;
        last = outcome->host;
        fprintf(line, "%s%s", hosts++ == 0 ? "" : ",", last);
    }
    for (int i = 0; i < tally->loss_count; i++)
        fprintf(line, "%s%s", hosts++ == 0 ? "" : ",", tally->losses[i].host);
    return hosts;
}

static bool is_plain(const char *word)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    return word[0] != '\0' && word[strspn(word, letters)] == '\0';
}

static bool print_arguments(const char *const *arguments, FILE *line)
{
    char word[4096], shown[FAN_COPY_PRINTABLE * sizeof word];
    for (; *arguments != NULL; arguments++) {
        if (fan_os_shell_word(*arguments, word, sizeof word) != 0)
            return false;
        fan_copy_printable_word(is_plain(*arguments) ? *arguments : word, shown, sizeof shown);
        fprintf(line, " %s", shown);
    }
    return true;
}

char *fan_copy_advice(const fan_copy_tally *tally, const char *const *arguments,
                      const char *source_host, bool resume)
{
    char *text = NULL;
    size_t length;
    FILE *line = open_memstream(&text, &length);
    if (line == NULL)
        return NULL;
    fputs("to go on: fanout-copy --hosts ", line);
    int hosts = print_hosts(tally, line);
    fprintf(line, " --source-host %s%s", source_host, resume ? " --resume" : "");
    bool good = print_arguments(arguments, line);
    if (fclose(line) == 0 && hosts > 0 && good)
        return text;
    free(text);
    return NULL;
}
