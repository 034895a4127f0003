/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "os/expand.h"
#include "os/shell_word.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* A path, or the name of a host, of which each character has to be quoted. */
enum { WORD = 4 * PATH_MAX + 3 };

int fan_os_shell_word(const char *text, char *word, size_t size)
{
    size_t used = 0;
    if (size < 3)
        return ENAMETOOLONG;
    word[used++] = '\'';
    for (const char *p = text; *p != '\0'; p++) {
        /* Between single quotes nothing else has a meaning. */
        const char *piece = *p == '\'' ? "'\\''" : (char[]){*p, '\0'};
        size_t length = strlen(piece);
        if (used + length + 2 > size)
            return ENAMETOOLONG;
        memcpy(word + used, piece, length);
        used += length;
    }
    memcpy(word + used, "'", 2);
    return 0;
}

/* Whether a % that will become a word is where a word would lose its quotes. */
static bool has_quoted(const char *command)
{
    char quote = '\0';
    for (const char *p = command; *p != '\0'; p++) {
        if (*p == '%') {
            if (*++p != '%' && quote != '\0')
                return true;
        } else if (*p == '\\' && quote != '\'') {
            if (p[1] == '%' && p[2] != '%')
                return true;
            if (p[1] != '\0' && p[1] != '%')
                p++;
        } else if (*p == quote) {
            quote = '\0';
        } else if (quote == '\0' && (*p == '\'' || *p == '"')) {
            quote = *p;
        }
    }
    return false;
}

bool fan_os_shell_command_valid(const char *command, char *error, size_t size)
{
    if (!fan_os_expand_valid(command, "dhr"))
        snprintf(error, size,
                 "%s: after %% only d (directory), h (host), r (rank) and %% have a meaning",
                 command);
    else if (has_quoted(command))
        snprintf(error, size, "%s: write %%d, %%h and %%r outside of quotes; they get their own",
                 command);
    else
        return true;
    return false;
}

int fan_os_shell_command_expand(const char *command, const char *directory, const char *host,
                                int rank, char *result, size_t size)
{
    char number[16], directory_word[WORD], host_word[WORD];
    snprintf(number, sizeof number, "%d", rank);
    if (fan_os_shell_word(directory, directory_word, sizeof directory_word) != 0 ||
        fan_os_shell_word(host, host_word, sizeof host_word) != 0)
        return ENAMETOOLONG;
    const fan_os_value values[] = {{'d', directory_word}, {'h', host_word}, {'r', number}};
    return fan_os_expand(command, values, sizeof values / sizeof values[0], result, size);
}
