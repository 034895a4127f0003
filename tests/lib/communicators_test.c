/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every kind of communicator, at any time of its life, and calls from within MPI's callbacks. What
 * remains at the end is left to MPI_Finalize.
 */
#include "config.h"

#include "compat/mpi_calls.h"
#include "fanout.h"
#include "tests/common/tap.h"

#include <string.h>

enum { COUNT = 3000 };

static int rank, size;

/* All of them, small ones too, go through the engine: see main. */
static bool broadcasts(MPI_Comm comm, int root, int salt)
{
    int data[COUNT], mine;
    MPI_Comm_rank(comm, &mine);
    for (int i = 0; i < COUNT; i++)
        data[i] = mine == root ? i * 7 + salt : -1;
    bool good = fanout_bcast(data, COUNT, MPI_INT, root, comm) == MPI_SUCCESS;
    for (int i = 0; i < COUNT; i++)
        good = good && data[i] == i * 7 + salt;
    return good;
}

static bool from_every_root(MPI_Comm comm)
{
    int ranks;
    bool good = true;
    MPI_Comm_size(comm, &ranks);
    for (int root = 0; root < ranks; root++)
        good = broadcasts(comm, root, root) && good;
    return good;
}

/* ---- topologies ---- */

static void test_cartesian(void)
{
    MPI_Comm grid, line;
    int dims[] = {0, 0}, periods[] = {1, 0}, keep[] = {1, 0};
    MPI_Dims_create(size, 2, dims);
    MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 1, &grid);
    bool good = from_every_root(grid);
    MPI_Cart_sub(grid, keep, &line);
    good = from_every_root(line) && good;
    tap_ok(good, "Cartesian communicators");
    MPI_Comm_free(&line);
    MPI_Comm_free(&grid);
}

/* A ring. */
static void test_graphs(void)
{
    MPI_Comm graph, distributed;
    int *index = malloc((size_t)size * sizeof *index),
        *edges = malloc((size_t)size * sizeof *edges);
    for (int i = 0; i < size; i++) {
        index[i] = i + 1;
        edges[i] = (i + 1) % size;
    }
    MPI_Graph_create(MPI_COMM_WORLD, size, index, edges, 1, &graph);
    bool good = from_every_root(graph);
    int from = (rank + size - 1) % size, to = (rank + 1) % size, weight = 1;
    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 1, &from, &weight, 1, &to, &weight,
                                   MPI_INFO_NULL, 0, &distributed);
    good = from_every_root(distributed) && good;
    tap_ok(good, "graph communicators");
    MPI_Comm_free(&graph);
    MPI_Comm_free(&distributed);
    free(index);
    free(edges);
}

static void test_reversed_halves(void)
{
    MPI_Comm half;
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, -rank, &half);
    tap_ok(from_every_root(half), "a part of the ranks in reverse order, beside another part");
    MPI_Comm_free(&half);
}

/* ---- many, one after the other ---- */

static int number_of_communicators(void)
{
    const char *text = getenv("FANOUT_TEST_COMMUNICATORS");
    return text == NULL ? 100 : atoi(text);
}

/*
 * Freed while others may still be in the broadcast. Each has a private communicator.
 * FANOUT_TEST_COMMUNICATORS=10000 makes as many.
 */
static void test_freed_at_once(void)
{
    int number = number_of_communicators();
    double start = MPI_Wtime();
    bool good = true;
    for (int i = 0; i < number; i++) {
        MPI_Comm comm;
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        good = broadcasts(comm, i % size, i) && good;
        MPI_Comm_free(&comm);
    }
    tap_ok(good, "%d communicators, each freed right after a broadcast", number);
    if (rank == 0)
        printf("# %.0f us each\n", (MPI_Wtime() - start) / number * 1e6);
}

/* ---- attributes ---- */

static int copies, deletions;
static bool nested_good = true;
static MPI_Comm other;

static int copy_and_broadcast(MPI_Comm comm, int keyval, void *extra, void *in, void *out,
                              int *flag)
{
    (void)keyval, (void)extra;
    copies++;
    nested_good = broadcasts(comm, 0, copies) && broadcasts(other, size - 1, copies) && nested_good;
    *(void **)out = in;
    *flag = 1;
    return MPI_SUCCESS;
}

/* The library's state on `comm` may have been deleted before. */
static int delete_and_broadcast(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)keyval, (void)attribute, (void)extra;
    deletions++;
    nested_good = broadcasts(comm, 0, deletions) && broadcasts(other, 0, deletions) && nested_good;
    return MPI_SUCCESS;
}

static void test_attributes(void)
{
    int keyval;
    MPI_Comm first, second, third;
    MPI_Comm_create_keyval(copy_and_broadcast, delete_and_broadcast, &keyval, NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &other);
    MPI_Comm_dup(MPI_COMM_WORLD, &first);
    MPI_Comm_set_attr(first, keyval, &keyval);
    MPI_Comm_dup(first, &second); /* has the attribute; the library's state comes later */
    bool good = broadcasts(first, 0, 1) && broadcasts(second, 0, 2);
    MPI_Comm_dup(second, &third); /* of one with state: it must make its own */
    MPI_Comm_free(&second);
    good = from_every_root(third) && broadcasts(first, 0, 3) && good;
    MPI_Comm_free(&first);
    good = from_every_root(third) && good;
    MPI_Comm_free(&third);
    tap_ok(good && copies == 2 && deletions == 3,
           "duplicates of communicators with attributes and with state");
    tap_ok(nested_good, "broadcasts from attribute callbacks");
    MPI_Comm_free(&other);
    MPI_Comm_free_keyval(&keyval);
}

/* ---- hints of the communicator ---- */

static MPI_Comm dup_with(const char *key, const char *value)
{
    MPI_Info info;
    MPI_Comm comm;
    MPI_Info_create(&info);
    MPI_Info_set(info, key, value);
    MPI_Comm_dup_with_info(MPI_COMM_WORLD, info, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Info_free(&info);
    return comm;
}

/* MPI libraries may forget keys that they do not know. */
static bool keeps(MPI_Comm comm, const char *key)
{
    MPI_Info info;
    char text[64];
    int found;
    MPI_Comm_get_info(comm, &info);
    fan_compat_info_get(info, key, sizeof text, text, &found);
    MPI_Info_free(&info);
    return found;
}

static bool has_group_size(MPI_Comm comm, const char *expected)
{
    MPI_Info used;
    char text[64] = "";
    int found;
    fanout_comm_get_info(comm, &used);
    fan_compat_info_get(used, "fanout_group_size", sizeof text, text, &found);
    MPI_Info_free(&used);
    return strcmp(text, expected) == 0;
}

static void test_hints(void)
{
    MPI_Comm comm = dup_with("fanout_group_size", "3");
    bool kept = keeps(comm, "fanout_group_size");
    tap_ok(has_group_size(comm, kept ? "3" : "0"), "hints of MPI_Comm_dup_with_info");
    MPI_Comm_free(&comm);
    comm = dup_with("fanout_group_siz", "3");
    int error_class, unused = 0;
    MPI_Error_class(fanout_bcast(&unused, 1, MPI_INT, 0, comm), &error_class);
    tap_ok(error_class == (kept && size > 1 ? fanout_error_class(FANOUT_ERR_PARAM) : MPI_SUCCESS),
           "a hint that does not exist is an error");
    MPI_Comm_free(&comm);
}

/* ---- error handlers ---- */

static int handled;

static void handle_by_broadcast(MPI_Comm *comm, int *code, ...)
{
    (void)code;
    if (handled++ == 0)
        nested_good = broadcasts(*comm, size - 1, 5) && nested_good;
}

static int failing_source(void *state, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)state, (void)offset, (void)buffer, (void)bytes;
    return -1;
}

static void test_error_handler(void)
{
    MPI_Comm comm;
    MPI_Errhandler handler;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_create_errhandler(handle_by_broadcast, &handler);
    MPI_Comm_set_errhandler(comm, handler);
    int unused = 0;
    fanout_bcast(&unused, 1, MPI_INT, size, comm);
    tap_ok(handled == 1 && nested_good, "a broadcast from an error handler, of an error of MPI");
    handled = 0;
    fanout_stream(1000, failing_source, NULL, NULL, 0, comm, MPI_INFO_NULL);
    tap_ok(handled == 1 && nested_good, "and of an error of ours");
    MPI_Errhandler_free(&handler);
    MPI_Comm_free(&comm);
}

/* ---- the end ---- */

/*
 * MPI_Finalize deletes the attributes of MPI_COMM_SELF, the last one that was set first, and
 * communication still works then. This one is set before the library sets its own, so the library's
 * states have gone by the time it is called.
 */
static int broadcast_at_the_end(MPI_Comm comm, int keyval, void *attribute, void *extra)
{
    (void)comm, (void)keyval, (void)attribute, (void)extra;
    if (!broadcasts(MPI_COMM_WORLD, 0, 77))
        abort();
    return MPI_SUCCESS;
}

static void set_last_callback(void)
{
    int keyval;
    MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, broadcast_at_the_end, &keyval, NULL);
    MPI_Comm_set_attr(MPI_COMM_SELF, keyval, NULL);
    MPI_Comm_free_keyval(&keyval);
}

static void leave_state_behind(void)
{
    bool good = broadcasts(MPI_COMM_WORLD, 0, 1) && broadcasts(MPI_COMM_SELF, 0, 2);
    for (int i = 0; i < 3; i++) {
        MPI_Comm comm;
        MPI_Comm_dup(MPI_COMM_WORLD, &comm);
        good = broadcasts(comm, i % size, 3) && good;
    }
    tap_ok(good, "communicators that MPI_Finalize finds with state");
}

int main(void)
{
    setenv("FANOUT_MIN_BYTES", "0", 1);
    setenv("FANOUT_CHUNK_BYTES", "1000", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    set_last_callback();
    test_hints();
    test_cartesian();
    test_graphs();
    test_reversed_halves();
    test_freed_at_once();
    test_attributes();
    test_error_handler();
    leave_state_behind();
    return tap_end();
}
