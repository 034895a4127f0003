/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Typemaps of huge counts, of MPI_BOTTOM, of random types; which are dense; what they leave behind;
 * errors.
 */
#include "config.h"

#include "engine/typemap/typemap.h"
#include "tests/common/tap.h"
#include "tests/datatypes/datatypes.h"
#include "tests/datatypes/random_datatype.h"
#include "tests/datatypes/typemap_check.h"
#include "tests/datatypes/typemap_oracle.h"

#include <string.h>

#ifdef HAVE_MPI_TYPE_GET_ENVELOPE_C

#define COUNTS(...) ((const MPI_Count[]){__VA_ARGS__})

/** MPI 4: the same types by calls that MPI describes in another way. */
static void check_large_count_calls(void)
{
    MPI_Datatype type;
    MPI_Type_contiguous_c(5, MPI_INT, &type);
    check("contiguous_c", type);
    MPI_Type_vector_c(4, 2, -3, MPI_INT, &type);
    check("vector_c", type);
    MPI_Type_create_hvector_c(4, 2, 28, MPI_INT, &type);
    check("hvector_c", type);
    MPI_Type_indexed_c(3, COUNTS(2, 1, 3), COUNTS(0, -5, 9), MPI_INT, &type);
    check("indexed_c", type);
    MPI_Type_create_hindexed_c(3, COUNTS(2, 1, 3), COUNTS(4, -40, 20), MPI_INT, &type);
    check("hindexed_c", type);
    MPI_Type_create_indexed_block_c(3, 2, COUNTS(0, 3, 12), MPI_INT, &type);
    check("indexed_block_c", type);
    MPI_Type_create_hindexed_block_c(3, 2, COUNTS(0, 12, 40), MPI_INT, &type);
    check("hindexed_block_c", type);
    MPI_Type_create_struct_c(3, COUNTS(1, 2, 1), COUNTS(24, 8, 0),
                             TYPES(MPI_CHAR, MPI_INT, MPI_SHORT), &type);
    check("struct_c", type);
    MPI_Type_create_resized_c(MPI_INT, -8, 24, &type);
    check("resized_c", type);
    MPI_Type_create_subarray_c(2, COUNTS(5, 6), COUNTS(2, 3), COUNTS(1, 2), F, MPI_INT, &type);
    check("subarray_c", type);
    MPI_Type_create_darray_c(6, 4, 2, COUNTS(7, 11), INTS(BLOCK, CYCLIC), INTS(STANDARD, 2),
                             INTS(2, 3), C, MPI_INT, &type);
    check("darray_c", type);
    MPI_Type_contiguous_c(2, MPI_INT, &type);
    check("vector of contiguous_c", vector(3, 2, 3, type));
}

/** 2^33 integers, every second one. */
static MPI_Datatype make_huge(void)
{
    MPI_Datatype ints, type;
    MPI_Type_vector_c(INT64_C(1) << 33, 1, 2, MPI_INT, &ints);
    MPI_Type_create_resized_c(ints, 0, INT64_C(1) << 36, &type);
    MPI_Type_free(&ints);
    return type;
}

#else

static void check_large_count_calls(void)
{
}

/** 2^33 integers, every second one. */
static MPI_Datatype make_huge(void)
{
    return contiguous(1 << 3, resized(0, INT64_C(1) << 33, vector(1 << 30, 1, 2, MPI_INT)));
}

#endif

/** The address from which byte `displacement` of a buffer is `target`. */
static const void *buffer_around(const void *target, int64_t displacement)
{
    return (const void *)((uintptr_t)target - (uintptr_t)displacement);
}

/** Pieces far beyond 2^32 bytes, without the memory around them. */
static void check_huge(void)
{
    const int values[5] = {11, 22, 33, 44, 55};
    const int64_t first = 3 * (INT64_C(1) << 33) + (INT64_C(1) << 32) + 5;
    MPI_Datatype type = make_huge();
    fan_typemap *map;
    int packed[3] = {0};
    int64_t offset;
    if (tap_ok(fan_typemap_make(4, type, &map) == FAN_OK, "a type of 2^35 bytes is decoded")) {
        tap_ok(fan_typemap_bytes(map) == INT64_C(1) << 37, "4 of them have 2^37 bytes");
        tap_ok(!fan_typemap_is_dense(map, &offset), "they are not dense");
        fan_typemap_pack(map, buffer_around(values, 8 * first), 4 * first, packed, sizeof packed);
        tap_ok(packed[0] == 11 && packed[1] == 33 && packed[2] == 55, "a piece from far inside");
        fan_typemap_free(map);
    }
    datatype_release(type);

    type = contiguous(1 << 30, MPI_INT);
    fan_typemap *dense;
    if (tap_ok(fan_typemap_make(1 << 20, type, &dense) == FAN_OK, "2^50 integers are decoded")) {
        tap_ok(fan_typemap_is_dense(dense, &offset) && offset == 0, "they are dense");
        tap_ok(fan_typemap_bytes(dense) == INT64_C(1) << 52, "they have 2^52 bytes");
        fan_typemap_free(dense);
    }
    tap_ok(fan_typemap_make(INT64_C(1) << 31, type, &dense) == FAN_ERR_ARGUMENT && dense == NULL,
           "more than 2^63 - 1 bytes are refused");
    datatype_release(type);
}

/** Two objects by their addresses. The reference is each object alone, by its own address. */
static void check_bottom(void)
{
    int *numbers = malloc(10 * sizeof *numbers);
    double *values = malloc(8 * sizeof *values);
    if (numbers == NULL || values == NULL)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (int i = 0; i < 10; i++)
        numbers[i] = 100 + i;
    for (int i = 0; i < 8; i++)
        values[i] = 0.5 * i;
    MPI_Aint places[2];
    MPI_Get_address(numbers, &places[0]);
    MPI_Get_address(values, &places[1]);
    MPI_Datatype column = vector(4, 1, 2, MPI_DOUBLE);
    MPI_Type_commit(&column);

    unsigned char expected[10 * sizeof(int) + 4 * sizeof(double)], packed[sizeof expected];
    int position = 0, size = (int)sizeof expected;
    MPI_Pack(numbers, 10, MPI_INT, expected, size, &position, MPI_COMM_SELF);
    MPI_Pack(values, 1, column, expected, size, &position, MPI_COMM_SELF);

    MPI_Datatype type = structure(2, INTS(10, 1), places, TYPES(MPI_INT, column));
    fan_typemap *map;
    fan_status status = fan_typemap_make(1, type, &map);
    if (tap_ok(status == FAN_OK && fan_typemap_bytes(map) == size, "MPI_BOTTOM: decoded")) {
        for (int from = 0; from < size; from += 9)
            fan_typemap_pack(map, MPI_BOTTOM, from, packed + from,
                             from + 9 < size ? 9 : size - from);
        tap_ok(memcmp(packed, expected, sizeof expected) == 0, "MPI_BOTTOM: packed");
        memset(numbers, 0, 10 * sizeof *numbers);
        for (int i = 0; i < 8; i++)
            values[i] = -1;
        fan_typemap_unpack(map, MPI_BOTTOM, 0, expected, size);
        bool right = true;
        for (int i = 0; i < 10; i++)
            right = right && numbers[i] == 100 + i;
        for (int i = 0; i < 8; i++)
            right = right && values[i] == (i % 2 == 0 ? 0.5 * i : -1);
        tap_ok(right, "MPI_BOTTOM: unpacked");
        fan_typemap_free(map);
    }
    datatype_release(type);

    type = hindexed(1, INTS(10), places, MPI_INT);
    int64_t offset = 0;
    bool dense = fan_typemap_make(1, type, &map) == FAN_OK && fan_typemap_is_dense(map, &offset);
    tap_ok(dense && offset == (int64_t)places[0], "MPI_BOTTOM: dense, at the address");
    fan_typemap_free(map);
    datatype_release(type);
    free(numbers);
    free(values);
}

/** Frees the type. */
static void check_dense(const char *name, MPI_Count count, MPI_Datatype type, bool expected,
                        int64_t expected_offset)
{
    fan_typemap *map;
    int64_t offset = 0;
    bool right = fan_typemap_make(count, type, &map) == FAN_OK &&
                 fan_typemap_is_dense(map, &offset) == expected &&
                 (!expected || offset == expected_offset);
    tap_ok(right, "%s is %sdense", name, expected ? "" : "not ");
    fan_typemap_free(map);
    datatype_release(type);
}

static void check_density(void)
{
    check_dense("int x 5", 5, MPI_INT, true, 0);
    check_dense("int x 0", 0, MPI_INT, true, 0);
    check_dense("short_int x 1", 1, MPI_SHORT_INT, false, 0);
    check_dense("double_int x 1", 1, MPI_DOUBLE_INT, true, 0);
    check_dense("double_int x 2", 2, MPI_DOUBLE_INT, false, 0);
    check_dense("vector of stride 3 in steps of 3", 4, vector(5, 3, 3, MPI_INT), true, 0);
    check_dense("contiguous(vector of one)", 4, contiguous(6, vector(1, 2, 9, MPI_INT)), true, 0);
    check_dense("indexed of neighbours", 1, indexed(3, INTS(2, 1, 3), INTS(4, 6, 7), MPI_INT), true,
                16);
    check_dense("indexed, neighbours in wrong order", 1,
                indexed(2, INTS(1, 1), INTS(1, 0), MPI_INT), false, 0);
    check_dense("hvector that steps back", 1, hvector(3, 1, -4, MPI_INT), false, 0);
    check_dense("whole subarray", 3, subarray(2, INTS(4, 5), INTS(4, 5), INTS(0, 0), C, MPI_INT),
                true, 0);
    check_dense("rows of an array", 1, subarray(2, INTS(4, 5), INTS(2, 5), INTS(1, 0), C, MPI_INT),
                true, 20);
    check_dense("rows of two arrays", 2,
                subarray(2, INTS(4, 5), INTS(2, 5), INTS(1, 0), C, MPI_INT), false, 0);
    check_dense("columns of an array", 1,
                subarray(2, INTS(4, 5), INTS(4, 2), INTS(0, 0), C, MPI_INT), false, 0);
    check_dense(
        "darray of one process", 2,
        darray(0, 2, INTS(4, 5), INTS(BLOCK, CYCLIC), INTS(STANDARD, 2), INTS(1, 1), F, MPI_INT),
        true, 0);
    check_dense("resized to what it is", 3, resized(0, 8, contiguous(2, MPI_INT)), true, 0);
    check_dense("resized, moved bounds", 3, resized(-4, 8, contiguous(2, MPI_INT)), true, 0);
    check_dense("resized with a gap, x 1", 1, resized(0, 12, contiguous(2, MPI_INT)), true, 0);
    check_dense("resized with a gap, x 2", 2, resized(0, 12, contiguous(2, MPI_INT)), false, 0);
    check_dense("struct without hole, x 3", 3,
                structure(2, INTS(1, 2), AINTS(0, 8), TYPES(MPI_DOUBLE, MPI_INT)), true, 0);
    check_dense("struct with a hole", 1,
                structure(2, INTS(1, 1), AINTS(0, 8), TYPES(MPI_INT, MPI_DOUBLE)), false, 0);
}

static void check_random_types(void)
{
    enum { DRAWS = 400, SPAN_MOST = 1 << 16 };
    int wrong = 0, compared = 0, unpacked = 0, dense = 0;
    random_state state = UINT64_C(31415926535);
    printf("# random types, seed %llu\n", (unsigned long long)state);
    for (int draw = 0; draw < DRAWS; draw++) {
        char text[RANDOM_DATATYPE_TEXT] = "", ignored[RANDOM_DATATYPE_TEXT] = "";
        int depth = random_between(&state, 1, 4);
        random_state again = state;
        MPI_Datatype type = random_datatype(&state, depth, text, false);
        MPI_Datatype judge = random_datatype(&again, depth, ignored, MPI_MISREADS_COMPLEX);
        int count = random_between(&state, 0, 4);
        MPI_Aint lowest, length;
        datatype_span(type, count, &lowest, &length);
        MPI_Type_commit(&judge);
        if (length <= SPAN_MOST) {
            verdict found = typemap_check(type, judge, count, &state);
            compared++;
            unpacked += found.unpacked;
            dense += found.dense;
            if (found.wrong != NULL && wrong++ < 5)
                printf("# draw %d: %s: %d x %s\n", draw, found.wrong, count, text);
        }
        datatype_release(judge);
        datatype_release(type);
    }
    tap_ok(wrong == 0, "random types agree with MPI (%d compared, %d wrong)", compared, wrong);
    tap_ok(compared > DRAWS / 2 && unpacked > DRAWS / 4 && compared - dense > DRAWS / 4,
           "the draws tell something (%d without overlap, %d dense)", unpacked, dense);
}

static int count_deleted(MPI_Datatype type, int key, void *value, void *deleted)
{
    (void)type;
    (void)key;
    (void)value;
    ++*(int *)deleted;
    return MPI_SUCCESS;
}

/**
 * MPI deletes the attributes of a type when nothing refers to it any more. It is the innermost of
 * three because Open MPI describes a type by copies of its members, which share what these are
 * made of.
 */
static void check_handles(void)
{
    int key, deleted = 0;
    MPI_Datatype innermost, outer;
    fan_typemap *map;
    MPI_Type_create_keyval(MPI_TYPE_NULL_COPY_FN, count_deleted, &key, &deleted);
    MPI_Type_vector(2, 1, 2, MPI_INT, &innermost);
    MPI_Type_set_attr(innermost, key, NULL);
    MPI_Datatype inner = contiguous(1, innermost);
    MPI_Type_create_struct(3, INTS(1, 1, 1), AINTS(0, 16, 32), TYPES(inner, inner, MPI_INT),
                           &outer);
    MPI_Type_free(&inner);
    tap_ok(fan_typemap_make(1, outer, &map) == FAN_OK && deleted == 0, "types survive decoding");
    MPI_Type_free(&outer);
    tap_ok(deleted == 1, "decoding leaves no handle behind");
    MPI_Type_free_keyval(&key);
    int packed[5], values[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    fan_typemap_pack(map, values, 0, packed, sizeof packed);
    tap_ok(memcmp(packed, INTS(0, 2, 4, 6, 8), sizeof packed) == 0, "the map outlives the types");
    fan_typemap_free(map);
}

static void check_errors(void)
{
    fan_typemap *map;
    fan_status status = fan_typemap_make(1, MPI_DATATYPE_NULL, &map);
    tap_ok(status == FAN_ERR_ARGUMENT && map == NULL && strstr(fan_fail_text(), "datatype") != NULL,
           "MPI_DATATYPE_NULL is refused");
    status = fan_typemap_make(-1, MPI_INT, &map);
    tap_ok(status == FAN_ERR_ARGUMENT && map == NULL && strstr(fan_fail_text(), "-1") != NULL,
           "a negative count is refused");
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    check_large_count_calls();
    check_huge();
    check_bottom();
    check_density();
    check_random_types();
    check_handles();
    check_errors();
    return tap_end();
}
