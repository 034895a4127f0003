/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/options/others.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG (1024 + __LINE__)
#define KEEPS                                                                                      \
    "fanout-copy removes nothing at the destination; copy to a new DST, or remove the old one "    \
    "first"

enum { PRESERVE = 512 };

static const char always[] = "";
static const char archive[] = "write --archive (-a), which keeps it";

/* The help text, which is never shown, says what becomes of the option. */
static const struct argp_option table[] = {
    {"perms", 'p', NULL, OPTION_HIDDEN, always, 0},
    {"preserve", PRESERVE, "LIST", OPTION_HIDDEN | OPTION_ARG_OPTIONAL, always, 0},
    {"times", 't', NULL, OPTION_HIDDEN, always, 0},
    {"links", 'l', NULL, OPTION_HIDDEN, always, 0},
    {"no-dereference", 'd', NULL, OPTION_HIDDEN, always, 0},
    {"hard-links", 'H', NULL, OPTION_HIDDEN, always, 0},
    {"sparse", 'S', NULL, OPTION_HIDDEN, always, 0},
    {"whole-file", 'W', NULL, OPTION_HIDDEN, always, 0},
    {"force", 'f', NULL, OPTION_HIDDEN, always, 0},
    {"human-readable", 'h', NULL, OPTION_HIDDEN, always, 0},
    {"owner", 'o', NULL, OPTION_HIDDEN, archive, 0},
    {"group", 'g', NULL, OPTION_HIDDEN, archive, 0},
    {"acls", 'A', NULL, OPTION_HIDDEN, archive, 0},
    {"xattrs", 'X', NULL, OPTION_HIDDEN, archive, 0},
    {"del", LONG, NULL, OPTION_HIDDEN, KEEPS, 0},
    {"delete", LONG, NULL, OPTION_HIDDEN, KEEPS, 0},
    {"delete-after", LONG, NULL, OPTION_HIDDEN, KEEPS, 0},
    {"delete-before", LONG, NULL, OPTION_HIDDEN, KEEPS, 0},
    {"delete-during", LONG, NULL, OPTION_HIDDEN, KEEPS, 0},
    {"delete-excluded", LONG, NULL, OPTION_HIDDEN, KEEPS, 0},
    {"remove-source-files", LONG, NULL, OPTION_HIDDEN, "fanout-copy never changes SRC", 0},
    {"filter", LONG, "RULE", OPTION_HIDDEN, "write --exclude=PATTERN and --include=PATTERN", 0},
    {"exclude-from", LONG, "FILE", OPTION_HIDDEN, "write an --exclude=PATTERN for each line", 0},
    {"include-from", LONG, "FILE", OPTION_HIDDEN, "write an --include=PATTERN for each line", 0},
    {"rsh", 'e', "COMMAND", OPTION_HIDDEN,
     "the launcher of the job (mpirun, srun) connects to the hosts", 0},
    {"partial", LONG, NULL, OPTION_HIDDEN, "write --resume, which continues a copy that was killed",
     0},
    {NULL, 'P', NULL, OPTION_HIDDEN, "write --progress, and --resume after a copy that was killed",
     0},
    {"bwlimit", LONG, "RATE", OPTION_HIDDEN, "fanout-copy does not limit its rate", 0},
    {"backup", 'b', NULL, OPTION_HIDDEN, "fanout-copy keeps no old files", 0},
    {"relative", 'R', NULL, OPTION_HIDDEN,
     "write --recursive (-r) for directories, or --files-from=FILE, which keeps the directories of "
     "names",
     0},
    {"no-clobber", LONG, NULL, OPTION_HIDDEN, "write --update, which copies what differs", 0},
    {"ignore-existing", LONG, NULL, OPTION_HIDDEN, "write --update, which copies what differs", 0},
    {"size", 's', "BYTES", OPTION_HIDDEN, always, 0},
    {"fanout", 'F', "NUMBER", OPTION_HIDDEN, always, 0},
    {"jobid", 'j', "JOB", OPTION_HIDDEN, always, 0},
    {0},
};

static const struct argp_option *find(int key)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0] - 1; i++)
        if (table[i].key == key)
            return &table[i];
    return NULL;
}

/* sbcast's JOB, or JOB.STEP. The job is the one that srun has started this process in. */
static void check_job(const char *job, struct argp_state *state)
{
    const char *own = getenv("SLURM_JOB_ID");
    size_t length = strcspn(job, ".+");
    if (own == NULL || strlen(own) != length || strncmp(own, job, length) != 0)
        argp_error(state, "--jobid=%s: this is %s%s; write srun --jobid=%s fanout-copy ...", job,
                   own == NULL ? "no job of Slurm" : "job ", own == NULL ? "" : own, job);
}

/* A word of cp's --preserve=LIST. Returns it if only --archive keeps it. */
static const char *take_word(const char *word, struct argp_state *state)
{
    static const char *const kept[] = {"mode", "timestamps", "links"};
    static const char *const by_archive[] = {"all", "ownership", "xattr"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(word, kept[i]) == 0)
            return NULL;
    for (size_t i = 0; i < sizeof by_archive / sizeof by_archive[0]; i++)
        if (strcmp(word, by_archive[i]) == 0)
            return by_archive[i];
    argp_error(state, "--preserve=%s: not known; mode, timestamps and links are always kept", word);
    return NULL;
}

/* The last word that needs --archive, or NULL. */
static const char *take_preserve(char *list, struct argp_state *state)
{
    const char *result = NULL, *word;
    while ((word = strsep(&list, ",")) != NULL) {
        const char *needed = take_word(word, state);
        result = needed != NULL ? needed : result;
    }
    return result;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    static char asked[64]; /* as the user has typed it */
    const char **needs_archive = state->input;
    const struct argp_option *option = find(key);
    if (option == NULL)
        return ARGP_ERR_UNKNOWN;
    if (key == 'j')
        check_job(value, state);
    const char *word = key == PRESERVE && value != NULL ? take_preserve(value, state) : NULL;
    if (word != NULL)
        snprintf(asked, sizeof asked, "--preserve=%s", word);
    else if (option->name != NULL)
        snprintf(asked, sizeof asked, "--%s", option->name);
    else
        snprintf(asked, sizeof asked, "-%c", key);
    if (word != NULL || option->doc == archive)
        *needs_archive = asked;
    else if (option->doc != always)
        argp_error(state, "%s: %s", asked, option->doc);
    return 0;
}

const struct argp fan_copy_options_others = {.options = table, .parser = parse};
