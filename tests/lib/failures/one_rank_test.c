/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One rank alone cannot do what a broadcast needs: MPI does not tell it what its datatype consists
 * of, or cannot keep that. That rank gets MPI's error, through the handler of the communicator; the
 * others wait for nothing. All ranks have a persistent request, or none has.
 */
#include "config.h"

#include "fanout.h"
#include "tests/common/tap.h"

enum { MOST = 50000, LITTLE = 100, ROOT = 1 };

static int rank, size, own_error;

/* ---- MPI fails on this rank ---- */

static bool cannot_decode, cannot_keep;

int MPI_Type_get_contents(MPI_Datatype type, int integers, int addresses, int types, int *integer,
                          MPI_Aint *address, MPI_Datatype *of)
{
    return cannot_decode
               ? own_error
               : PMPI_Type_get_contents(type, integers, addresses, types, integer, address, of);
}

#ifdef HAVE_MPI_TYPE_GET_ENVELOPE_C
int MPI_Type_get_contents_c(MPI_Datatype type, MPI_Count integers, MPI_Count addresses,
                            MPI_Count counts, MPI_Count types, int *integer, MPI_Aint *address,
                            MPI_Count *large, MPI_Datatype *of)
{
    return cannot_decode ? own_error
                         : PMPI_Type_get_contents_c(type, integers, addresses, counts, types,
                                                    integer, address, large, of);
}
#endif

int MPI_Type_dup(MPI_Datatype old, MPI_Datatype *type)
{
    return cannot_keep ? own_error : PMPI_Type_dup(old, type);
}

/* ---- data: scattered, on each rank ---- */

static int data[2 * MOST];

static void prepare(void)
{
    for (int i = 0; i < 2 * MOST; i++)
        data[i] = rank == ROOT ? 3 * i : -1;
}

static bool is_right(int elements)
{
    for (int i = 0; i < 2 * elements; i++)
        if (data[i] != (i % 2 == 0 || rank == ROOT ? 3 * i : -1))
            return false;
    return true;
}

static MPI_Datatype scattered(int elements)
{
    MPI_Datatype type;
    MPI_Type_vector(elements, 1, 2, MPI_INT, &type);
    MPI_Type_commit(&type);
    return type;
}

/* ---- errors ---- */

static int raised, last_raised;

static void count_raised(MPI_Comm *comm, int *code, ...)
{
    (void)comm;
    raised++;
    last_raised = *code;
}

/* What is returned has been raised, once. */
static bool is_raised(int code)
{
    bool once = code == MPI_SUCCESS ? raised == 0 : raised == 1 && last_raised == code;
    raised = 0;
    return once;
}

static MPI_Comm make_comm(const char *adapt)
{
    MPI_Comm comm;
    MPI_Info hints;
    MPI_Errhandler handler;
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "fanout_adapt", adapt);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_create_errhandler(count_raised, &handler);
    MPI_Comm_set_errhandler(comm, handler);
    MPI_Errhandler_free(&handler);
    fanout_comm_attach(comm, hints);
    MPI_Info_free(&hints);
    raised = 0;
    return comm;
}

/* ---- what is tried: returns its code ---- */

static int blocking(MPI_Datatype type, MPI_Comm comm)
{
    return fanout_bcast(data, 1, type, ROOT, comm);
}

static int nonblocking(MPI_Datatype type, MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_ibcast(data, 1, type, ROOT, comm, &request);
    return code == MPI_SUCCESS ? fanout_wait(&request) : code;
}

static int persistent(MPI_Datatype type, MPI_Comm comm)
{
    fanout_request request;
    int code = fanout_bcast_init(data, 1, type, ROOT, comm, MPI_INFO_NULL, &request);
    if (code != MPI_SUCCESS)
        return request == FANOUT_REQUEST_NULL ? code : MPI_ERR_INTERN;
    code = fanout_start(&request);
    if (code == MPI_SUCCESS)
        code = fanout_wait(&request);
    fanout_request_free(&request);
    return code;
}

typedef struct call {
    const char *name;
    int (*run)(MPI_Datatype, MPI_Comm);
    int elements;
    bool for_all; /* a failure of one rank is one of all */
} call;

/* Little is left to MPI: by Open MPI as bytes, which a rank that cannot decode them cannot have. */
static const call calls[] = {{"fanout_bcast", blocking, MOST, false},
                             {"fanout_ibcast", nonblocking, MOST, false},
                             {"fanout_bcast_init", persistent, MOST, true},
                             {"fanout_bcast_init of little", persistent, LITTLE, true}};

static bool is_expected(const call *c, int code, int victim)
{
    if (!is_raised(code))
        return false;
    if (rank == victim)
        return code == own_error;
    return c->for_all || victim == ROOT ? code != MPI_SUCCESS
                                        : code == MPI_SUCCESS && is_right(c->elements);
}

static void test_one_rank(const call *c, int victim, bool *fails, const char *what)
{
    MPI_Comm comm = make_comm("0");
    MPI_Datatype type = scattered(c->elements);
    prepare();
    *fails = rank == victim;
    int code = c->run(type, comm);
    *fails = false;
    tap_ok(is_expected(c, code, victim), "%s: rank %d cannot %s", c->name, victim, what);
    prepare();
    code = c->run(type, comm);
    tap_ok(code == MPI_SUCCESS && is_right(c->elements), "%s: and then it can", c->name);
    MPI_Type_free(&type);
    MPI_Comm_free(&comm);
}

/* It goes down a tree of messages, with the datatype of each rank. */
static void test_tree(int victim)
{
    MPI_Comm comm = make_comm("0");
    MPI_Datatype type = scattered(LITTLE);
    prepare();
    cannot_decode = rank == victim;
    int code = blocking(type, comm);
    cannot_decode = false;
    tap_ok(is_raised(code) && code == MPI_SUCCESS && is_right(LITTLE),
           "a small fanout_bcast goes as it is where rank %d cannot decode it", victim);
    MPI_Type_free(&type);
    MPI_Comm_free(&comm);
}

int main(void)
{
    int error_class;
    unsetenv("FANOUT_ADAPT"); /* it would go before what is set here */
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Add_error_class(&error_class);
    MPI_Add_error_code(error_class, &own_error);
    for (int victim = ROOT; victim < ROOT + 2; victim++) {
        for (int i = 0; i < (int)(sizeof calls / sizeof calls[0]); i++)
            test_one_rank(&calls[i], victim, &cannot_decode, "decode its datatype");
        test_one_rank(&calls[3], victim, &cannot_keep, "keep its datatype");
        test_tree(victim);
    }
    return tap_end();
}
