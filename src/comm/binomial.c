/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "comm/binomial.h"

#include "comm/wait.h"

typedef struct tree {
    int size, root;
    int number; /* of this rank, counted from the root */
    int reach;  /* its children are below number + reach: a power of two */
} tree;

/* The lowest bit that is set in a number leads to the parent, the bits below it to children. */
static tree find_place(int root, MPI_Comm comm)
{
    tree t = {.root = root, .reach = 1};
    int rank;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &t.size);
    t.number = (rank - root + t.size) % t.size;
    while (t.reach < t.size && (t.number & t.reach) == 0)
        t.reach <<= 1;
    return t;
}

static int rank_of(const tree *t, int number)
{
    return (number + t->root) % t->size;
}

/* After a failure the other children get the data, which is not touched when this returns. */
int fan_comm_binomial(void *data, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                      int tag)
{
    enum { MOST_CHILDREN = 31 };
    MPI_Request receive, sends[MOST_CHILDREN];
    tree t = find_place(root, comm);
    int children = 0, code = MPI_SUCCESS;
    if (t.number > 0) {
        int parent = rank_of(&t, t.number - t.reach);
        code = PMPI_Irecv(data, count, datatype, parent, tag, comm, &receive);
        code = fan_comm_complete_message(code, &receive);
    }
    if (code != MPI_SUCCESS)
        return code;
    for (int bit = t.reach >> 1; bit > 0; bit >>= 1)
        if (t.number + bit < t.size) {
            int child = rank_of(&t, t.number + bit);
            int sent = PMPI_Isend(data, count, datatype, child, tag, comm, &sends[children]);
            children += sent == MPI_SUCCESS;
            code = fan_comm_first(code, sent);
        }
    return fan_comm_complete_messages(code, children, sends);
}
