/* SPDX-License-Identifier: BSD-3-Clause */
/* The datatype of a random array section packs what the section has, in array element order. */
#include "config.h"

#include "compat/mpi_calls.h"
#include "fortran/section.h"
#include "tests/common/random.h"
#include "tests/common/tap.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 2000, MEMORY = 1 << 22, MOST_DIMENSIONS = 5 };

/* A descriptor has a flexible array member in some compilers' header. */
typedef union descriptor {
    CFI_cdesc_t head;
    char room[sizeof(CFI_cdesc_t) + CFI_MAX_RANK * sizeof(CFI_dim_t)];
} descriptor;

static char memory[2 * MEMORY], expected[MEMORY], packed[MEMORY];

/* Dimensions that do not overlap, in any order in memory, with gaps, forwards or backwards. */
static void make_array(descriptor *d, random_state *random)
{
    static const size_t lengths[] = {1, 2, 4, 8, 12};
    memset(d, 0, sizeof *d);
    d->head.rank = (CFI_rank_t)random_between(random, 1, MOST_DIMENSIONS);
    d->head.elem_len = lengths[random_between(random, 0, 4)];
    d->head.base_addr = memory + MEMORY;
    CFI_index_t step = (CFI_index_t)d->head.elem_len;
    int first = random_between(random, 0, d->head.rank - 1);
    for (int i = 0; i < d->head.rank; i++) {
        CFI_dim_t *dim = &d->head.dim[(first + i) % d->head.rank];
        step *= random_between(random, 1, 2);
        dim->extent = random_between(random, 1, 6);
        dim->sm = random_one_in(random, 4) ? -step : step;
        step *= dim->extent;
    }
}

/* All elements in array element order. Returns the bytes. */
static size_t gather(const CFI_cdesc_t *array, char *out)
{
    CFI_index_t index[MOST_DIMENSIONS] = {0};
    size_t bytes = 0;
    for (int i = 0; i < array->rank;) {
        const char *element = array->base_addr;
        for (i = 0; i < array->rank; i++)
            element += index[i] * array->dim[i].sm;
        memcpy(out + bytes, element, array->elem_len);
        bytes += array->elem_len;
        for (i = 0; i < array->rank && ++index[i] == array->dim[i].extent; i++)
            index[i] = 0;
    }
    return bytes;
}

static bool packs(const fan_section *s, size_t bytes)
{
    int position = 0;
    memset(packed, 0, sizeof packed);
    MPI_Pack(s->buffer, (int)s->count, s->datatype, packed, MEMORY, &position, MPI_COMM_SELF);
    return (size_t)position == bytes && memcmp(packed, expected, bytes) == 0;
}

/* Some elements of some datatype, as many as there are at most. */
static bool round_is_right(MPI_Datatype datatype, random_state *random)
{
    descriptor d;
    fan_section section;
    int size;
    make_array(&d, random);
    size_t room = gather(&d.head, expected);
    MPI_Type_size(datatype, &size);
    int most = (int)room / size;
    int count = random_one_in(random, 2) ? most : random_between(random, 0, most);
    fan_status status = fan_section_open(&section, &d.head, count, datatype);
    bool right = status == FAN_OK && packs(&section, (size_t)count * (size_t)size);
    if (status == FAN_OK)
        fan_section_close(&section);
    return right;
}

static void test_random_sections(void)
{
    random_state random = 7;
    MPI_Datatype types[] = {MPI_BYTE, MPI_INT16_T, MPI_INT, MPI_DOUBLE, MPI_DATATYPE_NULL};
    int right = 0;
    MPI_Type_contiguous(3, MPI_INT, &types[4]);
    MPI_Type_commit(&types[4]);
    for (size_t i = 0; i < sizeof memory; i++)
        memory[i] = (char)random_between(&random, 0, 255);
    for (int i = 0; i < ROUNDS; i++)
        right += round_is_right(types[i % 5], &random);
    tap_ok(right == ROUNDS, "%d of %d random sections are right", right, ROUNDS);
    MPI_Type_free(&types[4]);
}

/* More elements than an int can count: only described, there is no such memory. */
static void test_large_section(void)
{
    const CFI_index_t many = 3221225473;
    descriptor d;
    fan_section section;
    MPI_Count size = 0, lower = 0, extent = 0;
    memset(&d, 0, sizeof d);
    d.head.base_addr = memory;
    d.head.elem_len = 4;
    d.head.rank = 1;
    d.head.dim[0].extent = many;
    d.head.dim[0].sm = 8;
    bool opened = fan_section_open(&section, &d.head, many, MPI_INT) == FAN_OK;
    if (opened) {
        fan_compat_type_size(section.datatype, &size);
        fan_compat_type_true_extent(section.datatype, &lower, &extent);
        fan_section_close(&section);
    }
    tap_ok(opened && size == 4 * many && lower == 0 && extent == 8 * (many - 1) + 4,
           "a section of 3221225473 elements");
    tap_ok(fan_section_open(&section, &d.head, many + 1, MPI_INT) != FAN_OK, "and no more");
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    test_random_sections();
    test_large_section();
    return tap_end();
}
