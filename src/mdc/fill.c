/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "mdc/fill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An element near one that is missing: the same for all elements of the missing descriptor. */
typedef struct neighbour {
    int64_t offset[FAN_MDC_AXES]; /* from the missing element, in elements along each axis */
    int64_t distance;             /* squared */
    double weight;
} neighbour;

typedef struct neighbours {
    neighbour *list; /* those with the same distance beside each other, the nearest first */
    int count;
} neighbours;

typedef struct filling {
    const fan_mdc_lattice *lattice;
    const bool *present;
    fan_mdc_type type;
    size_t bytes;
    const void *fill;
    char *array;
    int64_t stride[FAN_MDC_AXES]; /* in elements */
} filling;

/* ---- which neighbours ---- */

static int64_t descriptor_of(const fan_mdc_lattice *lattice, const int64_t residue[])
{
    int64_t descriptor = 0;
    for (int i = 0; i < lattice->axes; i++)
        descriptor = descriptor * lattice->factor[i] + residue[i];
    return descriptor;
}

/* Whether what is `offset` away from elements with these residues is there. */
static bool is_present(const filling *f, const int64_t residue[], const int64_t offset[])
{
    int64_t other[FAN_MDC_AXES];
    for (int i = 0; i < f->lattice->axes; i++) {
        int64_t factor = f->lattice->factor[i];
        other[i] = ((residue[i] + offset[i]) % factor + factor) % factor;
    }
    return f->present[descriptor_of(f->lattice, other)];
}

/* The nearest element along one axis and direction that is there, 0 if none is within a period. */
static int64_t find_along(const filling *f, const int64_t residue[], int axis, int direction)
{
    for (int64_t d = 1; d < f->lattice->factor[axis]; d++) {
        int64_t offset[FAN_MDC_AXES] = {0};
        offset[axis] = direction * d;
        if (is_present(f, residue, offset))
            return direction * d;
    }
    return 0;
}

static void add_neighbour(neighbours *found, const int64_t offset[], double weight)
{
    neighbour *n = &found->list[found->count++];
    *n = (neighbour){.weight = weight};
    memcpy(n->offset, offset, sizeof n->offset);
    for (int i = 0; i < FAN_MDC_AXES; i++)
        n->distance += offset[i] * offset[i];
}

static void add_pair(neighbours *found, int axis, int64_t before, int64_t after)
{
    int64_t offset[FAN_MDC_AXES] = {0};
    double span = (double)(after - before);
    offset[axis] = before;
    add_neighbour(found, offset, (double)after / span);
    offset[axis] = after;
    add_neighbour(found, offset, (double)-before / span);
}

/* Pairs of elements at both sides, along the axes where they are closest to each other. */
static void find_pairs(const filling *f, const int64_t residue[], neighbours *found)
{
    int64_t shortest = INT64_MAX;
    for (int axis = 0; axis < f->lattice->axes; axis++) {
        int64_t before = find_along(f, residue, axis, -1), after = find_along(f, residue, axis, 1);
        if (before == 0 || after == 0 || after - before > shortest)
            continue;
        if (after - before < shortest)
            found->count = 0;
        shortest = after - before;
        add_pair(found, axis, before, after);
    }
}

/* The next offset in the box of one period around the element. False after the last. */
static bool next_offset(const fan_mdc_lattice *lattice, int64_t offset[])
{
    for (int i = lattice->axes - 1; i >= 0; i--) {
        if (++offset[i] < lattice->factor[i])
            return true;
        offset[i] = 1 - lattice->factor[i];
    }
    return false;
}

static int by_distance(const void *left, const void *right)
{
    const neighbour *a = left, *b = right;
    return (a->distance > b->distance) - (a->distance < b->distance);
}

/*
 * All that are there in the box; inverse distance weighting (D. Shepard, "A two-dimensional
 * interpolation function for irregularly-spaced data", Proc. ACM National Conference 1968) with the
 * power 2.
 */
static void find_around(const filling *f, const int64_t residue[], neighbours *found)
{
    int64_t offset[FAN_MDC_AXES] = {0};
    found->count = 0;
    for (int i = 0; i < f->lattice->axes; i++)
        offset[i] = 1 - f->lattice->factor[i];
    do
        if (is_present(f, residue, offset))
            add_neighbour(found, offset, 0);
    while (next_offset(f->lattice, offset));
    qsort(found->list, (size_t)found->count, sizeof *found->list, by_distance);
    for (int i = 0; i < found->count; i++)
        found->list[i].weight = 1 / (double)found->list[i].distance;
}

/* ---- values ---- */

static double value_at(const filling *f, int64_t element)
{
    const char *place = f->array + (size_t)element * f->bytes;
    float single;
    double value;
    if (f->type == FAN_MDC_DOUBLE) {
        memcpy(&value, place, sizeof value);
        return value;
    }
    memcpy(&single, place, sizeof single);
    return (double)single;
}

static bool is_number(const filling *f, int64_t element)
{
    const char *place = f->array + (size_t)element * f->bytes;
    return !isnan(value_at(f, element)) &&
           (f->fill == NULL || memcmp(place, f->fill, f->bytes) != 0);
}

static void put_value(const filling *f, int64_t element, double value)
{
    char *place = f->array + (size_t)element * f->bytes;
    float single = (float)value;
    if (f->type == FAN_MDC_DOUBLE)
        memcpy(place, &value, sizeof value);
    else
        memcpy(place, &single, sizeof single);
}

/* The element that is `n` away from `place`; negative if that is outside of the array. */
static int64_t find_element(const filling *f, const int64_t place[], const neighbour *n)
{
    int64_t element = 0;
    for (int i = 0; i < f->lattice->axes; i++) {
        int64_t x = place[i] + n->offset[i];
        if (x < 0 || x >= f->lattice->extent[i])
            return -1;
        element += x * f->stride[i];
    }
    return element;
}

/* Average those neighbours that are numbers. False if none is. */
static bool average(const filling *f, const int64_t place[], int64_t element,
                    const neighbours *from)
{
    double sum = 0, weights = 0;
    for (int i = 0; i < from->count; i++) {
        int64_t other = find_element(f, place, &from->list[i]);
        if (other < 0 || !is_number(f, other))
            continue;
        sum += from->list[i].weight * value_at(f, other);
        weights += from->list[i].weight;
    }
    if (weights > 0)
        put_value(f, element, sum / weights);
    return weights > 0;
}

static bool take_nearest(const filling *f, const int64_t place[], int64_t element,
                         const neighbours *from)
{
    for (int i = 0; i < from->count; i++) {
        int64_t other = find_element(f, place, &from->list[i]);
        if (other < 0)
            continue;
        memcpy(f->array + (size_t)element * f->bytes, f->array + (size_t)other * f->bytes,
               f->bytes);
        return true;
    }
    return false;
}

static void put_nothing(const filling *f, int64_t element)
{
    if (f->fill != NULL)
        memcpy(f->array + (size_t)element * f->bytes, f->fill, f->bytes);
    else if (f->type == FAN_MDC_OTHER)
        memset(f->array + (size_t)element * f->bytes, 0, f->bytes);
    else
        put_value(f, element, (double)NAN);
}

/* ---- a descriptor ---- */

static void fill_element(const filling *f, const int64_t place[], const neighbours *pairs,
                         const neighbours *around)
{
    int64_t element = find_element(f, place, &(neighbour){.weight = 0});
    bool filled = false;
    if (f->type != FAN_MDC_OTHER)
        filled = average(f, place, element, pairs) || average(f, place, element, around);
    if (!filled && !take_nearest(f, place, element, around))
        put_nothing(f, element);
}

static void fill_descriptor(const filling *f, int64_t descriptor, neighbours *pairs,
                            neighbours *around)
{
    int64_t residue[FAN_MDC_AXES], extent[FAN_MDC_AXES], place[FAN_MDC_AXES];
    const fan_mdc_lattice *lattice = f->lattice;
    int64_t count = fan_mdc_extent(lattice, descriptor, extent);
    fan_mdc_residues(lattice, descriptor, residue);
    pairs->count = 0;
    find_pairs(f, residue, pairs);
    find_around(f, residue, around);
    for (int64_t e = 0; e < count; e++) {
        int64_t rest = e;
        for (int i = lattice->axes - 1; i >= 0; i--) {
            place[i] = rest % extent[i] * lattice->factor[i] + residue[i];
            rest /= extent[i];
        }
        fill_element(f, place, pairs, around);
    }
}

/* How many offsets the box around an element has. */
static size_t box_size(const fan_mdc_lattice *lattice)
{
    size_t size = 1;
    for (int i = 0; i < lattice->axes; i++)
        size *= (size_t)(2 * lattice->factor[i] - 1);
    return size;
}

bool fan_mdc_fill(const fan_mdc_lattice *lattice, const bool present[], fan_mdc_type type,
                  size_t bytes, const void *fill, void *array)
{
    filling f = {.lattice = lattice,
                 .present = present,
                 .type = type,
                 .bytes = bytes,
                 .fill = fill,
                 .array = array};
    int64_t stride = 1, some = 0, descriptors = fan_mdc_descriptors(lattice);
    for (int i = lattice->axes - 1; i >= 0; i--) {
        f.stride[i] = stride;
        stride *= lattice->extent[i];
    }
    for (int64_t d = 0; d < descriptors; d++)
        some += present[d];
    neighbours pairs = {.list = malloc(2 * (FAN_MDC_AXES + 1) * sizeof(neighbour))};
    neighbours around = {.list = malloc(box_size(lattice) * sizeof(neighbour))};
    bool can = some > 0 && pairs.list != NULL && around.list != NULL;
    for (int64_t d = 0; can && d < descriptors; d++)
        if (!present[d])
            fill_descriptor(&f, d, &pairs, &around);
    free(pairs.list);
    free(around.list);
    return can;
}
