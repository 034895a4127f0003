/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/differential/input/settings.h"

#include "tests/differential/input/draw.h"

#include <getopt.h>
#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SERIES_PROCESS = 100, SERIES_PLACES, SERIES_VALUES, HOSTS_MOST = 3, DOMAINS_MOST = 2 };

settings all_settings = {.seed = 1, .most_bytes = 6000000, .limit_s = 120};

static char topology_file[] = "/tmp/fanout-differential-XXXXXX";
static bool has_topology_file;
static char trace_file[64];

/* ---- arguments ---- */

static void usage(void)
{
    fputs("Usage: differential [--seed N] [--rounds M] [--seconds S] [--most-bytes N] [--limit S] "
          "[--entangled]\n",
          stderr);
    exit(2);
}

static uint64_t number_of(const char *text)
{
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0')
        usage();
    return number;
}

static void take(int option)
{
    settings *s = &all_settings;
    switch (option) {
    case 's': s->seed = number_of(optarg); break;
    case 'r': s->rounds = (int)number_of(optarg); break;
    case 't': s->seconds = (int)number_of(optarg); break;
    case 'm': s->most_bytes = (int)number_of(optarg); break;
    case 'l': s->limit_s = (int)number_of(optarg); break;
    case 'e': s->entangled = true; break;
    default: usage();
    }
}

static void read_arguments(int argc, char **argv)
{
    static const struct option options[] = {{"seed", required_argument, NULL, 's'},
                                            {"rounds", required_argument, NULL, 'r'},
                                            {"seconds", required_argument, NULL, 't'},
                                            {"most-bytes", required_argument, NULL, 'm'},
                                            {"limit", required_argument, NULL, 'l'},
                                            {"entangled", no_argument, NULL, 'e'},
                                            {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        take(option);
    if (optind != argc)
        usage();
}

/* ---- variables ---- */

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    size_t used = strlen(all_settings.text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(all_settings.text + used, SETTINGS_TEXT - used, format, arguments);
    va_end(arguments);
}

static void set(const char *variable, const char *value)
{
    setenv(variable, value, 1);
    tell(" %s=%s", variable, value);
}

static void set_number(const char *variable, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    set(variable, text);
}

static void draw_numbers(random_state *state)
{
    static const int min_bytes[] = {0, 1, 1000, 4096, 65536, 200000},
                     chunks[] = {LEAST_CHUNK, 1000, 4096, 8192, 65536, 300000};
    static const char *const algorithms[] = {"chain", "group", "full", "ktree", "kexchange"};
    all_settings.min_bytes = all_settings.chunk_bytes = NOT_SET;
    if (random_one_in(state, 3))
        set_number("FANOUT_MIN_BYTES", all_settings.min_bytes = DRAW_FROM(state, min_bytes));
    if (random_one_in(state, 4))
        set_number("FANOUT_CHUNK_BYTES", all_settings.chunk_bytes = DRAW_FROM(state, chunks));
    if (random_one_in(state, 6))
        set_number("FANOUT_WINDOW", random_between(state, 1, 9));
    if (random_one_in(state, 6))
        set("FANOUT_ALGORITHM", DRAW_FROM(state, algorithms));
    if (random_one_in(state, 6))
        set_number("FANOUT_SENDS", random_between(state, 1, 4));
    if (random_one_in(state, 8))
        set_number("FANOUT_GROUP_SIZE", random_between(state, 1, 6));
    if (random_one_in(state, 8))
        set_number("FANOUT_OVERLAP", 0);
    if (random_one_in(state, 8))
        set_number("FANOUT_TIMEOUT", 100000);
}

static void draw_switches(random_state *state)
{
    if (random_one_in(state, 4))
        set_number("FANOUT_SHARED_MEMORY", 0);
    if (random_one_in(state, 5)) {
        all_settings.check = true;
        set_number("FANOUT_CHECK", 1);
    }
    if (random_one_in(state, 2)) {
        all_settings.threads = random_between(state, 1, 4);
        tell(" threads=%d", all_settings.threads);
        all_settings.progress_thread = random_one_in(state, 3);
    }
    if (all_settings.progress_thread)
        set("FANOUT_PROGRESS", "thread");
}

/* The ranks of a host have one parent. */
static void draw_trace(random_state *state)
{
    if (!random_one_in(state, 10))
        return;
    snprintf(trace_file, sizeof trace_file, "/tmp/fanout-differential-%d.h5", (int)getppid());
    setenv("FANOUT_TRACE", trace_file, 1);
    tell(" FANOUT_TRACE");
}

void settings_read(int argc, char **argv)
{
    read_arguments(argc, argv);
    random_state state = draw_series(all_settings.seed, SERIES_PROCESS, 0);
    draw_numbers(&state);
    draw_switches(&state);
    draw_trace(&state);
    /* Tests are without by default. */
    set_number("FANOUT_ADAPT", random_one_in(&state, 2));
}

/* ---- placement ---- */

static void list_ranks(FILE *file, const int *of, int count, int wanted)
{
    const char *separator = "Ranks=";
    for (int r = 0; r < count; r++)
        if (of[r] == wanted) {
            fprintf(file, "%s%d", separator, r);
            separator = ",";
        }
}

static bool has_ranks(const int *of, int count, int wanted)
{
    for (int r = 0; r < count; r++)
        if (of[r] == wanted)
            return true;
    return false;
}

/* `word` says what they have in common: Host or Domain. */
static void write_places(random_state *state, FILE *file, int ranks, const char *word, int most)
{
    int of[MOST_RANKS];
    for (int r = 0; r < ranks; r++) {
        of[r] = random_between(state, 0, most - 1);
        tell("%c", (*word == 'H' ? 'a' : '0') + of[r]);
    }
    tell(" ");
    for (int place = 0; place < most; place++) {
        if (!has_ranks(of, ranks, place))
            continue;
        list_ranks(file, of, ranks, place);
        fprintf(file, " %s=%c\n", word, (*word == 'H' ? 'a' : '0') + place);
    }
}

/* A rank's values count where it is rank 0 of a communicator. None decides who broadcasts. */
static void draw_own_values(int rank)
{
    static const int chunks[] = {1000, 5000, 20000};
    random_state common = draw_series(all_settings.seed, SERIES_VALUES, 0);
    random_state own = draw_series(all_settings.seed, SERIES_VALUES, (uint64_t)rank + 1);
    char text[24];
    if (!random_one_in(&common, 4))
        return;
    tell(" values of their own");
    snprintf(text, sizeof text, "%d", DRAW_FROM(&own, chunks));
    setenv("FANOUT_CHUNK_BYTES", text, 1);
    snprintf(text, sizeof text, "%d", random_between(&own, 1, 6));
    setenv("FANOUT_WINDOW", text, 1);
    setenv("FANOUT_GROUP_SIZE", text, 1);
}

/*
 * All ranks draw, so that the text is the same. Rank 0 writes the file, which is read there only.
 */
void settings_place(void)
{
    random_state state = draw_series(all_settings.seed, SERIES_PLACES, 0);
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    draw_own_values(rank);
    int kind = random_between(&state, 0, 3);
    if (kind == 0)
        return;
    has_topology_file = rank == 0;
    FILE *file = rank == 0 ? fdopen(mkstemp(topology_file), "w") : fopen("/dev/null", "w");
    if (file == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    tell(" places=");
    if (kind != 2)
        write_places(&state, file, ranks, "Host", HOSTS_MOST);
    if (kind >= 2)
        write_places(&state, file, ranks, "Domain", DOMAINS_MOST);
    fclose(file);
    if (has_topology_file)
        setenv("FANOUT_TOPO_FILE", topology_file, 1);
}

void settings_remove(void)
{
    if (has_topology_file)
        unlink(topology_file);
    if (trace_file[0] != '\0')
        unlink(trace_file);
}
