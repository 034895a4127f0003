/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPI refuses one message of several that are in progress. The library returns its error; MPI does
 * not touch memory that is no longer the library's, and whoever can be told is not left waiting.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 16 * 1024 /* of src/comm/probe */, CHUNK = 100000, TREE = 2000, NEVER = -1 };

static int rank, size, own_error;

/* ---- MPI refuses a message, once ---- */

typedef struct refusal {
    int left;  /* messages before it; NEVER: none is refused */
    int least; /* bytes of those that are counted */
    /* Of the one that was refused: */
    int peer, tag;
    MPI_Comm comm;
} refusal;

static refusal sends = {NEVER, 0, 0, 0, MPI_COMM_NULL}, receives = {NEVER, 0, 0, 0, MPI_COMM_NULL};

static bool is_refused(refusal *r, int count, MPI_Datatype type, int peer, int tag, MPI_Comm comm)
{
    int bytes;
    PMPI_Type_size(type, &bytes);
    if (r->left == NEVER || count * bytes < r->least || r->left-- > 0)
        return false;
    r->peer = peer;
    r->tag = tag;
    r->comm = comm;
    return true;
}

/* By both names: some are called as tools see them, some are not. */
#define REFUSE(NAME, RULE, BUFFER)                                                                 \
    int NAME(BUFFER buffer, int count, MPI_Datatype type, int peer, int tag, MPI_Comm comm,        \
             MPI_Request *request)                                                                 \
    {                                                                                              \
        static int (*next)(BUFFER, int, MPI_Datatype, int, int, MPI_Comm, MPI_Request *);          \
        if (next == NULL)                                                                          \
            *(void **)&next = dlsym(RTLD_NEXT, #NAME);                                             \
        return is_refused(&RULE, count, type, peer, tag, comm)                                     \
                   ? own_error                                                                     \
                   : next(buffer, count, type, peer, tag, comm, request);                          \
    }
REFUSE(MPI_Issend, sends, const void *)
REFUSE(PMPI_Isend, sends, const void *)
REFUSE(MPI_Irecv, receives, void *)
REFUSE(PMPI_Irecv, receives, void *)

static void refuse(refusal *r, bool here, int before, int least)
{
    *r = (refusal){.left = here ? before : NEVER, .least = least, .comm = MPI_COMM_NULL};
}

/* ---- communicators, memory ---- */

static MPI_Comm make_comm(const char *adapt)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_adapt", adapt);
    MPI_Info_set(hints, "fanout_chunk_bytes", "100000");
    MPI_Info_set(hints, "fanout_algorithm", "chain");
    MPI_Info_set(hints, "fanout_sends", "4");
    MPI_Info_set(hints, "fanout_child_sends", "4");
    MPI_Info_set(hints, "fanout_window", "8");
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    return comm;
}

/* What has been freed is used by the program for something else. */
static void use_what_is_free(size_t bytes)
{
    enum { BLOCKS = 32 };
    char *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(bytes);
        memset(blocks[i], 0x5a, bytes);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
}

/* ---- measuring ---- */

static int measured(MPI_Comm comm)
{
    static char data[1000];
    return fanout_comm_attach(comm, MPI_INFO_NULL) == MPI_SUCCESS
               ? fanout_bcast(data, sizeof data, MPI_BYTE, 0, comm)
               : MPI_ERR_OTHER;
}

/*
 * The first two ranks, each on a node of its own, measure; all learn that it has failed. What was
 * measured on a communicator is known on others with the same order of ranks. The broadcast is so
 * large, and never begins, that there is time to measure also where much else runs.
 */
static void test_probe(refusal *rule, bool backwards, int victim, int before, const char *what)
{
    static char large[256 * 1024 * 1024];
    MPI_Comm comm;
    MPI_Comm_split(MPI_COMM_WORLD, 0, backwards ? -rank : rank, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    refuse(rule, rank == victim, before, PIECE);
    int code = fanout_bcast(large, sizeof large, MPI_BYTE, 0, comm);
    bool tried = rank != victim || rule->comm != MPI_COMM_NULL;
    refuse(rule, false, 0, 0);
    tap_ok(tried && (rank == victim ? code == own_error : code != MPI_SUCCESS),
           "measuring: rank %d cannot %s piece %d", victim, what, before);
    use_what_is_free(PIECE);
    tap_ok(measured(comm) == MPI_SUCCESS, "and then it can");
    MPI_Comm_free(&comm);
}

/* ---- a tree of messages ---- */

static int scattered[2 * TREE];

static bool has_tree(void)
{
    for (int i = 0; i < TREE; i++)
        if (scattered[2 * i] != 3 * i)
            return false;
    return true;
}

/* Rank 0 sends to rank 2, which comes late, then to rank 1, to which MPI refuses to send. */
static void test_tree(void)
{
    MPI_Comm comm = make_comm("0");
    MPI_Datatype type;
    MPI_Type_vector(TREE, 1, 2, MPI_INT, &type);
    MPI_Type_commit(&type);
    for (int i = 0; i < TREE; i++)
        scattered[2 * i] = rank == 0 ? 3 * i : -1;
    if (rank == 2)
        usleep(300 * 1000);
    refuse(&sends, rank == 0, 1, 1);
    int code = fanout_bcast(scattered, 1, type, 0, comm);
    use_what_is_free(TREE * sizeof(int));
    if (rank == 0)
        PMPI_Send(scattered, 1, type, sends.peer, sends.tag, sends.comm);
    refuse(&sends, false, 0, 0);
    tap_ok(rank == 0 ? code == own_error : code == MPI_SUCCESS && has_tree(),
           "a tree: the children that the root could send to have the data");
    MPI_Type_free(&type);
    MPI_Comm_free(&comm);
}

/* ---- a stream ---- */

static int fill(void *state, MPI_Count offset, void *piece, size_t bytes)
{
    (void)state;
    for (size_t i = 0; i < bytes; i++)
        ((char *)piece)[i] = (char)((offset + (MPI_Count)i) % 113);
    return 0;
}

static int drain(void *state, MPI_Count offset, const void *piece, size_t bytes)
{
    (void)state, (void)offset, (void)piece, (void)bytes;
    return 0;
}

/* The message that rank 0 began to send before it failed is what it was. */
static bool is_intact(const refusal *r)
{
    char *piece = malloc(2 * CHUNK), expected[CHUNK / 10];
    MPI_Status status;
    int bytes;
    PMPI_Recv(piece, 2 * CHUNK, MPI_BYTE, 0, r->tag, r->comm, &status);
    PMPI_Get_count(&status, MPI_BYTE, &bytes);
    fill(NULL, 0, expected, sizeof expected);
    bool good = bytes >= (int)sizeof expected && memcmp(piece, expected, sizeof expected) == 0;
    free(piece);
    return good;
}

/* All fail at the first message that they can; rank 0 at the second, when one is in progress. */
static void test_stream(void)
{
    MPI_Comm comm = make_comm("0");
    refuse(&sends, true, rank == 0, 1);
    refuse(&receives, true, 0, 1);
    int code = fanout_stream((MPI_Count)64 * CHUNK, fill, drain, NULL, 0, comm, MPI_INFO_NULL);
    use_what_is_free(8 * CHUNK);
    MPI_Barrier(MPI_COMM_WORLD);
    refusal missed = receives;
    refuse(&sends, false, 0, 0);
    refuse(&receives, false, 0, 0);
    tap_ok(code == own_error, "a stream: all ranks get MPI's error");
    tap_ok(rank != 1 || is_intact(&missed),
           "a stream: what is still being sent is in memory that is not freed");
}

int main(void)
{
    int error_class;
    unsetenv("FANOUT_ADAPT"); /* 1 by default */
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Add_error_class(&error_class);
    MPI_Add_error_code(error_class, &own_error);
    test_probe(&sends, false, 0, 1, "send");
    test_probe(&receives, true, size - 2, 1, "receive");
    test_tree();
    test_stream();
    return tap_end();
}
