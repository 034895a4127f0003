/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_bcast has MPI's semantics: every root, datatypes that differ between ranks with equal
 * signatures, zero and large counts, MPI_BOTTOM, intercommunicators, and the errors of the MPI
 * library. Each case runs with every algorithm. Parameters are set so that even small broadcasts
 * take our path.
 */
#include "config.h"

#include "compat/mpi_calls.h"
#include "fanout.h"
#include "tests/common/tap.h"
#include "tests/lib/evidence.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static const char *const algorithms[] = {"auto", "chain", "group", "full", "ktree", "kexchange"};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof algorithms[0] };

static int rank, size;

/* A communicator like MPI_COMM_WORLD on which `algorithm` runs, in small chunks, for any size. */
static MPI_Comm make_comm(const char *algorithm)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_algorithm", algorithm);
    MPI_Info_set(hints, "fanout_min_bytes", "0");
    MPI_Info_set(hints, "fanout_chunk_bytes", "100");
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return comm;
}

static evidence ours;

static bool was_ours(void)
{
    bool found = evidence_found(&ours);
    return size == 1 || found;
}

/* ---- every root, sizes that divide nothing ---- */

static int value(int index, int salt)
{
    return (int)((unsigned)index * 2654435761u >> 1) + salt;
}

static bool broadcast_ints(int count, int root, MPI_Comm comm)
{
    int *data = malloc(((size_t)count + 1) * sizeof *data);
    for (int i = 0; i <= count; i++)
        data[i] = rank == root && i < count ? value(i, root) : -7;
    bool good = fanout_bcast(data, count, MPI_INT, root, comm) == MPI_SUCCESS;
    for (int i = 0; i < count; i++)
        good = good && data[i] == value(i, root);
    good = good && data[count] == -7;
    free(data);
    return good;
}

static void test_roots_and_sizes(const char *algorithm)
{
    static const int counts[] = {0, 1, 2, 24, 25, 26, 999, 5003};
    MPI_Comm comm = make_comm(algorithm);
    evidence_watch(&ours, comm);
    bool good = true;
    for (int root = 0; root < size; root++)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
            good = broadcast_ints(counts[i], root, comm) && good;
    tap_ok(good && was_ours(), "%s: every root, sizes that divide nothing", algorithm);
    MPI_Comm_free(&comm);
}

/* ---- equal signatures, different datatypes ---- */

enum { ELEMENTS = 1260, ROOM = 8 * ELEMENTS };

/* A way to describe `elements` ints in an array of `room` ints: the position of element i. */
typedef struct view {
    const char *name;
    int count;
    MPI_Datatype type;
    int positions[ELEMENTS];
    MPI_Aint start; /* bytes from the array to the buffer argument */
} view;

static void set_positions(view *v, int first, int step)
{
    for (int i = 0; i < ELEMENTS; i++)
        v->positions[i] = first + i * step;
}

static void view_plain(view *v)
{
    v->count = ELEMENTS;
    MPI_Type_dup(MPI_INT, &v->type);
    set_positions(v, 0, 1);
}

static void view_one_contiguous(view *v)
{
    v->count = 1;
    MPI_Type_contiguous(ELEMENTS, MPI_INT, &v->type);
    set_positions(v, 0, 1);
}

static void view_one_vector(view *v)
{
    v->count = 1;
    MPI_Type_vector(ELEMENTS, 1, 3, MPI_INT, &v->type);
    set_positions(v, 0, 3);
}

static void view_resized(view *v)
{
    v->count = ELEMENTS;
    MPI_Type_create_resized(MPI_INT, 0, 12, &v->type);
    set_positions(v, 0, 3);
}

static void view_sevens(view *v)
{
    v->count = ELEMENTS / 7;
    MPI_Type_contiguous(7, MPI_INT, &v->type);
    set_positions(v, 0, 1);
}

/* Blocks of 4 in reverse order: the packed order is not the order of memory. */
static void view_reversed(view *v)
{
    enum { BLOCKS = ELEMENTS / 4 };
    int lengths[BLOCKS];
    MPI_Aint displacements[BLOCKS];
    for (int b = 0; b < BLOCKS; b++) {
        lengths[b] = 4;
        displacements[b] = (MPI_Aint)(BLOCKS - 1 - b) * 5 * (MPI_Aint)sizeof(int);
        for (int i = 0; i < 4; i++)
            v->positions[4 * b + i] = (BLOCKS - 1 - b) * 5 + i;
    }
    v->count = 1;
    MPI_Type_create_hindexed(BLOCKS, lengths, displacements, MPI_INT, &v->type);
}

/* Two ints on both sides of a hole, the first at a negative displacement. */
static void view_negative_bound(view *v)
{
    MPI_Datatype types[] = {MPI_INT, MPI_INT}, whole;
    int lengths[] = {1, 1};
    MPI_Aint displacements[] = {-4, 8};
    MPI_Type_create_struct(2, lengths, displacements, types, &whole);
    MPI_Type_create_resized(whole, -4, 16, &v->type);
    MPI_Type_free(&whole);
    v->count = ELEMENTS / 2;
    v->start = 4;
    for (int i = 0; i < ELEMENTS / 2; i++) {
        v->positions[2 * i] = 4 * i;
        v->positions[2 * i + 1] = 4 * i + 3;
    }
}

static void view_indexed(view *v)
{
    int lengths[] = {1, 4}, displacements[] = {0, 2};
    MPI_Type_indexed(2, lengths, displacements, MPI_INT, &v->type); /* extent 6, holds 0 and 2..5 */
    v->count = ELEMENTS / 5;
    for (int i = 0; i < ELEMENTS; i++)
        v->positions[i] = i / 5 * 6 + (i % 5 == 0 ? 0 : i % 5 + 1);
}

static void view_subarray(view *v)
{
    int sizes[] = {ELEMENTS / 5, 9}, subsizes[] = {ELEMENTS / 5, 5}, starts[] = {0, 2};
    MPI_Type_create_subarray(2, sizes, subsizes, starts, MPI_ORDER_C, MPI_INT, &v->type);
    v->count = 1;
    for (int i = 0; i < ELEMENTS; i++)
        v->positions[i] = i / 5 * 9 + 2 + i % 5;
}

static void (*const make_view[])(view *) = {
    view_plain,    view_one_contiguous, view_one_vector, view_resized, view_sevens,
    view_reversed, view_negative_bound, view_indexed,    view_subarray};
enum { VIEWS = sizeof make_view / sizeof make_view[0] };

/*
 * What the array must hold after the broadcast: elements where the view has them, the poison in
 * holes.
 */
static void expect(const view *v, int salt, int *array)
{
    memset(array, 0x5a, ROOM * sizeof *array);
    for (int i = 0; i < ELEMENTS; i++)
        array[v->positions[i]] = value(i, salt);
}

/*
 * Broadcast with the root's view and ours; on all ranks every element must arrive and every hole
 * stay.
 */
static bool broadcast_views(view *v, int root, bool bottom, MPI_Comm comm)
{
    static int array[ROOM], expected[ROOM];
    expect(v, root, expected);
    if (rank == root)
        memcpy(array, expected, sizeof array);
    else
        memset(array, 0x5a, sizeof array);
    char *address = (char *)array + v->start;
    MPI_Datatype type = v->type;
    int count = v->count;
    if (bottom) {
        MPI_Aint absolute;
        MPI_Get_address(address, &absolute);
        MPI_Type_create_hindexed(1, &count, &absolute, v->type, &type);
        count = 1;
    }
    MPI_Type_commit(&type);
    bool good = fanout_bcast(bottom ? MPI_BOTTOM : address, count, type, root, comm) == MPI_SUCCESS;
    if (bottom)
        MPI_Type_free(&type);
    return good && memcmp(array, expected, sizeof array) == 0;
}

static void test_views(const char *algorithm)
{
    MPI_Comm comm = make_comm(algorithm);
    evidence_watch(&ours, comm);
    view *all = calloc(VIEWS, sizeof *all);
    for (int i = 0; i < VIEWS; i++)
        make_view[i](&all[i]);
    bool good = true, bottom_good = true, all_ours = true;
    for (int of_root = 0; of_root < VIEWS; of_root++)
        for (int of_others = 0; of_others < VIEWS; of_others++) {
            int root = (of_root + of_others) % size;
            /* Not all receivers have the same view either. */
            view *mine = &all[rank == root ? of_root : (of_others + rank) % VIEWS];
            good = broadcast_views(mine, root, false, comm) && good;
            bottom_good = broadcast_views(mine, root, (rank + of_root) % 2, comm) && bottom_good;
            all_ours = was_ours() && all_ours;
        }
    tap_ok(good && all_ours, "%s: %d datatypes on the root against %d on the others", algorithm,
           VIEWS, VIEWS);
    tap_ok(bottom_good, "%s: the same with MPI_BOTTOM and absolute types on some ranks", algorithm);
    for (int i = 0; i < VIEWS; i++)
        MPI_Type_free(&all[i].type);
    free(all);
    MPI_Comm_free(&comm);
}

/* ---- communicators ---- */

static bool receives_user_message(MPI_Comm comm)
{
    int token = -1;
    MPI_Request request;
    MPI_Irecv(&token, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, comm, &request);
    bool good = broadcast_ints(5003, size - 1, comm);
    int early;
    MPI_Test(&request, &early, MPI_STATUS_IGNORE);
    int next = (rank + 1) % size;
    MPI_Barrier(comm);
    MPI_Send(&rank, 1, MPI_INT, next, 4711, comm);
    if (!early)
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    return good && !early && token == (rank + size - 1) % size;
}

static void test_user_messages(void)
{
    MPI_Comm comm = make_comm("group");
    bool good = true;
    for (int round = 0; round < 20; round++)
        good = receives_user_message(comm) && good;
    tap_ok(good, "a receive with MPI_ANY_SOURCE and MPI_ANY_TAG sees none of our messages");
    MPI_Comm_free(&comm);
}

static void test_self(void)
{
    int data = rank;
    bool good = fanout_bcast(&data, 1, MPI_INT, 0, MPI_COMM_SELF) == MPI_SUCCESS && data == rank;
    tap_ok(good, "MPI_COMM_SELF");
}

static void test_intercommunicator(void)
{
    if (size < 2)
        return;
    MPI_Comm half, inter;
    int low = rank < size / 2;
    MPI_Comm_split(MPI_COMM_WORLD, low, rank, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, low ? size / 2 : 0, 1, &inter);
    enum { COUNT = 50000 };
    int *data = malloc(COUNT * sizeof *data);
    for (int i = 0; i < COUNT; i++)
        data[i] = rank == 0 ? value(i, 3) : -1;
    int root = !low ? 0 : rank == 0 ? MPI_ROOT : MPI_PROC_NULL;
    bool good = fanout_bcast(data, COUNT, MPI_INT, root, inter) == MPI_SUCCESS;
    for (int i = 0; i < COUNT && !low; i++)
        good = good && data[i] == value(i, 3);
    tap_ok(good, "intercommunicator");
    free(data);
    MPI_Comm_free(&inter);
    MPI_Comm_free(&half);
}

/*
 * More than MPICH has context numbers, so a private communicator that is not freed shows. Fewer on
 * many ranks, where each takes long: MPICH's ranks do not yield.
 */
static void test_many_communicators(void)
{
    bool good = true;
    int count = size <= 3 ? 2500 : 50;
    for (int i = 0; i < count; i++) {
        MPI_Comm comm = make_comm("auto");
        good = broadcast_ints(100, i % size, comm) && good;
        MPI_Comm_free(&comm);
    }
    tap_ok(good, "%d communicators made, used and freed", count);
}

/* A private communicator made by MPI_Comm_dup would call this. */
static int attribute_copies;

static int count_copy(MPI_Comm comm, int keyval, void *extra, void *in, void *out, int *flag)
{
    (void)comm, (void)keyval, (void)extra, (void)in, (void)out;
    attribute_copies++;
    *flag = 0;
    return MPI_SUCCESS;
}

static void test_attributes(void)
{
    MPI_Comm comm;
    int keyval;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_create_keyval(count_copy, MPI_COMM_NULL_DELETE_FN, &keyval, NULL);
    MPI_Comm_set_attr(comm, keyval, NULL);
    bool good = broadcast_ints(50000, 0, comm);
    tap_ok(good && attribute_copies == 0, "the user's attribute functions are not called");
    MPI_Comm_free_keyval(&keyval);
    MPI_Comm_free(&comm);
}

/* ---- errors ---- */

static int class_of(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class;
}

static void test_errors(void)
{
    MPI_Comm comm = make_comm("auto");
    int data = 0;
    tap_ok(class_of(fanout_bcast(&data, -1, MPI_INT, 0, comm)) == MPI_ERR_COUNT,
           "negative count: MPI_ERR_COUNT");
    tap_ok(class_of(fanout_bcast(&data, 1, MPI_DATATYPE_NULL, 0, comm)) == MPI_ERR_TYPE,
           "null type: MPI_ERR_TYPE");
    tap_ok(class_of(fanout_bcast(&data, 1, MPI_INT, size, comm)) == MPI_ERR_ROOT,
           "root too large: MPI_ERR_ROOT");
    tap_ok(class_of(fanout_bcast(&data, 1, MPI_INT, -5, comm)) == MPI_ERR_ROOT,
           "root negative: MPI_ERR_ROOT");
    tap_ok(broadcast_ints(1000, 0, comm), "the communicator works after errors");
    MPI_Comm_free(&comm);
}

static void test_wrong_hint(void)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_group_size", rank == 0 ? "many" : "2");
    int code = fanout_comm_attach(comm, hints);
    tap_ok(class_of(code) == fanout_error_class(FANOUT_ERR_PARAM),
           "a wrong hint of rank 0 is an error on all ranks");
    MPI_Info_set(hints, "fanout_group_size", rank == 0 ? "3" : "many");
    tap_ok(fanout_comm_attach(comm, hints) == MPI_SUCCESS,
           "rank 0's hints hold, other ranks' are not looked at");
    MPI_Info used;
    char text[100] = "";
    int found;
    fanout_comm_get_info(comm, &used);
    fan_compat_info_get(used, "fanout_group_size", sizeof text, text, &found);
    tap_ok(found && strcmp(text, "3") == 0, "fanout_comm_get_info tells what is in force");
    MPI_Info_free(&used);
    MPI_Info_free(&hints);
    MPI_Comm_free(&comm);
}

static void test_explain(void)
{
    char *text = NULL;
    MPI_Comm comm = make_comm("group");
    int code = fanout_explain(comm, 1 << 20, size - 1, &text);
    tap_ok(code == MPI_SUCCESS && text != NULL && strlen(text) > 10,
           "fanout_explain says something");
    free(text);
    MPI_Comm_free(&comm);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int i = 0; i < ALGORITHM_COUNT; i++) {
        test_roots_and_sizes(algorithms[i]);
        test_views(algorithms[i]);
    }
    test_user_messages();
    test_self();
    test_intercommunicator();
    test_many_communicators();
    test_attributes();
    test_errors();
    test_wrong_hint();
    test_explain();
    return tap_end();
}
