/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/compare.h"
#include "tools/mdc/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB_BYTES = 16 << 20 };

typedef struct differences {
    double least, greatest; /* of the original */
    double squares, largest;
    int64_t numbers;    /* where both have one */
    int64_t mismatches; /* where only one has */
    bool equal;         /* as double */
} differences;

static bool is_fill(const fan_mdctool_dataset *d, const void *element)
{
    return d->fill != NULL && memcmp(element, d->fill, d->bytes) == 0;
}

static void add(differences *sum, double a, double b, bool a_is_number, bool b_is_number)
{
    if (a_is_number != b_is_number)
        sum->mismatches++;
    if (!a_is_number || !b_is_number)
        return;
    double error = fabs(a - b);
    sum->squares += error * error;
    sum->largest = fmax(sum->largest, error);
    sum->least = fmin(sum->least, a);
    sum->greatest = fmax(sum->greatest, a);
    sum->numbers++;
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

static void compare_rows(differences *sum, const fan_mdctool_dataset *a,
                         const fan_mdctool_dataset *b, int64_t first, int64_t rows, double *of_a,
                         double *of_b)
{
    int64_t count = rows * fan_mdctool_dataset_row(a);
    fan_mdctool_dataset_read(a, first, rows, of_a);
    fan_mdctool_dataset_read(b, first, rows, of_b);
    for (int64_t i = 0; i < count; i++) {
        bool a_is_number = !isnan(of_a[i]) && !is_fill(a, &of_a[i]),
             b_is_number = !isnan(of_b[i]) && !is_fill(b, &of_b[i]);
        sum->equal = sum->equal && (of_a[i] == of_b[i] || (isnan(of_a[i]) && isnan(of_b[i])));
        add(sum, of_a[i], of_b[i], a_is_number, b_is_number);
    }
}

/* A double cannot hold all digits of all types. */
static bool has_same_bits(const fan_mdctool_dataset *a, const fan_mdctool_dataset *b)
{
    bool same = H5Tequal(a->type, b->type) > 0;
    int64_t row = fan_mdctool_dataset_row(a) * (int64_t)a->bytes, rows = SLAB_BYTES / (row + 1) + 1;
    char *of_a = fan_mdctool_allocate((size_t)rows, (size_t)row),
         *of_b = fan_mdctool_allocate((size_t)rows, (size_t)row);
    for (int64_t at = 0; same && at < a->extent[0]; at += rows) {
        int64_t part = rows < a->extent[0] - at ? rows : a->extent[0] - at;
        fan_mdctool_dataset_read(a, at, part, of_a);
        fan_mdctool_dataset_read(b, at, part, of_b);
        same = memcmp(of_a, of_b, (size_t)(part * row)) == 0;
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
    fan_mdctool_dataset a = as_numbers(&first), b = as_numbers(&second);
    int64_t row = fan_mdctool_dataset_row(&a),
            rows = SLAB_BYTES / (row * (int64_t)sizeof(double) + 1) + 1;
    double *of_a = fan_mdctool_allocate((size_t)(rows * row), sizeof(double)),
           *of_b = fan_mdctool_allocate((size_t)(rows * row), sizeof(double));
    differences sum = {.least = INFINITY, .greatest = -INFINITY, .equal = true};
    for (int64_t at = 0; at < a.extent[0]; at += rows)
        compare_rows(&sum, &a, &b, at, rows < a.extent[0] - at ? rows : a.extent[0] - at, of_a,
                     of_b);
    print(&sum, sum.equal && has_same_bits(&first, &second));
    free(of_a);
    free(of_b);
    free(a.fill);
    free(b.fill);
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
