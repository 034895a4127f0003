/* SPDX-License-Identifier: BSD-3-Clause */
/** Any piece of the packed stream of types of each constructor, against MPI_Pack and MPI_Unpack. */
#include "config.h"

#include "engine/typemap/typemap.h"
#include "tests/common/tap.h"
#include "tests/datatypes/datatypes.h"
#include "tests/datatypes/typemap_check.h"

#include <string.h>

static void check_predefined(void)
{
    check("char", MPI_CHAR);
    check("int", MPI_INT);
    check("long double", MPI_LONG_DOUBLE);
    check("double complex", MPI_C_DOUBLE_COMPLEX);
    check("packed", MPI_PACKED);
    check("2int", MPI_2INT);
    check("float_int", MPI_FLOAT_INT);
    check("double_int", MPI_DOUBLE_INT);
    check("long_int", MPI_LONG_INT);
    check("short_int", MPI_SHORT_INT);
    check("long_double_int", MPI_LONG_DOUBLE_INT);
}

static void check_fortran_kinds(void)
{
    MPI_Datatype type;
    MPI_Type_create_f90_real(12, MPI_UNDEFINED, &type);
    check("f90_real", type);
    check("vector of f90_real", vector(3, 2, 3, type));
    MPI_Type_create_f90_complex(6, MPI_UNDEFINED, &type);
    check("f90_complex", type);
    MPI_Type_create_f90_integer(9, &type);
    check("f90_integer", type);
    check("struct with f90_integer", structure(2, INTS(1, 2), AINTS(0, 8), TYPES(type, MPI_CHAR)));
}

static void check_simple(void)
{
    check("dup", duplicate(MPI_INT));
    check("dup of dup of vector", duplicate(duplicate(vector(3, 1, 2, MPI_SHORT))));
    check("contiguous", contiguous(5, MPI_DOUBLE));
    check("contiguous of short_int", contiguous(3, MPI_SHORT_INT));
    check("contiguous of double_int", contiguous(3, MPI_DOUBLE_INT));
    check("vector", vector(4, 2, 3, MPI_INT));
    check("vector of char, blocks of 1", vector(9, 1, 2, MPI_CHAR));
    check("vector, blocks of 4 doubles", vector(5, 4, 7, MPI_DOUBLE));
    check("vector, blocks of 16 bytes", vector(5, 2, 3, MPI_DOUBLE));
    check("vector, negative stride", vector(4, 2, -3, MPI_INT));
    check("vector, stride -1", vector(5, 1, -1, MPI_INT));
    check("hvector", hvector(4, 3, 28, MPI_INT));
    check("hvector, negative stride", hvector(4, 1, -24, MPI_DOUBLE));
    check("hvector of vectors that interleave", hvector(2, 1, 4, vector(3, 1, 2, MPI_INT)));
    check("hvector, stride 0", hvector(3, 2, 0, MPI_INT));
    check("vector of vector that goes on",
          vector(2, 1, 1, resized(0, 24, vector(3, 1, 2, MPI_INT))));
    check("vector of vector of vector",
          vector(2, 2, 3, vector(2, 3, 5, vector(3, 1, 2, MPI_SHORT))));
}

static void check_indexed(void)
{
    check("indexed", indexed(3, INTS(2, 1, 3), INTS(0, 5, 9), MPI_INT));
    check("indexed, backwards", indexed(3, INTS(2, 1, 3), INTS(9, 5, 0), MPI_INT));
    check("indexed, negative displacements", indexed(3, INTS(1, 2, 1), INTS(-4, -2, 3), MPI_INT));
    check("indexed, empty blocks", indexed(4, INTS(0, 2, 0, 1), INTS(7, 1, -9, 4), MPI_INT));
    check("indexed, neighbours", indexed(3, INTS(2, 3, 1), INTS(1, 3, 8), MPI_INT));
    check("indexed of vector",
          indexed(3, INTS(2, 1, 3), INTS(0, 3, 5), vector(2, 1, 3, MPI_SHORT)));
    check("hindexed", hindexed(3, INTS(2, 1, 3), AINTS(4, 40, 20), MPI_INT));
    check("hindexed of double_int", hindexed(2, INTS(2, 1), AINTS(-64, 8), MPI_DOUBLE_INT));
    check("indexed_block", indexed_block(4, 2, INTS(0, 3, 12, 7), MPI_INT));
    check("indexed_block of struct",
          indexed_block(2, 2, INTS(3, 0),
                        structure(2, INTS(1, 1), AINTS(0, 8), TYPES(MPI_CHAR, MPI_DOUBLE))));
    check("hindexed_block", hindexed_block(3, 3, AINTS(-12, 4, 40), MPI_INT));
}

static void check_structures(void)
{
    check("struct without hole", structure(2, INTS(1, 2), AINTS(0, 8), TYPES(MPI_DOUBLE, MPI_INT)));
    check("struct with holes",
          structure(3, INTS(1, 1, 3), AINTS(0, 8, 18), TYPES(MPI_CHAR, MPI_DOUBLE, MPI_SHORT)));
    check("struct, out of order",
          structure(3, INTS(1, 2, 1), AINTS(24, 8, 0), TYPES(MPI_CHAR, MPI_INT, MPI_SHORT)));
    check("struct, negative displacement",
          structure(2, INTS(1, 1), AINTS(-16, 8), TYPES(MPI_DOUBLE, MPI_INT)));
    check("struct, empty member",
          structure(3, INTS(1, 0, 1), AINTS(0, 100, 8), TYPES(MPI_INT, MPI_DOUBLE, MPI_INT)));
    check("struct of vector, struct and pair",
          structure(3, INTS(2, 1, 2), AINTS(0, 128, 64),
                    TYPES(vector(2, 1, 3, MPI_INT),
                          structure(2, INTS(1, 1), AINTS(0, 4), TYPES(MPI_CHAR, MPI_INT)),
                          MPI_SHORT_INT)));
    check("array of padded structs",
          contiguous(4, resized(0, 24,
                                structure(3, INTS(1, 1, 1), AINTS(0, 4, 16),
                                          TYPES(MPI_CHAR, MPI_INT, MPI_SHORT)))));
    MPI_Datatype twice = vector(2, 1, 2, MPI_INT);
    check("struct, one type twice", structure(3, INTS(1, 2, 1), AINTS(0, 16, 64),
                                              TYPES(twice, duplicate(MPI_CHAR), MPI_CHAR)));
    twice = vector(2, 1, 2, MPI_INT);
    MPI_Datatype both;
    MPI_Type_create_struct(2, INTS(1, 2), AINTS(0, 16), TYPES(twice, twice), &both);
    datatype_release(twice);
    check("struct, same type in consecutive members", both);
}

static void check_resized(void)
{
    check("resized larger", resized(0, 12, MPI_INT));
    check("resized, negative lower bound", resized(-8, 24, MPI_INT));
    check("resized, positive lower bound", resized(4, 4, MPI_INT));
    check("resized smaller: columns", contiguous(3, resized(0, 4, vector(3, 1, 3, MPI_INT))));
    check("resized to 0", resized(0, 0, MPI_INT));
    check("resized smaller than the data", contiguous(2, resized(0, 4, contiguous(3, MPI_INT))));
    check("contiguous of resized", contiguous(3, resized(-4, 20, vector(2, 1, 2, MPI_INT))));
    check("indexed of resized", indexed(2, INTS(2, 1), INTS(2, -1), resized(-4, 12, MPI_INT)));
}

/** Not against MPI_Pack: that of Open MPI 4.1.4 gives these bytes in ascending order. */
static void check_reversed_bytes(void)
{
    MPI_Datatype type = hvector(5, 1, -1, MPI_CHAR);
    fan_typemap *map;
    char packed[6] = "";
    if (fan_typemap_make(1, type, &map) == FAN_OK) {
        fan_typemap_pack(map, &"abcde"[4], 0, packed, 5);
        fan_typemap_free(map);
    }
    tap_ok(strcmp(packed, "edcba") == 0, "bytes backwards");
    datatype_release(type);
}

static void check_empty(void)
{
    check("contiguous 0", contiguous(0, MPI_INT));
    check("vector 0", vector(0, 3, 5, MPI_INT));
    check("vector, blocks of 0", vector(3, 0, 5, MPI_INT));
    check("struct 0", structure(0, INTS(0), AINTS(0), TYPES(MPI_INT)));
    check("contiguous of empty", contiguous(4, contiguous(0, MPI_INT)));
    check("empty with an extent", resized(-8, 32, contiguous(0, MPI_INT)));
    check("struct with an empty member of a derived type",
          structure(2, INTS(3, 1), AINTS(40, 8), TYPES(contiguous(0, MPI_INT), MPI_INT)));
}

static void check_arrays(void)
{
    check("subarray, C", subarray(2, INTS(5, 6), INTS(2, 3), INTS(1, 2), C, MPI_INT));
    check("subarray, Fortran", subarray(2, INTS(5, 6), INTS(2, 3), INTS(1, 2), F, MPI_INT));
    check("subarray, rows", subarray(2, INTS(5, 6), INTS(2, 6), INTS(1, 0), C, MPI_INT));
    check("subarray, 4 dimensions",
          subarray(4, INTS(3, 4, 2, 5), INTS(2, 2, 1, 3), INTS(1, 0, 1, 2), C, MPI_SHORT));
    check("subarray of struct",
          subarray(2, INTS(3, 3), INTS(2, 2), INTS(1, 1), F,
                   structure(2, INTS(1, 1), AINTS(0, 8), TYPES(MPI_CHAR, MPI_DOUBLE))));
    check("subarray of subarray",
          subarray(2, INTS(3, 3), INTS(2, 1), INTS(1, 2), C,
                   subarray(2, INTS(2, 3), INTS(2, 2), INTS(0, 1), F, MPI_CHAR)));
}

/** Every process of a grid of 2 by 3 in 4 by 2 combinations. */
static void check_distributed(void)
{
    static const struct {
        const char *name;
        int kinds[2], arguments[2], grid[2];
    } all[] = {
        {"block, cyclic", {BLOCK, CYCLIC}, {STANDARD, STANDARD}, {2, 3}},
        {"cyclic 2, block 4", {CYCLIC, BLOCK}, {2, 4}, {2, 3}},
        {"cyclic 3, cyclic 2", {CYCLIC, CYCLIC}, {3, 2}, {2, 3}},
        {"none, cyclic 2", {NONE, CYCLIC}, {STANDARD, 2}, {1, 6}},
        {"block, none", {BLOCK, NONE}, {STANDARD, STANDARD}, {6, 1}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int order = 0; order < 2; order++)
            for (int rank = 0; rank < 6; rank++) {
                char name[100];
                snprintf(name, sizeof name, "darray, %s, %s, rank %d", all[i].name,
                         order == 0 ? "C" : "Fortran", rank);
                check(name, darray(rank, 2, INTS(7, 11), all[i].kinds, all[i].arguments,
                                   all[i].grid, order == 0 ? C : F, MPI_INT));
            }
    check("darray, 3 dimensions, of pairs",
          darray(5, 3, INTS(4, 5, 3), INTS(CYCLIC, BLOCK, CYCLIC), INTS(1, STANDARD, 2),
                 INTS(2, 2, 2), F, MPI_SHORT_INT));
}

int main(void)
{
    tap_begin(MPI_THREAD_SINGLE);
    check_predefined();
    check_fortran_kinds();
    check_simple();
    check_indexed();
    check_structures();
    check_resized();
    check_reversed_bytes();
    check_empty();
    check_arrays();
    check_distributed();
    return tap_end();
}
