/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "mdc/lattice.h"

#include <string.h>

int64_t fan_mdc_descriptors(const fan_mdc_lattice *lattice)
{
    int64_t count = 1;
    for (int i = 0; i < lattice->axes; i++)
        count *= lattice->factor[i];
    return count;
}

void fan_mdc_residues(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t residue[])
{
    for (int i = lattice->axes - 1; i >= 0; i--) {
        residue[i] = descriptor % lattice->factor[i];
        descriptor /= lattice->factor[i];
    }
}

int64_t fan_mdc_extent(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t extent[])
{
    int64_t residue[FAN_MDC_AXES], count = 1;
    fan_mdc_residues(lattice, descriptor, residue);
    for (int i = 0; i < lattice->axes; i++) {
        int64_t beyond = lattice->extent[i] - residue[i];
        extent[i] = beyond > 0 ? (beyond - 1) / lattice->factor[i] + 1 : 0;
        count *= extent[i];
    }
    return count;
}

int64_t fan_mdc_elements(const fan_mdc_lattice *lattice)
{
    int64_t count = 1;
    for (int i = 0; i < lattice->axes; i++)
        count *= lattice->extent[i];
    return count;
}

/* A row of a descriptor: elements that are neighbours in it, `step` apart in the array. */
typedef struct row {
    int64_t start; /* in the array */
    int64_t step;
    int64_t count;
} row;

/* The rest of the row in which the descriptor's element `first` is. */
static row find_row(const fan_mdc_lattice *lattice, const int64_t residue[], const int64_t extent[],
                    int64_t first)
{
    int last = lattice->axes - 1;
    if (last < 0)
        return (row){.count = 1};
    int64_t stride = 1, start = 0, left = 0;
    for (int i = last; i >= 0; i--) {
        int64_t place = first % extent[i];
        first /= extent[i];
        start += (place * lattice->factor[i] + residue[i]) * stride;
        stride *= lattice->extent[i];
        if (i == last)
            left = extent[i] - place;
    }
    return (row){start, lattice->factor[last], left};
}

int64_t fan_mdc_place(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t place)
{
    int64_t residue[FAN_MDC_AXES], extent[FAN_MDC_AXES];
    fan_mdc_residues(lattice, descriptor, residue);
    fan_mdc_extent(lattice, descriptor, extent);
    return find_row(lattice, residue, extent, place).start;
}

/* With the sizes of numbers, the compiler makes each of the copies a load and a store. */
static void copy_strided(char *to, size_t to_step, const char *from, size_t from_step,
                         int64_t count, size_t bytes)
{
    for (int64_t i = 0; i < count; i++, to += to_step, from += from_step)
        switch (bytes) {
        case 1: *to = *from; break;
        case 2: memcpy(to, from, 2); break;
        case 4: memcpy(to, from, 4); break;
        case 8: memcpy(to, from, 8); break;
        default: memcpy(to, from, bytes);
        }
}

typedef void row_function(char *array, size_t step, char *piece, int64_t count, size_t bytes);

static void gather_row(char *array, size_t step, char *piece, int64_t count, size_t bytes)
{
    copy_strided(piece, bytes, array, step, count, bytes);
}

static void scatter_row(char *array, size_t step, char *piece, int64_t count, size_t bytes)
{
    copy_strided(array, step, piece, bytes, count, bytes);
}

static void each_row(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t first,
                     int64_t count, size_t bytes, char *array, char *piece, row_function *move)
{
    int64_t residue[FAN_MDC_AXES], extent[FAN_MDC_AXES];
    fan_mdc_residues(lattice, descriptor, residue);
    fan_mdc_extent(lattice, descriptor, extent);
    while (count > 0) {
        row r = find_row(lattice, residue, extent, first);
        int64_t part = r.count < count ? r.count : count;
        move(array + (size_t)r.start * bytes, (size_t)r.step * bytes, piece, part, bytes);
        piece += (size_t)part * bytes;
        first += part;
        count -= part;
    }
}

void fan_mdc_extract(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t first,
                     int64_t count, size_t bytes, const void *array, void *piece)
{
    each_row(lattice, descriptor, first, count, bytes, (char *)(uintptr_t)array, piece, gather_row);
}

void fan_mdc_insert(const fan_mdc_lattice *lattice, int64_t descriptor, int64_t first,
                    int64_t count, size_t bytes, const void *piece, void *array)
{
    each_row(lattice, descriptor, first, count, bytes, array, (char *)(uintptr_t)piece,
             scatter_row);
}
