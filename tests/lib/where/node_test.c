/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranks that share memory: how much of it, for how long, that messages make progress while ranks
 * wait for each other in it, and that wrong lengths are noticed. Run with placements
 * (tests/run-mpi).
 */
#include "config.h"

#include "fanout.h"
#include "lib/call/lifetime.h"
#include "lib/state/comm_state.h"
#include "tests/common/tap.h"

#include <string.h>

enum { MEDIUM = 4 * 1024 * 1024 }; /* between two ranks less is MPI's */
enum {
    LARGE = 8 * 1024 * 1024
}; /* more than the ring holds, and no message that MPI sends before it is asked for */

static int rank, size;
static char *buffer;

static char value(int salt, int index)
{
    return (char)(index * 7 + salt);
}

static bool broadcast(int bytes, int root, int salt, MPI_Comm comm)
{
    int own;
    MPI_Comm_rank(comm, &own);
    for (int i = 0; i < bytes; i++)
        buffer[i] = own == root ? value(salt, i) : 0;
    bool good = fanout_bcast(buffer, bytes, MPI_BYTE, root, comm) == MPI_SUCCESS;
    for (int i = 0; i < bytes; i++)
        good = good && buffer[i] == value(salt, i);
    return good;
}

static const fan_node_map *map_of(MPI_Comm comm)
{
    fan_comm_state *state;
    return fan_lifetime_state(comm, &state) == FAN_OK ? &state->map : NULL;
}

/* ---- memory ---- */

/* Of the segments that this process has, and their bytes. */
static int count_segments(size_t *bytes)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int count = 0;
    *bytes = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "/memfd:fanout") != NULL) {
            unsigned long first, end;
            sscanf(line, "%lx-%lx", &first, &end);
            *bytes += end - first;
            count++;
        }
    if (maps != NULL)
        fclose(maps);
    return count;
}

static void test_memory(void)
{
    MPI_Comm same, reversed, other;
    size_t bytes = 0;
    MPI_Comm_dup(MPI_COMM_WORLD, &same);
    MPI_Comm_split(MPI_COMM_WORLD, 0, -rank, &reversed);
    MPI_Comm_split(MPI_COMM_WORLD, rank == 0, rank, &other);
    bool good = broadcast(MEDIUM, 0, 1, same) && broadcast(MEDIUM, 0, 2, reversed);
    bool alone = map_of(same)->node == NULL;
    tap_ok(good && count_segments(&bytes) == !alone,
           "communicators of the same ranks share one segment");
    size_t domains = alone ? 0 : (size_t)map_of(same)->node->ring.domains;
    tap_ok(bytes <= domains * (2 * 1024 * 1024 + 16384 + 256 * (size_t)size),
           "which takes little more than 2 MiB for each domain");

    int of_other;
    MPI_Comm_size(other, &of_other);
    good = of_other == 1 || broadcast(MEDIUM, 0, 3, other);
    bool other_ring =
        of_other > 1 && map_of(other)->node != NULL && map_of(other)->node != map_of(same)->node;
    tap_ok(good && count_segments(&bytes) == !alone + other_ring,
           "one of other ranks has a segment of its own");

    MPI_Comm_free(&other);
    MPI_Comm_free(&same);
    tap_ok(broadcast(MEDIUM, 0, 4, reversed) && count_segments(&bytes) == !alone,
           "a segment stays as long as a communicator needs it");
    MPI_Comm_free(&reversed);
    tap_ok(count_segments(&bytes) == !alone, "and that of all ranks for the next of them");
}

/* ---- progress ---- */

/*
 * `sender` has a message for `receiver` on its way when it broadcasts, and `receiver` takes that
 * message first: the sender must look after it while it waits for the receiver in shared memory.
 */
static bool broadcast_behind_message(int sender, int receiver, int root, MPI_Comm comm)
{
    char *message = calloc(1, LARGE);
    MPI_Request request = MPI_REQUEST_NULL;
    if (rank == sender)
        MPI_Isend(message, LARGE, MPI_BYTE, receiver, 0, comm, &request);
    else if (rank == receiver)
        MPI_Recv(message, LARGE, MPI_BYTE, sender, 0, comm, MPI_STATUS_IGNORE);
    bool good = broadcast(LARGE, root, sender, comm);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    free(message);
    return good;
}

static void test_progress(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    bool good = true;
    for (int other = 1; other < size; other++)
        good = broadcast_behind_message(other, 0, 0, comm) && good;
    tap_ok(good, "the root takes a message of a rank that waits for the broadcast");
    for (int other = 1; other < size; other++)
        good = broadcast_behind_message(0, other, 0, comm) && good;
    tap_ok(good, "a rank takes a message of the root, which waits for room");
    MPI_Comm_free(&comm);
}

/* ---- domains ---- */

/* On each node, by tests/run-mpi. */
static int expected_domains(void)
{
    const char *text = getenv("FANOUT_TEST_DOMAINS");
    return text == NULL ? 1 : atoi(text);
}

/* The lowest rank of this node that is in the domain of `of`. */
static int leader_of_domain(const fan_node_map *map, int of)
{
    int lowest = 0;
    while (map->node_of[lowest] != map->node_of[rank] ||
           fan_node_map_domain(map, lowest) != fan_node_map_domain(map, of))
        lowest++;
    return lowest;
}

/*
 * Only leaders read in another domain, that of who writes on their node, and all of it went through
 * the own ring.
 */
static bool crosses_once(const fan_node_map *map, int root)
{
    const fan_ring *ring = &map->node->ring;
    int writer = fan_node_map_speaker(map, map->node_of[rank], root);
    int domain = fan_node_map_domain(map, writer);
    bool leads = leader_of_domain(map, rank) == rank;
    if (atomic_load(&ring->memory->head.value) != ring->position)
        return false;
    return rank == writer || ring->source == (leads ? ring->of_domain[domain] : ring->memory);
}

static void test_domains(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    bool good = broadcast(MEDIUM, 0, 0, comm), crossed_once = true;
    const fan_node_map *map = map_of(comm);
    bool alone = map->node == NULL;
    tap_ok(alone || map->node->ring.domains == expected_domains(),
           "domains are those that ranks are bound to");
    for (int root = 0; root < size; root++) {
        good = broadcast(MEDIUM, root, root, comm) && good;
        MPI_Barrier(comm);
        crossed_once = crossed_once && (alone || crosses_once(map, root));
        MPI_Barrier(comm);
    }
    tap_ok(good, "the data arrives from every root");
    tap_ok(crossed_once, "and enters each domain once");
    MPI_Comm_free(&comm);
}

/* ---- errors ---- */

static void test_lengths(void)
{
    MPI_Comm comm;
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    bool good = broadcast(MEDIUM, 0, 1, comm);
    if (map_of(comm)->nodes > 1) {
        tap_ok(good, "lengths that differ # SKIP several nodes");
    } else {
        int error_class,
            code = fanout_bcast(buffer, rank == size - 1 ? MEDIUM - 1 : MEDIUM, MPI_BYTE, 0, comm);
        MPI_Error_class(code, &error_class);
        tap_ok(error_class == (rank == size - 1 ? MPI_ERR_TRUNCATE : MPI_SUCCESS),
               "a rank whose length differs from that of its node gets MPI_ERR_TRUNCATE");
        tap_ok(broadcast(MEDIUM, 1, 2, comm), "and the communicator still works");
    }
    MPI_Comm_free(&comm);
}

int main(void)
{
    /*
     * Open MPI: a large message takes both ends, as between nodes. Else the receiver copies it on
     * its own.
     */
    setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 1);
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    buffer = malloc(LARGE);
    test_memory();
    test_progress();
    test_domains();
    test_lengths();
    free(buffer);
    return tap_end();
}
