/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fanout_mdc_bcast: the array arrives bit by bit, descriptors complete in order and are usable when
 * they do.
 */
#include "config.h"

#include "fanout_mdc.h"
#include "tests/common/tap.h"

#include <stdlib.h>
#include <string.h>

static int rank, size;
static MPI_Comm comm;

enum { AXES = 3 };

typedef struct picture {
    fanout_mdc mdc;
    MPI_Count extent[AXES];
    int factor[AXES];
    size_t bytes;
    unsigned char *expected, *array;
    MPI_Count next;    /* descriptor to complete */
    MPI_Count stop_at; /* or -1 */
    bool good;
} picture;

static const char *order = "sequence", *group_size = "0";

static size_t elements(const picture *p)
{
    return (size_t)(p->extent[0] * p->extent[1] * p->extent[2]);
}

static picture make(const MPI_Count extent[AXES], const int factor[AXES], size_t element_bytes)
{
    picture p = {.stop_at = -1, .good = true};
    memcpy(p.extent, extent, sizeof p.extent);
    memcpy(p.factor, factor, sizeof p.factor);
    p.mdc = (fanout_mdc){AXES, NULL, NULL, element_bytes};
    p.bytes = elements(&p) * element_bytes;
    p.expected = malloc(p.bytes + 1);
    p.array = malloc(p.bytes + 1);
    for (size_t i = 0; i < p.bytes; i++)
        p.expected[i] = (unsigned char)((i / 3 + 1) * 2654435761u >> 21);
    return p;
}

static void drop(picture *p)
{
    free(p->expected);
    free(p->array);
}

/* Number of the descriptor that has the element. */
static MPI_Count descriptor_of(const picture *p, size_t element)
{
    MPI_Count x = (MPI_Count)element % p->extent[2];
    MPI_Count y = (MPI_Count)element / p->extent[2] % p->extent[1];
    MPI_Count z = (MPI_Count)element / p->extent[2] / p->extent[1];
    return (z % p->factor[0] * p->factor[1] + y % p->factor[1]) * p->factor[2] + x % p->factor[2];
}

/* In order; and all elements of this descriptor and those before are in the array. */
static int completed(void *state, MPI_Count descriptor)
{
    picture *p = state;
    p->good = p->good && descriptor == p->next++;
    size_t each = p->mdc.element_bytes;
    for (size_t e = 0; e < elements(p); e++)
        if (descriptor_of(p, e) <= descriptor)
            p->good = p->good && memcmp(p->array + e * each, p->expected + e * each, each) == 0;
    return descriptor == p->stop_at;
}

static int run(picture *p, int root)
{
    MPI_Info info;
    MPI_Info_create(&info);
    MPI_Info_set(info, "fanout_chunk_bytes", "100");
    MPI_Info_set(info, "fanout_mdc_order", order);
    MPI_Info_set(info, "fanout_group_size", group_size);
    if (rank == root)
        memcpy(p->array, p->expected, p->bytes);
    else
        memset(p->array, 0xa5, p->bytes);
    p->next = 0;
    p->mdc.extent = p->extent;
    p->mdc.factor = p->factor;
    int code = fanout_mdc_bcast(p->array, &p->mdc, completed, p, root, comm, info);
    MPI_Info_free(&info);
    return code;
}

static void test_content(void)
{
    static const struct {
        MPI_Count extent[AXES];
        int factor[AXES];
    } cases[] = {{{8, 8, 8}, {2, 2, 2}}, {{5, 7, 9}, {2, 2, 2}}, {{1, 1, 31}, {1, 1, 4}},
                 {{3, 2, 1}, {1, 3, 2}}, {{0, 4, 4}, {2, 1, 1}}, {{4, 4, 4}, {1, 1, 1}},
                 {{6, 5, 4}, {3, 1, 2}}};
    static const size_t sizes[] = {1, 3, 4, 8, 16, 130};
    bool good = true;
    int root = 0;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++, root = (root + 1) % size) {
            picture p = make(cases[c].extent, cases[c].factor, sizes[s]);
            good = run(&p, root) == MPI_SUCCESS && good;
            good = good && p.good && p.next == fanout_mdc_count(&p.mdc) &&
                   memcmp(p.array, p.expected, p.bytes) == 0;
            drop(&p);
        }
    tap_ok(good, "all shapes, factors and sizes of elements, %s, group size %s: bit by bit", order,
           group_size);
}

static int class_of(int code)
{
    int error_class;
    MPI_Error_class(code, &error_class);
    return error_class;
}

static void test_stop(void)
{
    picture p = make((MPI_Count[]){8, 8, 8}, (int[]){2, 2, 2}, 8);
    p.stop_at = rank == size - 1 ? 2 : -1;
    int code = run(&p, 0);
    if (rank == size - 1)
        tap_ok(class_of(code) == fanout_error_class(FANOUT_ERR_SINK) && p.good && p.next == 3,
               "a rank that has enough stops, the others go on");
    else
        tap_ok(code == MPI_SUCCESS && p.good && p.next == 8,
               "a rank that has enough stops, the others go on");
    drop(&p);
}

static void test_arguments(void)
{
    picture p = make((MPI_Count[]){2, 2, 2}, (int[]){1, 0, 1}, 4);
    tap_ok(class_of(run(&p, 0)) == MPI_ERR_ARG, "a factor of 0: MPI_ERR_ARG");
    p.factor[1] = 1;
    p.extent[0] = (MPI_Count)1 << 40;
    p.extent[1] = (MPI_Count)1 << 40;
    p.mdc.extent = p.extent;
    tap_ok(class_of(fanout_mdc_bcast(p.array, &p.mdc, NULL, NULL, 0, comm, MPI_INFO_NULL)) ==
               MPI_ERR_ARG,
           "more bytes than can be counted: MPI_ERR_ARG");
    tap_ok(fanout_mdc_count(&(fanout_mdc){0}) == 0, "no axes: no descriptors");
    drop(&p);
}

static void test_fill(void)
{
    float array[] = {0, -1, 2, -1, 4};
    const int present[] = {1, 0}, none[] = {0, 0};
    const fanout_mdc mdc = {1, (MPI_Count[]){5}, (int[]){2}, sizeof(float)};
    bool good = fanout_mdc_fill(array, &mdc, present, MPI_FLOAT, NULL) == MPI_SUCCESS;
    tap_ok(good && array[1] == 1 && array[3] == 3, "fanout_mdc_fill interpolates");
    tap_ok(fanout_mdc_fill(array, &mdc, none, MPI_FLOAT, NULL) == MPI_ERR_ARG &&
               fanout_mdc_fill(array, &mdc, present, MPI_DOUBLE, NULL) == MPI_ERR_TYPE,
           "and says what is wrong");
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    static const char *const orders[] = {"sequence", "spread"}, *const sizes[] = {"0", "1", "3"};
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        order = orders[o];
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            group_size = sizes[s];
            test_content();
        }
        test_stop();
    }
    test_arguments();
    test_fill();
    MPI_Comm_free(&comm);
    return tap_end();
}
