/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/findings.h"

#include "lib/adapt/words.h"
#include "tune/variables.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEPT = 16 /* communicators: a program may make thousands */ };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *kept[MOST_KEPT];
static int found; /* communicators on which something was found out */

static bool is_wanted(void)
{
    int rank;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank == 0 && fan_variable_wants_stats();
}

/* All lines with the prefix of all that the library prints, those of the words indented. */
static char *compose(const fan_comm_state *state, char *words)
{
    char *text = NULL, *rest = words;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return NULL;
    fprintf(out, "fanout: a communicator of %d ranks on %d node%s:\n", state->size,
            state->map.nodes, state->map.nodes == 1 ? "" : "s");
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';)
        fprintf(out, "fanout:   %s\n", line);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void fan_findings_add(const fan_comm_state *state)
{
    if (state->connection != FAN_CONNECTED || !is_wanted())
        return;
    char *words = fan_words_found(state);
    if (words != NULL && *words != '\0') {
        pthread_mutex_lock(&lock);
        if (found < MOST_KEPT)
            kept[found] = compose(state, words);
        found++;
        pthread_mutex_unlock(&lock);
    }
    free(words);
}

/* In one piece, because the launcher mixes the output of ranks. */
static void print(FILE *out)
{
    fprintf(out, "fanout: what was measured and decided on communicators with rank 0 of "
                 "MPI_COMM_WORLD\n");
    for (int i = 0; i < found && i < MOST_KEPT; i++) {
        fputs(kept[i] != NULL ? kept[i] : "", out);
        free(kept[i]);
    }
    if (found > MOST_KEPT)
        fprintf(out, "fanout: and on %d more communicators\n", found - MOST_KEPT);
}

void fan_findings_print(void)
{
    char *text = NULL;
    size_t length;
    FILE *out = found > 0 ? open_memstream(&text, &length) : NULL;
    if (out == NULL)
        return;
    print(out);
    found = 0;
    if (fclose(out) == 0)
        fputs(text, stderr);
    free(text);
}
