/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random broadcasts: each rank has its own (count, datatype) of a common signature, some with
 * MPI_BOTTOM and absolute addresses, on communicators of 1 to 8 ranks with random parameters, which
 * may change between two calls. Half of them adapt: ways of broadcasting are tried and chosen, or
 * one is chosen by chance. The
 * memory of every rank, its holes too, must be as the definitions of the datatypes say, and as
 * after linear sends by the root of the same. Where the MPI library's own messages, or its own
 * broadcast where one is passed through to it, differ from the definitions, that is told and is no
 * failure: MPICH 4.0.2 truncates long messages to arrays of MPI_SHORT_INT. Open MPI 5.0.7 takes
 * complex numbers from wrong places: MPI gets pairs of doubles instead.
 *
 * FANOUT_TEST_DRAWS=n broadcasts (2000), FANOUT_TEST_SEED=n another series (1), FANOUT_TEST_FIRST=n
 * only from the n-th communicator on. The same seed draws the same.
 */
#include "config.h"

#include "fanout.h"
#include "lib/deliver/request.h"
#include "tests/common/tap.h"
#include "tests/datatypes/random_datatype.h"
#include "tests/datatypes/random_layout.h"
#include "tests/lib/evidence.h"

#include <inttypes.h>
#include <string.h>

enum { DRAWS_PER_COMMUNICATOR = 25, GUARD = 64, MOST_RANKS = 8 };

static const char *const algorithms[] = {"auto", "chain", "group", "full", "ktree", "kexchange"};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof algorithms[0] };

/* Of one algorithm. */
typedef struct tally {
    int draws;
    int expected; /* draws that the engine must have done */
    int ours;     /* draws that it did */
    int wrong;
    int library_wrong; /* the linear reference was */
} tally;

/* A communicator with parameters of its own. */
typedef struct setting {
    MPI_Comm comm; /* MPI_COMM_NULL on ranks that are not in it */
    int algorithm;
    int size;
    bool adapts;
    evidence ours;
    char text[300];
} setting;

static int world_rank, world_size;
static uint64_t seed;
static tally tallies[ALGORITHM_COUNT];

/* Independent of all other (stream, number): splitmix64. */
static random_state random_stream(uint64_t stream, uint64_t number)
{
    uint64_t x =
        seed + stream * UINT64_C(0x9e3779b97f4a7c15) + number * UINT64_C(0xd1342543de82ef95);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) | 1;
}

static uint64_t number_from(const char *variable, uint64_t preset)
{
    const char *text = getenv(variable);
    return text == NULL || *text == '\0' ? preset : strtoull(text, NULL, 10);
}

/* ---- communicators ---- */

static void hint(setting *s, MPI_Info hints, const char *key, int number)
{
    char value[20];
    snprintf(value, sizeof value, "%d", number);
    MPI_Info_set(hints, key, value);
    size_t used = strlen(s->text);
    snprintf(s->text + used, sizeof s->text - used, " %s=%d", key + strlen("fanout_"), number);
}

static MPI_Info draw_hints(random_state *state, setting *s)
{
    static const int chunks[] = {0, 16, 40, 100, 333, 1000, 5000},
                     limits[] = {0, 0, 0, 500, 100000};
    MPI_Info hints;
    MPI_Info_create(&hints);
    s->algorithm = random_between(state, 0, ALGORITHM_COUNT - 1);
    s->adapts = random_between(state, 0, 1);
    snprintf(s->text, sizeof s->text, "%s, %d ranks,", algorithms[s->algorithm], s->size);
    hint(s, hints, "fanout_adapt", s->adapts);
    hint(s, hints, "fanout_check", random_between(state, 0, 3) == 0);
    if (s->adapts)
        return hints; /* nothing that says how to broadcast */
    MPI_Info_set(hints, "fanout_algorithm", algorithms[s->algorithm]);
    hint(s, hints, "fanout_min_bytes", limits[random_between(state, 0, 4)]);
    hint(s, hints, "fanout_chunk_bytes", chunks[random_between(state, 0, 6)]);
    hint(s, hints, "fanout_group_size", random_between(state, 0, MOST_RANKS));
    hint(s, hints, "fanout_branching", random_between(state, 0, 3));
    hint(s, hints, "fanout_secondary_groups", random_between(state, 0, 3) / 2);
    hint(s, hints, "fanout_window", random_between(state, 0, 5));
    hint(s, hints, "fanout_sends", random_between(state, 0, 4));
    hint(s, hints, "fanout_child_sends", random_between(state, 0, 2));
    hint(s, hints, "fanout_overlap", random_between(state, 0, 4) > 0);
    if (random_between(state, 0, 1))
        hint(s, hints, "fanout_overhead", 1); /* the processors are the limit */
    return hints;
}

/* Some of the ranks, in any order. */
static MPI_Comm draw_ranks(random_state *state, int size)
{
    int order[MOST_RANKS];
    for (int i = 0; i < world_size; i++) {
        int j = random_between(state, 0, i);
        order[i] = order[j];
        order[j] = i;
    }
    MPI_Comm comm;
    int key = order[world_rank];
    MPI_Comm_split(MPI_COMM_WORLD, key < size ? 0 : MPI_UNDEFINED, key, &comm);
    return comm;
}

/* A new set of parameters. Collective over the communicator, but for `s` on other ranks. */
static void change_parameters(setting *s, random_state *state)
{
    MPI_Info hints = draw_hints(state, s);
    if (s->comm != MPI_COMM_NULL)
        fanout_comm_attach(s->comm, hints);
    MPI_Info_free(&hints);
}

/* As if it had been found to be the best; of those that all sizes here can have. */
static void choose_way(const setting *s, random_state *state)
{
    fan_way way = (fan_way)random_between(state, 0, FAN_WAYS - 1);
    for (int i = 0; i < FAN_SIZE_CLASSES; i++)
        s->ours.state->trials.contests[i] =
            (fan_contest){.is_warm = true, .decided = true, .best = way, .rest = 1000};
}

static void open_setting(setting *s, uint64_t number)
{
    random_state state = random_stream(1, number);
    *s = (setting){0};
    s->size = random_between(&state, 0, 2) ? random_between(&state, 1, world_size) : world_size;
    s->comm = draw_ranks(&state, s->size);
    if (s->comm != MPI_COMM_NULL)
        MPI_Comm_set_errhandler(s->comm, MPI_ERRORS_RETURN);
    change_parameters(s, &state);
    if (s->comm != MPI_COMM_NULL)
        evidence_watch(&s->ours, s->comm);
}

static void close_setting(setting *s)
{
    fan_trace_clear(&s->ours.trace);
    if (s->comm != MPI_COMM_NULL)
        MPI_Comm_free(&s->comm);
}

/* ---- one draw ---- */

/* One rank's part of a broadcast. */
typedef struct buffers {
    layout described;
    MPI_Datatype type;  /* what is given to the calls, with `address` and `count` */
    MPI_Datatype judge; /* the same bytes, for MPI itself */
    void *address;
    int count;
    size_t size; /* of each of these memories */
    unsigned char *memory, *before, *expected;
} buffers;

static void *must_allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (memory == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    return memory;
}

static unsigned char data_byte(uint64_t draw, size_t index)
{
    return (unsigned char)((draw * 7919 + index) * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

/* A committed type; with `origin`, of absolute addresses. */
static MPI_Datatype make_type(const layout *l, const unsigned char *origin)
{
    MPI_Datatype type;
    MPI_Aint at;
    if (origin == NULL) {
        MPI_Type_dup(l->type, &type);
    } else {
        MPI_Get_address(origin, &at);
        MPI_Type_create_hindexed(1, &l->count, &at, l->type, &type);
    }
    MPI_Type_commit(&type);
    return type;
}

static void make_buffers(buffers *b, random_state *own, const signature *s, uint64_t draw,
                         bool is_root)
{
    random_state again = *own;
    signature for_mpi = *s;
    for_mpi.by_doubles = MPI_MISREADS_COMPLEX;
    b->described = random_layout(own, s);
    layout twin = random_layout(&again, &for_mpi);
    const layout *l = &b->described;
    b->size = (size_t)(l->highest - l->lowest + 1) + 2 * GUARD;
    b->memory = must_allocate(b->size);
    b->before = must_allocate(b->size);
    b->expected = must_allocate(b->size);
    memset(b->before, random_between(own, 1, 255), b->size);
    memcpy(b->expected, b->before, b->size);
    int64_t origin = GUARD - l->lowest;
    for (size_t i = 0; i < l->bytes; i++)
        b->expected[origin + l->places[i]] = data_byte(draw, i);
    if (is_root)
        memcpy(b->before, b->expected, b->size);
    bool absolute = l->bytes > 0 && random_between(own, 0, 4) == 0;
    b->count = absolute ? 1 : l->count;
    b->address = absolute ? MPI_BOTTOM : b->memory + origin;
    b->type = make_type(l, absolute ? b->memory + origin : NULL);
    b->judge = make_type(&twin, absolute ? b->memory + origin : NULL);
    layout_free(&twin);
}

static void free_buffers(buffers *b)
{
    layout_free(&b->described);
    MPI_Type_free(&b->type);
    MPI_Type_free(&b->judge);
    free(b->memory);
    free(b->before);
    free(b->expected);
}

typedef int broadcast_fn(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm);

static int linear_broadcast(void *buffer, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    int rank, size, code = MPI_SUCCESS;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    if (rank != root)
        return MPI_Recv(buffer, count, type, root, 0, comm, MPI_STATUS_IGNORE);
    for (int to = 0; to < size && code == MPI_SUCCESS; to++)
        if (to != root)
            code = MPI_Send(buffer, count, type, to, 0, comm);
    return code;
}

typedef enum finding { SAME, REFERENCE_WRONG, ERROR, DIFFERENT } finding;

static const char *const findings[] = {
    [SAME] = "",
    [REFERENCE_WRONG] =
        "the MPI library's own messages, or its own broadcast, are not as the datatypes say",
    [ERROR] = "fanout_bcast returns an error",
    [DIFFERENT] = "fanout_bcast does not give what the linear reference gives",
};

static bool on_any_rank(bool holds, MPI_Comm comm)
{
    int any = holds;
    MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, comm);
    return any;
}

static finding run_with(broadcast_fn *broadcast, const buffers *b, MPI_Datatype type, int root,
                        MPI_Comm comm)
{
    memcpy(b->memory, b->before, b->size);
    if (broadcast(b->address, b->count, type, root, comm) != MPI_SUCCESS)
        return ERROR;
    return memcmp(b->memory, b->expected, b->size) == 0 ? SAME : DIFFERENT;
}

static finding compare(const buffers *b, bool passed_through, int root, MPI_Comm comm)
{
    finding linear = run_with(linear_broadcast, b, b->judge, root, comm);
    finding ours = run_with(fanout_bcast, b, passed_through ? b->judge : b->type, root, comm);
    if (passed_through && on_any_rank(ours != SAME, comm) &&
        on_any_rank(run_with(PMPI_Bcast, b, b->judge, root, comm) != SAME, comm))
        return REFERENCE_WRONG;
    return ours != SAME ? ours : linear != SAME ? REFERENCE_WRONG : SAME;
}

/* What goes wrong is told a few times, what goes wrong in the MPI library once on each rank. */
static void tell(const setting *s, uint64_t number, int draw, const buffers *b, finding found)
{
    static int told[] = {[REFERENCE_WRONG] = 4, [ERROR] = 0, [DIFFERENT] = 0};
    if (found == SAME || told[found]++ >= 5)
        return;
    printf("# seed %" PRIu64 ", FANOUT_TEST_FIRST=%" PRIu64
           ", draw %d, rank %d: %s\n#   %s\n#   %s%d of %s\n",
           seed, number, draw, world_rank, findings[found], s->text,
           b->address == MPI_BOTTOM ? "MPI_BOTTOM, " : "", b->described.count, b->described.text);
    fflush(stdout);
}

static void run_draw(setting *s, uint64_t number, int draw)
{
    uint64_t id = number * DRAWS_PER_COMMUNICATOR + (uint64_t)draw;
    random_state common = random_stream(2, id), own = random_stream(3 + (uint64_t)world_rank, id);
    signature drawn = random_signature(&common);
    if (random_between(&common, 0, 4) == 0)
        change_parameters(s, &common);
    if (s->adapts && s->size > 1 && random_between(&common, 0, 2) == 0)
        choose_way(s, &common);
    int rank, root = random_between(&common, 0, s->size - 1);
    MPI_Comm_rank(s->comm, &rank);
    buffers b;
    make_buffers(&b, &own, &drawn, id, rank == root);
    size_t bytes = signature_bytes(&drawn);
    bool passed_through = !s->adapts && fan_delivery_is_small(s->ours.state, (int64_t)bytes);
    finding found = compare(&b, passed_through, root, s->comm);
    tell(s, number, draw, &b, found);
    tally *t = &tallies[s->algorithm];
    t->draws += rank == 0;
    bool is_ours = evidence_found(&s->ours);
    t->expected += s->size > 1 && bytes > 0 && !passed_through && !s->adapts;
    t->ours += is_ours && !s->adapts;
    t->wrong += found == ERROR || found == DIFFERENT;
    t->library_wrong += found == REFERENCE_WRONG;
    free_buffers(&b);
}

static void run_communicator(uint64_t number, int draws)
{
    setting s;
    open_setting(&s, number);
    for (int draw = 0; s.comm != MPI_COMM_NULL && draw < draws; draw++)
        run_draw(&s, number, draw);
    close_setting(&s);
}

static void conclude(const char *algorithm, const tally *t)
{
    int sums[] = {t->draws, t->library_wrong};
    MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    tap_ok(t->wrong == 0 && t->ours == t->expected, "%s: %d draws, seed %" PRIu64, algorithm,
           sums[0], seed);
    if (sums[1] > 0 && world_rank == 0)
        printf("# the MPI library itself was wrong on %d ranks\n", sums[1]);
}

int main(void)
{
    unsetenv("FANOUT_ADAPT"); /* so that it is drawn */
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &world_size);
    seed = number_from("FANOUT_TEST_SEED", 1);
    uint64_t draws = number_from("FANOUT_TEST_DRAWS", 2000),
             first = number_from("FANOUT_TEST_FIRST", 0);
    for (uint64_t done = 0, number = first; done < draws;
         done += DRAWS_PER_COMMUNICATOR, number++) {
        uint64_t left = draws - done;
        run_communicator(number,
                         left < DRAWS_PER_COMMUNICATOR ? (int)left : DRAWS_PER_COMMUNICATOR);
    }
    for (int i = 0; i < ALGORITHM_COUNT; i++)
        conclude(algorithms[i], &tallies[i]);
    return tap_end();
}
