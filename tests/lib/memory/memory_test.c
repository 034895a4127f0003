/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One rank has no memory for the n-th of the library's allocations, for each n in turn, or for any
 * from there on. Nothing hangs, what MPI_SUCCESS is said of is right, and the communicator can be
 * used afterwards.
 */
#include "config.h"

#include "fanout_mdc.h"
#include "tests/common/tap.h"
#include "tests/lib/memory/starve.h"

#include <string.h>

enum { ELEMENTS = 100 * 1000, ROOT = 1, REQUESTS = 3 };

static int rank, size;

/* ---- data ---- */

static int data[REQUESTS][2 * ELEMENTS];

static int value_of(int set, int i)
{
    return 7 * i + 1000 * set + 3;
}

/* Every second one is not part of a scattered type. */
static void prepare(int set, bool is_root)
{
    for (int i = 0; i < 2 * ELEMENTS; i++)
        data[set][i] = is_root ? value_of(set, i) : -1;
}

static bool is_right(int set, int stride)
{
    for (int i = 0; i < ELEMENTS; i++)
        if (data[set][i * stride] != value_of(set, i * stride))
            return false;
    for (int i = 1; i < 2 * ELEMENTS && stride == 2 && rank != ROOT; i += 2)
        if (data[set][i] != -1)
            return false;
    return true;
}

static void prepare_all(void)
{
    for (int set = 0; set < REQUESTS; set++)
        prepare(set, rank == ROOT);
}

static MPI_Datatype scattered(void)
{
    MPI_Datatype type;
    MPI_Type_vector(ELEMENTS, 1, 2, MPI_INT, &type);
    MPI_Type_commit(&type);
    return type;
}

/* ---- what is tried: true if nothing wrong is said to be right ---- */

static bool is_honest(int code, int set, int stride)
{
    return code != MPI_SUCCESS || is_right(set, stride);
}

static bool blocking(MPI_Comm comm)
{
    return is_honest(fanout_bcast(data[0], ELEMENTS, MPI_INT, ROOT, comm), 0, 1);
}

/* Scattered on some ranks, in one piece on others. */
static bool blocking_scattered(MPI_Comm comm)
{
    MPI_Datatype type = scattered();
    bool honest = is_honest(fanout_bcast(data[0], 1, type, ROOT, comm), 0, 2);
    MPI_Type_free(&type);
    return honest;
}

/* Many: so that ways are tried. */
static bool repeated(MPI_Comm comm)
{
    bool honest = true;
    for (int i = 0; i < 12; i++)
        honest = honest && blocking_scattered(comm);
    return honest;
}

static bool nonblocking(MPI_Comm comm)
{
    MPI_Datatype type = scattered();
    fanout_request requests[REQUESTS];
    int codes[REQUESTS];
    bool honest = true;
    for (int i = 0; i < REQUESTS; i++)
        codes[i] = i == 1 ? fanout_ibcast(data[i], 1, type, ROOT, comm, &requests[i])
                          : fanout_ibcast(data[i], ELEMENTS, MPI_INT, ROOT, comm, &requests[i]);
    for (int i = 0; i < REQUESTS; i++) {
        if (codes[i] == MPI_SUCCESS)
            codes[i] = fanout_wait(&requests[i]);
        honest = honest && is_honest(codes[i], i, i == 1 ? 2 : 1);
    }
    MPI_Type_free(&type);
    return honest;
}

/* MPI does them. */
static bool nonblocking_small(MPI_Comm comm)
{
    enum { FEW = 100 };
    fanout_request request;
    MPI_Datatype type;
    MPI_Type_vector(FEW, 1, 2, MPI_INT, &type);
    MPI_Type_commit(&type);
    int code = fanout_ibcast(data[0], 1, type, ROOT, comm, &request);
    MPI_Type_free(&type);
    if (code == MPI_SUCCESS)
        code = fanout_wait(&request);
    for (int i = 0; code == MPI_SUCCESS && i < FEW; i++)
        if (data[0][2 * i] != value_of(0, 2 * i))
            return false;
    return true;
}

static bool run_twice(fanout_request *request, int set, int stride)
{
    bool honest = true;
    for (int i = 0; i < 2; i++) {
        prepare(set, rank == ROOT);
        int code = fanout_start(request);
        if (code == MPI_SUCCESS)
            code = fanout_wait(request);
        honest = honest && is_honest(code, set, stride);
    }
    fanout_request_free(request);
    return honest;
}

/* All ranks have the request, or none. */
static bool persistent_of(MPI_Datatype type, int count, int stride, MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_bcast_init(data[0], count, type, ROOT, comm, MPI_INFO_NULL, &request);
    int failing = code != MPI_SUCCESS, all = 0;
    MPI_Allreduce(&failing, &all, 1, MPI_INT, MPI_SUM, comm);
    return failing ? all == size : all == 0 && run_twice(&request, 0, stride);
}

static bool persistent(MPI_Comm comm)
{
    return persistent_of(MPI_INT, ELEMENTS, 1, comm);
}

static bool persistent_scattered(MPI_Comm comm)
{
    MPI_Datatype type = scattered();
    bool honest = persistent_of(type, 1, 2, comm);
    MPI_Type_free(&type);
    return honest;
}

static int give(void *state, MPI_Count offset, void *piece, size_t bytes)
{
    memcpy(piece, (char *)state + offset, bytes);
    return 0;
}

static int take(void *state, MPI_Count offset, const void *piece, size_t bytes)
{
    memcpy((char *)state + offset, piece, bytes);
    return 0;
}

static MPI_Count read_some(void *state, MPI_Count offset, void *piece, size_t bytes)
{
    size_t left = sizeof(int) * ELEMENTS - (size_t)offset, some = bytes < left ? bytes : left;
    give(state, offset, piece, some);
    return (MPI_Count)some;
}

static bool stream(MPI_Comm comm)
{
    return is_honest(fanout_stream(sizeof(int) * ELEMENTS, give, rank == ROOT ? NULL : take,
                                   data[0], ROOT, comm, MPI_INFO_NULL),
                     0, 1);
}

static bool stream_to_end(MPI_Comm comm)
{
    MPI_Count length = 0;
    int code = fanout_stream_to_end(read_some, rank == ROOT ? NULL : take, data[0], ROOT, comm,
                                    MPI_INFO_NULL, &length);
    return is_honest(code, 0, 1) && (code != MPI_SUCCESS || length == sizeof(int) * ELEMENTS);
}

/* With a window that is larger than what the library holds in reserve. */
static bool wide_stream(MPI_Comm comm)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_window", "4096");
    int code = fanout_stream(sizeof(int) * ELEMENTS, give, rank == ROOT ? NULL : take, data[0],
                             ROOT, comm, info);
    MPI_Info_free(&info);
    return is_honest(code, 0, 1);
}

static bool descriptors(MPI_Comm comm)
{
    MPI_Count extent[] = {ELEMENTS / 100, 100};
    int factor[] = {2, 2};
    fanout_mdc mdc = {2, extent, factor, sizeof(int)};
    return is_honest(fanout_mdc_bcast(data[0], &mdc, NULL, NULL, ROOT, comm, MPI_INFO_NULL), 0, 1);
}

static bool attach(MPI_Comm comm)
{
    return fanout_comm_attach(comm, MPI_INFO_NULL) != MPI_SUCCESS || blocking(comm);
}

static const struct {
    const char *name;
    bool (*run)(MPI_Comm comm);
} scenarios[] = {
    {"fanout_bcast", blocking},
    {"fanout_bcast of a scattered type", blocking_scattered},
    {"fanout_bcast, repeated", repeated},
    {"fanout_ibcast", nonblocking},
    {"fanout_ibcast of little", nonblocking_small},
    {"a persistent broadcast", persistent},
    {"a persistent broadcast of a scattered type", persistent_scattered},
    {"fanout_stream", stream},
    {"fanout_stream_to_end", stream_to_end},
    {"fanout_stream with a wide window", wide_stream},
    {"fanout_mdc_bcast", descriptors},
    {"fanout_comm_attach", attach},
};

/* ---- each allocation in turn ---- */

typedef struct outcome {
    bool good;
    bool reached; /* there was such an allocation */
} outcome;

static outcome attempt(int scenario, int victim, starve_rule rule)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    prepare_all();
    if (rank == victim)
        starve_begin(rule);
    bool good = scenarios[scenario].run(comm);
    outcome o = {.reached = rank == victim && starve_end() >= rule.first};
    MPI_Bcast(&o.reached, sizeof o.reached, MPI_BYTE, victim, MPI_COMM_WORLD);
    prepare_all();
    o.good = good && fanout_bcast(data[0], ELEMENTS, MPI_INT, ROOT, comm) == MPI_SUCCESS &&
             is_right(0, 1);
    MPI_Comm_free(&comm);
    return o;
}

static void all_allocations(int scenario, int victim, bool only_one)
{
    bool good = true, reached = true;
    int n = 0;
    while (reached) {
        outcome o = attempt(scenario, victim, (starve_rule){++n, only_one, 0});
        if (!o.good)
            fprintf(stderr, "# rank %d: %s, allocation %d of rank %d\n", rank,
                    scenarios[scenario].name, n, victim);
        good = good && o.good;
        reached = o.reached;
    }
    tap_ok(good && n > 1, "%s: no memory on rank %d for one allocation%s", scenarios[scenario].name,
           victim, only_one ? "" : " and those after it");
}

/* ---- a datatype whose description is larger than the reserve ---- */

static MPI_Datatype irregular(void)
{
    static int at[ELEMENTS];
    MPI_Datatype type;
    for (int i = 0; i < ELEMENTS; i++)
        at[i] = 2 * i + (i % 3 == 0);
    MPI_Type_create_indexed_block(ELEMENTS, 1, at, MPI_INT, &type);
    MPI_Type_commit(&type);
    return type;
}

static bool has_class(int code, int wanted)
{
    int error_class = MPI_SUCCESS;
    MPI_Error_class(code, &error_class);
    return error_class == wanted;
}

/* The victim has no memory. The others have its data, or learn that the root has none. */
static bool is_expected(int code, int victim, int set)
{
    if (rank == victim)
        return has_class(code, MPI_ERR_NO_MEM);
    return victim == ROOT ? code != MPI_SUCCESS : code == MPI_SUCCESS && is_right(set, 1);
}

static void no_large_memory(int victim)
{
    MPI_Comm comm;
    fanout_request request;
    MPI_Datatype type = rank == victim ? irregular() : MPI_INT;
    int count = rank == victim ? 1 : ELEMENTS;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    prepare_all();
    blocking(comm);
    if (rank == victim)
        starve_begin((starve_rule){1, false, 1000 * 1000});
    int code = fanout_bcast(data[1], count, type, ROOT, comm);
    tap_ok(is_expected(code, victim, 1), "fanout_bcast: no large memory on rank %d", victim);
    code = fanout_ibcast(data[2], count, type, ROOT, comm, &request);
    code = code == MPI_SUCCESS ? fanout_wait(&request) : code;
    tap_ok(is_expected(code, victim, 2), "fanout_ibcast: no large memory on rank %d", victim);
    code = fanout_bcast_init(data[0], count, type, ROOT, comm, MPI_INFO_NULL, &request);
    tap_ok(has_class(code, MPI_ERR_NO_MEM), "fanout_bcast_init: no large memory on rank %d",
           victim);
    starve_end();
    if (rank == victim)
        MPI_Type_free(&type);
    MPI_Comm_free(&comm);
}

/* ---- more descriptors than the reserve has room for the lists of ---- */

static int cut_into_many(MPI_Comm comm)
{
    MPI_Count extent[] = {ELEMENTS};
    int factor[] = {6 * ELEMENTS};
    fanout_mdc mdc = {1, extent, factor, sizeof(int)};
    prepare_all();
    return fanout_mdc_bcast(data[0], &mdc, NULL, NULL, ROOT, comm, MPI_INFO_NULL);
}

static void many_descriptors(int victim)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    for (int first = 1; first <= 2; first++) {
        if (rank == victim)
            starve_begin((starve_rule){first, true, 1000 * 1000});
        tap_ok(has_class(cut_into_many(comm), MPI_ERR_NO_MEM),
               "fanout_mdc_bcast: rank %d lacks list %d of the descriptors", victim, first);
        starve_end();
    }
    tap_ok(cut_into_many(comm) == MPI_SUCCESS && is_right(0, 1), "and then it has them");
    MPI_Comm_free(&comm);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int scenario = 0; scenario < (int)(sizeof scenarios / sizeof scenarios[0]); scenario++)
        for (int victim = ROOT; victim < ROOT + 2; victim++)
            for (int only_one = 0; only_one < 2; only_one++)
                all_allocations(scenario, victim, only_one != 0);
    no_large_memory(ROOT);
    no_large_memory(ROOT + 1);
    many_descriptors(ROOT);
    many_descriptors(ROOT + 1);
    return tap_end();
}
