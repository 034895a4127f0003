/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/datatypes/random_datatype.h"

#include "tests/datatypes/datatypes.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 4, DIMENSIONS_MOST = 3 };

__attribute__((format(printf, 2, 3))) static void say(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, RANDOM_DATATYPE_TEXT - used, format, arguments);
    va_end(arguments);
}

static void say_list(char *text, int count, const int *values)
{
    for (int i = 0; i < count; i++)
        say(text, "%s%d", i == 0 ? "[" : " ", values[i]);
    say(text, count == 0 ? "[] " : "] ");
}

static void draw_list(random_state *state, char *text, int count, int low, int high, int *values)
{
    for (int i = 0; i < count; i++)
        values[i] = random_between(state, low, high);
    say_list(text, count, values);
}

/** Some may be 0, but not all: see random_datatype.h. */
static void draw_lengths(random_state *state, char *text, int count, int *values)
{
    for (int i = 0; i < count; i++)
        values[i] = random_between(state, i == 0, 3);
    say_list(text, count, values);
}

static MPI_Datatype draw_predefined(random_state *state, char *text, bool by_doubles)
{
    const struct {
        MPI_Datatype type;
        const char *name;
    } all[] = {{MPI_CHAR, "char"},
               {MPI_SHORT, "short"},
               {MPI_INT, "int"},
               {MPI_DOUBLE, "double"},
               {MPI_C_DOUBLE_COMPLEX, "complex"},
               {MPI_SHORT_INT, "short_int"},
               {MPI_DOUBLE_INT, "double_int"},
               {MPI_FLOAT_INT, "float_int"}};
    int i = random_between(state, 0, (int)(sizeof all / sizeof *all) - 1);
    say(text, "%s ", all[i].name);
    if (by_doubles && all[i].type == MPI_C_DOUBLE_COMPLEX)
        return contiguous(2, MPI_DOUBLE);
    return all[i].type;
}

/** Open MPI 4.1.4 packs bytes at a stride of -1 in ascending order. */
static bool is_misread(MPI_Aint stride)
{
    return stride == -1;
}

static MPI_Datatype draw_vector(random_state *state, char *text, MPI_Datatype old)
{
    int count = random_between(state, 1, MOST), length = random_between(state, 1, 3);
    int stride = random_between(state, -6, 6);
    if (is_misread(stride * datatype_extent(old)))
        stride--;
    say(text, "in vector %d %d %d; ", count, length, stride);
    return vector(count, length, stride, old);
}

static MPI_Datatype draw_hvector(random_state *state, char *text, MPI_Datatype old)
{
    int count = random_between(state, 1, MOST), length = random_between(state, 1, 3);
    MPI_Aint stride =
        random_between(state, -4, 6) * datatype_extent(old) + 4 * random_between(state, 0, 2);
    if (is_misread(stride))
        stride--;
    say(text, "in hvector %d %d %ld; ", count, length, (long)stride);
    return hvector(count, length, stride, old);
}

/** Displacements that mostly ascend by more than a run, with some that turn back. */
static void draw_displacements(random_state *state, char *text, int count, int *values)
{
    int next = random_between(state, -6, 6);
    for (int i = 0; i < count; i++) {
        values[i] = next;
        next += random_between(state, 0, 9) == 0 ? -20 : random_between(state, 2, 6);
    }
    say_list(text, count, values);
}

static void to_bytes(int count, const int *values, MPI_Aint unit, MPI_Aint *bytes)
{
    for (int i = 0; i < count; i++)
        bytes[i] = values[i] * unit;
}

static MPI_Datatype draw_indexed(random_state *state, char *text, MPI_Datatype old)
{
    int count = random_between(state, 1, MOST), lengths[MOST], places[MOST];
    int kind = random_between(state, 0, 3);
    MPI_Aint bytes[MOST];
    static const char *const names[] = {"indexed", "hindexed", "indexed_block", "hindexed_block"};
    say(text, "in %s ", names[kind]);
    draw_lengths(state, text, count, lengths);
    draw_displacements(state, text, count, places);
    to_bytes(count, places, datatype_extent(old) + 4, bytes);
    int length = random_between(state, 1, 3);
    say(text, "or %d; ", length);
    switch (kind) {
    case 0: return indexed(count, lengths, places, old);
    case 1: return hindexed(count, lengths, bytes, old);
    case 2: return indexed_block(count, length, places, old);
    default: return hindexed_block(count, length, bytes, old);
    }
}

static MPI_Datatype draw_structure(random_state *state, int depth, char *text, bool by_doubles)
{
    int count = random_between(state, 1, MOST), lengths[MOST];
    MPI_Aint places[MOST], next = 16 * random_between(state, -2, 2);
    MPI_Datatype types[MOST];
    say(text, "struct {");
    for (int i = 0; i < count; i++) {
        types[i] = random_datatype(state, depth - 1, text, by_doubles);
        lengths[i] = random_between(state, i == 0, 3);
        MPI_Aint lower, span;
        datatype_span(types[i], 1, &lower, &span);
        places[i] = next - lower;
        say(text, "x %d at %ld, ", lengths[i], (long)places[i]);
        next += span + (lengths[i] - 1) * datatype_extent(types[i]);
        next += 4 * random_between(state, 0, 3);
    }
    say(text, "} ");
    return structure(count, lengths, places, types);
}

static MPI_Datatype draw_subarray(random_state *state, char *text, MPI_Datatype old)
{
    int dimensions = random_between(state, 1, DIMENSIONS_MOST);
    int sizes[DIMENSIONS_MOST], subsizes[DIMENSIONS_MOST], starts[DIMENSIONS_MOST];
    int order = random_between(state, 0, 1) ? MPI_ORDER_C : MPI_ORDER_FORTRAN;
    say(text, "in subarray %s ", order == MPI_ORDER_C ? "C" : "Fortran");
    draw_list(state, text, dimensions, 1, MOST, sizes);
    for (int d = 0; d < dimensions; d++) {
        subsizes[d] = random_between(state, 1, sizes[d]);
        starts[d] = random_between(state, 0, sizes[d] - subsizes[d]);
    }
    say_list(text, dimensions, subsizes);
    say_list(text, dimensions, starts);
    return subarray(dimensions, sizes, subsizes, starts, order, old);
}

/** A copy for a constructor to free. */
static MPI_Datatype keep(MPI_Datatype old)
{
    MPI_Datatype copy;
    MPI_Type_dup(old, &copy);
    return copy;
}

static bool is_empty(MPI_Datatype type)
{
    int size;
    MPI_Type_size(type, &size);
    return size == 0;
}

static MPI_Datatype draw_darray(random_state *state, char *text, MPI_Datatype old)
{
    static const int all_kinds[] = {MPI_DISTRIBUTE_BLOCK, MPI_DISTRIBUTE_CYCLIC,
                                    MPI_DISTRIBUTE_NONE};
    int dimensions = random_between(state, 1, DIMENSIONS_MOST), processes = 1;
    int sizes[DIMENSIONS_MOST], kinds[DIMENSIONS_MOST], arguments[DIMENSIONS_MOST];
    int grid[DIMENSIONS_MOST];
    int order = random_between(state, 0, 1) ? MPI_ORDER_C : MPI_ORDER_FORTRAN;
    say(text, "in darray %s ", order == MPI_ORDER_C ? "C" : "Fortran");
    draw_list(state, text, dimensions, 1, 7, sizes);
    for (int d = 0; d < dimensions; d++) {
        kinds[d] = all_kinds[random_between(state, 0, 2)];
        grid[d] = kinds[d] == MPI_DISTRIBUTE_NONE ? 1 : random_between(state, 1, 3);
        arguments[d] = MPI_DISTRIBUTE_DFLT_DARG;
        if (kinds[d] == MPI_DISTRIBUTE_CYCLIC && random_between(state, 0, 1))
            arguments[d] = random_between(state, 1, 3);
        processes *= grid[d];
    }
    say_list(text, dimensions, kinds);
    say_list(text, dimensions, arguments);
    say_list(text, dimensions, grid);
    int rank = random_between(state, 0, processes - 1);
    MPI_Datatype share = darray(rank, dimensions, sizes, kinds, arguments, grid, order, keep(old));
    if (is_empty(share)) {
        datatype_release(share);
        rank = 0; /* always has a share */
        share = darray(rank, dimensions, sizes, kinds, arguments, grid, order, keep(old));
    }
    datatype_release(old);
    say(text, "rank %d; ", rank);
    return share;
}

static MPI_Datatype draw_resized(random_state *state, char *text, MPI_Datatype old)
{
    MPI_Aint lower = 4 * random_between(state, -3, 3);
    MPI_Aint extent = datatype_extent(old) + 4 * random_between(state, -2, 4);
    if (extent < 0)
        extent = 0;
    say(text, "in resized %ld %ld; ", (long)lower, (long)extent);
    return resized(lower, extent, old);
}

MPI_Datatype random_datatype(random_state *state, int depth, char *text, bool by_doubles)
{
    if (depth == 0)
        return draw_predefined(state, text, by_doubles);
    if (random_between(state, 0, 4) == 0)
        return draw_structure(state, depth, text, by_doubles);
    MPI_Datatype old = random_datatype(state, depth - 1, text, by_doubles);
    switch (random_between(state, 0, 8)) {
    case 0: return draw_vector(state, text, old);
    case 1: return draw_hvector(state, text, old);
    case 2: return draw_subarray(state, text, old);
    case 3: return draw_darray(state, text, old);
    case 4: return draw_resized(state, text, old);
    case 5: say(text, "in dup; "); return duplicate(old);
    case 6: say(text, "in contiguous 3; "); return contiguous(3, old);
    default: return draw_indexed(state, text, old);
    }
}
