/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tune/variables.h"

#include "tune/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

static const char prefix[] = "FANOUT_", prefix_of_tests[] = "FANOUT_TEST_";

/* Those that are not parameters. */
static const char *const others[] = {"FANOUT_PROGRESS",  "FANOUT_STATS", "FANOUT_THREAD",
                                     "FANOUT_TOPO_FILE", "FANOUT_TRACE", "FANOUT_TUNE_FILE"};
enum { OTHERS = sizeof others / sizeof others[0], FAR = 4 };

/* V. I. Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals". */
static size_t distance(const char *a, const char *b)
{
    size_t row[FAN_VARIABLE_TEXT], length = strlen(b);
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; *a != '\0'; i++, a++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t replaced = diagonal + (*a != b[j - 1]);
            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j - 1], row[j]) + 1);
        }
    }
    return row[length];
}

static void known_name(size_t index, char *name)
{
    if (index < OTHERS)
        snprintf(name, FAN_VARIABLE_TEXT, "%s", others[index]);
    else
        fan_param_variable(index - OTHERS, name, FAN_VARIABLE_TEXT);
}

size_t fan_variable_nearest(const char *name, char *nearest)
{
    size_t least = FAR;
    *nearest = '\0';
    for (size_t i = 0; i < OTHERS + fan_param_count(); i++) {
        char known[FAN_VARIABLE_TEXT];
        known_name(i, known);
        size_t steps = distance(name, known);
        if (steps < least) {
            least = steps;
            strcpy(nearest, known);
        }
    }
    return least;
}

void fan_variables_unknown(void (*visit)(const char *name, const char *nearest))
{
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        char name[FAN_VARIABLE_TEXT], nearest[FAN_VARIABLE_TEXT];
        size_t length = strcspn(*variable, "=");
        if (strncmp(*variable, prefix, sizeof prefix - 1) != 0 ||
            strncmp(*variable, prefix_of_tests, sizeof prefix_of_tests - 1) == 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)length, *variable);
        if (fan_variable_nearest(name, nearest) > 0)
            visit(name, nearest);
    }
}

bool fan_variable_wants_thread(const char **wrong)
{
    const char *how = getenv("FANOUT_PROGRESS");
    bool wants = how != NULL && strcmp(how, "thread") == 0;
    *wrong = how == NULL || *how == '\0' || wants ? NULL : how;
    return wants;
}

bool fan_variable_wants_stats(void)
{
    const char *text = getenv("FANOUT_STATS");
    return text != NULL && strcmp(text, "") != 0 && strcmp(text, "0") != 0;
}
