/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/compare.h"
#include "tools/mdc/parts.h"
#include "tools/mdc/progress.h"
#include "tools/mdc/stored.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { SLAB_BYTES = 16 << 20 };

typedef struct differences {
    double least, greatest; /* of the original */
    double squares, largest;
    int64_t numbers;    /* where both have one */
    int64_t mismatches; /* where only one has */
    bool equal;         /* as double */
} differences;

/* Both datasets, and which of their rows have storage. */
typedef struct pair {
    fan_mdctool_dataset a, b;
    fan_mdctool_stored in_a, in_b;
} pair;

/* The first row, from `row` on, that has storage in one of them. */
static int64_t next_stored(const pair *p, int64_t row)
{
    return MIN(fan_mdctool_stored_next(&p->in_a, row), fan_mdctool_stored_next(&p->in_b, row));
}

static bool is_number(const fan_mdctool_dataset *d, double element)
{
    return !isnan(element) && (d->fill == NULL || memcmp(&element, d->fill, sizeof element) != 0);
}

/* `times` elements of two datasets of numbers, which are alike. */
static void add(differences *sum, const pair *p, double a, double b, int64_t times)
{
    bool a_is_number = is_number(&p->a, a), b_is_number = is_number(&p->b, b);
    sum->equal = sum->equal && (a == b || (isnan(a) && isnan(b)));
    if (a_is_number != b_is_number)
        sum->mismatches += times;
    if (!a_is_number || !b_is_number)
        return;
    double error = fabs(a - b);
    sum->squares += error * error * (double)times;
    sum->largest = fmax(sum->largest, error);
    sum->least = fmin(sum->least, a);
    sum->greatest = fmax(sum->greatest, a);
    sum->numbers += times;
}

/* All as double: a copy in memory of the dataset with another type. */
static fan_mdctool_dataset as_numbers(const fan_mdctool_dataset *d)
{
    fan_mdctool_dataset numbers = *d;
    H5T_class_t type_class = H5Tget_class(d->type);
    if (type_class != H5T_FLOAT && type_class != H5T_INTEGER)
        fan_mdctool_die("%s: its elements are not numbers", d->path);
    numbers.type = H5T_NATIVE_DOUBLE;
    numbers.bytes = sizeof(double);
    if (d->fill != NULL) {
        numbers.fill =
            fan_mdctool_allocate(1, d->bytes > sizeof(double) ? d->bytes : sizeof(double));
        memcpy(numbers.fill, d->fill, d->bytes);
        fan_mdctool_need(H5Tconvert(d->type, H5T_NATIVE_DOUBLE, 1, numbers.fill, NULL, H5P_DEFAULT),
                         "convert its fill value", d->path);
    }
    return numbers;
}

static double value_without_storage(const fan_mdctool_dataset *numbers)
{
    double value = 0;
    if (numbers->fill != NULL)
        memcpy(&value, numbers->fill, sizeof value);
    return value;
}

static void compare_rows(differences *sum, const pair *p, int64_t first, int64_t rows, double *of_a,
                         double *of_b)
{
    int64_t count = rows * fan_mdctool_dataset_row(&p->a);
    fan_mdctool_dataset_read(&p->a, first, rows, of_a);
    fan_mdctool_dataset_read(&p->b, first, rows, of_b);
    for (int64_t i = 0; i < count; i++)
        add(sum, p, of_a[i], of_b[i], 1);
}

static differences compare_numbers(const pair *p)
{
    int64_t row = fan_mdctool_dataset_row(&p->a), end = p->a.extent[0],
            rows = SLAB_BYTES / (row * (int64_t)sizeof(double) + 1) + 1;
    double *of_a = fan_mdctool_allocate((size_t)(rows * row), sizeof(double)),
           *of_b = fan_mdctool_allocate((size_t)(rows * row), sizeof(double));
    differences sum = {.least = INFINITY, .greatest = -INFINITY, .equal = true};
    fan_mdctool_progress progress = fan_mdctool_progress_begin("compare", p->a.path, end);
    for (int64_t at = 0; at < end;) {
        int64_t next = next_stored(p, at), part = MIN(rows, end - next);
        if (next > at && row > 0)
            add(&sum, p, value_without_storage(&p->a), value_without_storage(&p->b),
                (next - at) * row);
        compare_rows(&sum, p, next, part, of_a, of_b);
        at = next + part;
        fan_mdctool_progress_at(&progress, at);
    }
    free(of_a);
    free(of_b);
    return sum;
}

static unsigned char fill_byte(const fan_mdctool_dataset *d, size_t i)
{
    return d->fill == NULL ? 0 : ((const unsigned char *)d->fill)[i];
}

static bool have_same_fill(const pair *p)
{
    size_t i = 0;
    while (i < p->a.bytes && fill_byte(&p->a, i) == fill_byte(&p->b, i))
        i++;
    return i == p->a.bytes;
}

static bool have_same_rows(const pair *p, int64_t first, int64_t rows, void *of_a, void *of_b)
{
    fan_mdctool_dataset_read(&p->a, first, rows, of_a);
    fan_mdctool_dataset_read(&p->b, first, rows, of_b);
    return memcmp(of_a, of_b, (size_t)(rows * fan_mdctool_dataset_row(&p->a)) * p->a.bytes) == 0;
}

/* A double cannot hold all digits of all types. */
static bool have_same_bits(const pair *p)
{
    bool same = H5Tequal(p->a.type, p->b.type) > 0;
    int64_t row = fan_mdctool_dataset_row(&p->a) * (int64_t)p->a.bytes, end = p->a.extent[0],
            rows = SLAB_BYTES / (row + 1) + 1;
    void *of_a = fan_mdctool_allocate((size_t)rows, (size_t)row),
         *of_b = fan_mdctool_allocate((size_t)rows, (size_t)row);
    for (int64_t at = 0; same && at < end;) {
        int64_t next = next_stored(p, at), part = MIN(rows, end - next);
        same = (next == at || have_same_fill(p)) && have_same_rows(p, next, part, of_a, of_b);
        at = next + part;
    }
    free(of_a);
    free(of_b);
    return same;
}

static void print(const differences *sum, bool same_bits)
{
    double mean = sum->numbers > 0 ? sum->squares / (double)sum->numbers : 0,
           range = sum->greatest - sum->least;
    if (sum->equal)
        puts(same_bits ? "equal" : "equal as double");
    else if (mean > 0)
        printf("PSNR %.2f dB\n", 10 * log10(range * range / mean));
    printf("maximum error %.6g, root mean square error %.6g, range of values %.6g, %" PRId64
           " numbers\n",
           sum->largest, sqrt(mean), range, sum->numbers);
    if (sum->mismatches > 0)
        printf("%" PRId64 " elements are a number in one of them only\n", sum->mismatches);
}

void fan_mdctool_compare(const char *original, const char *other)
{
    fan_mdctool_dataset first = fan_mdctool_dataset_open(original),
                        second = fan_mdctool_dataset_open(other);
    if (first.axes != second.axes || memcmp(first.extent, second.extent, sizeof first.extent) != 0)
        fan_mdctool_die("%s and %s have different extents", original, other);
    pair elements = {first, second, fan_mdctool_stored_find(&first),
                     fan_mdctool_stored_find(&second)};
    pair numbers = elements;
    numbers.a = as_numbers(&first);
    numbers.b = as_numbers(&second);
    differences sum = compare_numbers(&numbers);
    print(&sum, sum.equal && have_same_bits(&elements));
    free(numbers.a.fill);
    free(numbers.b.fill);
    fan_mdctool_stored_free(&elements.in_a);
    fan_mdctool_stored_free(&elements.in_b);
    fan_mdctool_dataset_close(&first);
    fan_mdctool_dataset_close(&second);
}

static void print_axes(const char *what, const int64_t values[], int axes)
{
    printf("%-12s", what);
    for (int i = 0; i < axes; i++)
        printf("%s%" PRId64, i > 0 ? " x " : "", values[i]);
    printf("\n");
}

void fan_mdctool_info(const char *name)
{
    fan_mdctool_part part = fan_mdctool_part_open(name);
    int64_t residue[FAN_MDC_AXES];
    fan_mdc_residues(&part.lattice, part.descriptor, residue);
    printf("%s: descriptor %" PRId64 " of %" PRId64 " of the dataset %s\n", name, part.descriptor,
           fan_mdc_descriptors(&part.lattice), part.dataset.path);
    print_axes("original", part.lattice.extent, part.lattice.axes);
    print_axes("factors", part.lattice.factor, part.lattice.axes);
    print_axes("residues", residue, part.lattice.axes);
    print_axes("elements", part.dataset.extent, part.lattice.axes);
    fan_mdctool_dataset_close(&part.dataset);
}
