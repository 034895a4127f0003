/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "lib/adapt/findings.h"

#include "lib/adapt/words.h"
#include "lib/state/tell.h"
#include "tune/variables.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

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

void fan_findings_add(const fan_comm_state *state)
{
    if (state->connection != FAN_CONNECTED || !is_wanted())
        return;
    char *words = fan_words_found(state, FAN_SIZE_CLASSES);
    if (words != NULL && *words != '\0') {
        pthread_mutex_lock(&lock);
        if (found < MOST_KEPT)
            kept[found] = fan_tell_compose(state, words);
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
