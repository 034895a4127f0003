/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Broadcasts in the order that a topology file gives: the data is right from every root, slow ranks
 * send nothing, switches are kept to, and a bad file is an error on all ranks. Its lines `Ranks=`
 * spread the ranks, which are all on one host, over hosts that are not there. Only rank 0 has the
 * variable.
 */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/state/comm_state.h"
#include "tests/common/tap.h"

#include <string.h>
#include <unistd.h>

static const char *const algorithms[] = {"auto", "chain", "group", "full", "ktree", "kexchange"};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof algorithms[0] };

static const char variable[] = "FANOUT_TOPO_FILE";
static int rank, size;
static char path[64];
static fan_trace trace;

/* Odd ranks on one switch, even ones on the other, and rank 1 on a slow link. */
static const char two_switches[] =
    "# for topology_test\n"
    "SwitchName=odd Nodes=host[01,03,05,07] LinkSpeed=100\n"
    "SwitchName=even \\\n  Nodes=host[00,02,04,06]\n"
    "switchname=top switches=odd,even\n"
    "Ranks=0 Host=host00\nRanks=1 Host=host01\nRanks=2 Host=host02.cluster\n"
    "Ranks=3 Host=host03\nRanks=4 Host=host04\nRanks=5 Host=host05\n"
    "Ranks=6 Host=host06\nRanks=7 Host=host07\n";

/* Another file for rank 0, in which `more` comes last. */
static void write_file(const char *text, const char *more)
{
    if (rank != 0)
        return;
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%s%s", text, more) < 0 || fclose(file) != 0) {
        printf("Bail out! cannot write %s\n", path);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    setenv(variable, path, 1);
}

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

static fan_comm_state *state_of(MPI_Comm comm)
{
    fan_comm_state *state;
    return fan_lifetime_state(comm, &state) == FAN_OK ? state : NULL;
}

static bool broadcast(int bytes, int root, MPI_Comm comm)
{
    char *data = malloc((size_t)bytes + 1);
    for (int i = 0; i <= bytes; i++)
        data[i] = (char)(rank == root && i < bytes ? i * 7 + root : -1);
    bool good = fanout_bcast(data, bytes, MPI_CHAR, root, comm) == MPI_SUCCESS;
    for (int i = 0; i < bytes; i++)
        good = good && data[i] == (char)(i * 7 + root);
    good = good && data[bytes] == -1;
    free(data);
    return good;
}

static bool sent_something(void)
{
    for (size_t i = 0; i < trace.count; i++)
        if (trace.transfers[i].kind == FAN_TRANSFER_SEND)
            return true;
    return false;
}

/* ---- what is delivered ---- */

static void test_every_root(const char *algorithm, const char *what)
{
    static const int bytes[] = {1, 99, 100, 2503};
    MPI_Comm comm = make_comm(algorithm);
    state_of(comm)->trace = &trace;
    bool good = state_of(comm)->order != NULL;
    for (int root = 0; root < size; root++)
        for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
            good = broadcast(bytes[i], root, comm) && good;
    good = good && trace.count > 0;
    fan_trace_clear(&trace);
    tap_ok(good, "%s, %s: every root, sizes that divide nothing", what, algorithm);
    MPI_Comm_free(&comm);
}

/* The order: ranks 1, 3, 5, 7 are on the first switch, and slow ones are last. */
static void test_order(void)
{
    static const int expected[2][8] = {{3, 0, 2, 4, 1}, {3, 5, 7, 0, 2, 4, 6, 1}};
    write_file(two_switches, "NodeName=host01 Speed=0.5\n");
    MPI_Comm comm = make_comm("auto");
    const fan_order *order = state_of(comm)->order;
    bool good = order != NULL && order->slow == 1 && order->slowest < 0.6 && order->switches == 3;
    if (good && size == 8)
        good = memcmp(order->table, expected[1], sizeof expected[1]) == 0;
    else if (good && size == 5)
        good = memcmp(order->table, expected[0], 5 * sizeof(int)) == 0;
    tap_ok(good, "the order is that of switches, the slow rank last, on all ranks");
    MPI_Comm_free(&comm);
}

static void test_slow_rank(void)
{
    write_file(two_switches, "NodeName=host01 Speed=0.5\n");
    MPI_Comm comm = make_comm("auto");
    state_of(comm)->trace = &trace;
    bool good = true;
    for (int root = 0; root < size; root++) {
        fan_trace_clear(&trace);
        good = broadcast(2503, root, comm) && good;
        good = good && (rank != 1 || root == 1 || !sent_something());
    }
    fan_trace_clear(&trace);
    tap_ok(good, "a slow rank sends nothing, unless it is the root");
    MPI_Comm_free(&comm);
}

static void test_explanation(void)
{
    write_file(two_switches, "NodeName=host01 Speed=0.5\n");
    MPI_Comm comm = make_comm("auto");
    char *text = NULL;
    int code = fanout_explain(comm, 1 << 20, 0, &text);
    tap_ok(code == MPI_SUCCESS && text != NULL && strstr(text, "slow") != NULL,
           "fanout_explain speaks of slow nodes");
    free(text);
    MPI_Comm_free(&comm);
}

/* ---- when there is no order ---- */

static void test_one_host(void)
{
    if (rank == 0)
        unsetenv(variable);
    MPI_Comm comm = make_comm("auto");
    tap_ok(state_of(comm)->order == NULL, "ranks of one host keep their own order");
    MPI_Comm_free(&comm);
}

static void expect_error(const char *what)
{
    MPI_Comm comm;
    int subfile, data[25000] = {0};
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    bool good = true;
    for (int i = 0; i < 2;
         i++) { /* the second call must not pass for one on a communicator that is ready */
        MPI_Error_class(fanout_bcast(data, 25000, MPI_INT, 0, comm), &subfile);
        good = good && subfile == fanout_error_class(FANOUT_ERR_PARAM);
    }
    tap_ok(good, "%s is an error on all ranks", what);
    write_file(two_switches, "");
    tap_ok(fanout_bcast(data, 25000, MPI_INT, 0, comm) == MPI_SUCCESS,
           "and the communicator works when it is mended");
    MPI_Comm_free(&comm);
}

static void test_bad_files(void)
{
    write_file(two_switches, "SwitchName=odd Nodes=host09\n");
    expect_error("a file with a wrong line");
    if (rank == 0)
        setenv(variable, "/nowhere/topology.conf", 1);
    expect_error("a file that is not there");
    if (rank != 0)
        setenv(variable, "/nowhere/topology.conf", 1);
    MPI_Comm comm = make_comm("auto");
    tap_ok(broadcast(1000, size - 1, comm), "the variable counts on rank 0 only");
    MPI_Comm_free(&comm);
    unsetenv(variable);
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    snprintf(path, sizeof path, "topology_test.%d.conf", (int)getpid());
    for (int i = 0; i < ALGORITHM_COUNT; i++) {
        write_file(two_switches, "");
        test_every_root(algorithms[i], "two switches");
        write_file(two_switches, "NodeName=host[01,03] Speed=0.5\n");
        test_every_root(algorithms[i], "two slow ranks");
    }
    test_order();
    test_slow_rank();
    test_explanation();
    test_bad_files();
    test_one_host();
    if (rank == 0)
        unlink(path);
    return tap_end();
}
