/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/bench/peers.h"

#include "tools/common/job.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char algorithm_variable[] = "coll_tuned_bcast_algorithm";
static const char segment_variable[] = "coll_tuned_bcast_algorithm_segmentsize";
static const char rules_variable[] = "coll_tuned_use_dynamic_rules";

void fan_bench_peers_before_init(int argc, char **argv)
{
    /* --peers, or what argp takes for it. Without forced algorithms the rules change nothing. */
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--p", 3) == 0)
            setenv("OMPI_MCA_coll_tuned_use_dynamic_rules", "1", 0);
}

/* Read a variable, and then write it if `wanted` is not NULL. Returns an error of MPI_T. */
static int access_variable(const char *name, int *old, const int *wanted)
{
    int index, count;
    MPI_T_cvar_handle handle;
    int code = MPI_T_cvar_get_index(name, &index);
    if (code == MPI_SUCCESS)
        code = MPI_T_cvar_handle_alloc(index, NULL, &handle, &count);
    if (code != MPI_SUCCESS)
        return code;
    *old = 0; /* a bool fills only a part of it */
    code = MPI_T_cvar_read(handle, old);
    if (code == MPI_SUCCESS && wanted != NULL)
        code = MPI_T_cvar_write(handle, wanted);
    MPI_T_cvar_handle_free(&handle);
    return code;
}

/* Returns the old value. */
static int set(const char *name, int value)
{
    int old;
    if (access_variable(name, &old, &value) != MPI_SUCCESS)
        fan_job_abort("--peers: cannot write the MPI library's variable %s", name);
    return old;
}

/* The names and numbers of the algorithms. False if the library does not tell them. */
static bool find_algorithms(MPI_T_enum *algorithms, int *count)
{
    int index, length = 0;
    return MPI_T_cvar_get_index(algorithm_variable, &index) == MPI_SUCCESS &&
           MPI_T_cvar_get_info(index, NULL, &length, NULL, NULL, algorithms, NULL, &length, NULL,
                               NULL) == MPI_SUCCESS &&
           *algorithms != MPI_T_ENUM_NULL &&
           MPI_T_enum_get_info(*algorithms, count, NULL, &length) == MPI_SUCCESS;
}

typedef struct item {
    char name[64];
    int value;
} item;

static item get_item(MPI_T_enum algorithms, int index)
{
    item it = {.name = ""};
    int length = sizeof it.name;
    MPI_T_enum_get_item(algorithms, index, &it.value, it.name, &length);
    return it;
}

/* The number of the algorithm; 0, which means the library's choice, if it is unknown. */
static int number_of(const char *algorithm)
{
    MPI_T_enum algorithms;
    int count;
    if (!find_algorithms(&algorithms, &count))
        return 0;
    for (int i = 0; i < count; i++) {
        item it = get_item(algorithms, i);
        if (strcmp(it.name, algorithm) == 0)
            return it.value;
    }
    return 0;
}

/* What is wrong, in words; empty: nothing. */
typedef struct complaint {
    char text[512];
} complaint;

static void __attribute__((format(printf, 2, 3))) add(complaint *why, const char *format, ...)
{
    size_t used = strlen(why->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text + used, sizeof why->text - used, format, arguments);
    va_end(arguments);
}

static void check_library(complaint *why)
{
    MPI_T_enum algorithms;
    int count, ignored;
    if (!find_algorithms(&algorithms, &count) ||
        access_variable(segment_variable, &ignored, NULL) != MPI_SUCCESS)
        add(why, "the algorithms of this MPI library cannot be forced: it must be Open MPI with "
                 "its component coll/tuned");
}

static void check_rules(complaint *why)
{
    int on;
    if (access_variable(rules_variable, &on, NULL) != MPI_SUCCESS || !on)
        add(why, "%s is off: set OMPI_MCA_%s=1", rules_variable, rules_variable);
}

/* Otherwise the contender MPI_Bcast would not be what its name says. */
static void check_default(complaint *why)
{
    int forced;
    if (access_variable(algorithm_variable, &forced, NULL) != MPI_SUCCESS || forced != 0)
        add(why, "an algorithm is forced already: unset OMPI_MCA_%s", algorithm_variable);
}

/*
 * Components that broadcast instead of coll/tuned where they have a higher priority. From Open MPI
 * 5 on han has one by default, but priorities can be written.
 */
static const char *const others[] = {"acoll", "adapt", "han", "hcoll", "sm", "ucc", "xhc"};
enum { OTHERS = sizeof others / sizeof *others, NOT_PREFERRED = -1 };

typedef struct priority {
    char variable[64];
    int value; /* NOT_PREFERRED: lower than that of coll/tuned, or the component is not there */
} priority;

static priority get_priority(const char *component)
{
    int tuned = 0;
    priority p;
    snprintf(p.variable, sizeof p.variable, "coll_%s_priority", component);
    access_variable("coll_tuned_priority", &tuned, NULL);
    if (access_variable(p.variable, &p.value, NULL) != MPI_SUCCESS || p.value < tuned)
        p.value = NOT_PREFERRED;
    return p;
}

static void check_components(complaint *why)
{
    int ignored;
    if (access_variable("coll_tuned_priority", &ignored, NULL) != MPI_SUCCESS)
        add(why, "coll_tuned_priority cannot be read");
    for (int i = 0; i < OTHERS && why->text[0] == '\0'; i++) {
        priority p = get_priority(others[i]);
        if (p.value != NOT_PREFERRED &&
            access_variable(p.variable, &ignored, &p.value) != MPI_SUCCESS)
            add(why,
                "Open MPI prefers coll/%s, and only coll/tuned can be forced: set OMPI_MCA_%s=0",
                others[i], p.variable);
    }
}

static void check_name(complaint *why, const char *algorithm)
{
    MPI_T_enum algorithms;
    int count;
    if (number_of(algorithm) != 0 || !find_algorithms(&algorithms, &count))
        return;
    add(why, "the MPI library has no algorithm '%s'; it has", algorithm);
    for (int i = 0; i < count; i++) {
        item it = get_item(algorithms, i);
        if (it.value != 0)
            add(why, " %s", it.name);
    }
}

static complaint check(const fan_bench_peer *peers, int count)
{
    static void (*const checks[])(complaint *) = {check_library, check_rules, check_default,
                                                  check_components};
    complaint why = {""};
    for (size_t i = 0; i < sizeof checks / sizeof *checks && why.text[0] == '\0'; i++)
        checks[i](&why);
    for (int i = 0; i < count && why.text[0] == '\0'; i++)
        check_name(&why, peers[i].algorithm);
    return why;
}

/* Environments differ between hosts: the first rank with a complaint speaks for all. */
static bool agree(const complaint *why)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    int first = why->text[0] == '\0' ? INT_MAX : rank;
    MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (first == rank)
        fprintf(stderr, "fanout-bench: rank %d: --peers: %s\n", rank, why->text);
    return first == INT_MAX;
}

bool fan_bench_peers_open(const fan_bench_peer *peers, int count)
{
    int provided;
    complaint why = {""};
    if (MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS)
        fan_job_abort("--peers: the MPI tool interface does not start");
    if (count > 0)
        why = check(peers, count);
    bool good = agree(&why);
    if (!good)
        fan_bench_peers_close();
    return good;
}

void fan_bench_peer_dup(const fan_bench_peer *peer, MPI_Comm *comm)
{
    int algorithm = set(algorithm_variable, number_of(peer->algorithm));
    int segment = set(segment_variable, peer->segment_bytes);
    priority preferred[OTHERS];
    for (int i = 0; i < OTHERS; i++) {
        preferred[i] = get_priority(others[i]);
        if (preferred[i].value != NOT_PREFERRED)
            set(preferred[i].variable, 0);
    }
    MPI_Comm_dup(MPI_COMM_WORLD, comm);
    for (int i = 0; i < OTHERS; i++)
        if (preferred[i].value != NOT_PREFERRED)
            set(preferred[i].variable, preferred[i].value);
    set(segment_variable, segment);
    set(algorithm_variable, algorithm);
}

void fan_bench_peers_close(void)
{
    MPI_T_finalize();
}
