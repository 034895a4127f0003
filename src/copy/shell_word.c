/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/shell_word.h"

#include <stdio.h>
#include <stdlib.h>

/* Within single quotes only the single quote itself has a meaning. */
static void put_quoted(FILE *out, const char *word)
{
    putc('\'', out);
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            fputs("'\\''", out);
        else
            putc(*word, out);
    }
    putc('\'', out);
}

char *fan_copy_shell_expand(const char *command, const char *directory, const char *host, int rank)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    for (const char *p = command; *p != '\0'; p++) {
        if (*p != '%' || p[1] == '\0') {
            putc(*p, out);
            continue;
        }
        switch (*++p) {
        case 'd': put_quoted(out, directory); break;
        case 'h': put_quoted(out, host); break;
        case 'r': fprintf(out, "%d", rank); break;
        default: putc(*p, out);
        }
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
