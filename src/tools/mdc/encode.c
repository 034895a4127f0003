/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/encode.h"
#include "tools/mdc/output.h"
#include "tools/mdc/parts.h"
#include "tools/mdc/progress.h"
#include "tools/mdc/stored.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { SLAB_BYTES = 16 << 20 };

/*
 * Rows along the first axis that are worked on at a time: a multiple of its factor, so that slabs
 * do not share elements.
 */
static int64_t slab_rows(const fan_mdctool_dataset *d, int64_t factor)
{
    int64_t row_bytes = fan_mdctool_dataset_row(d) * (int64_t)d->bytes;
    int64_t periods = SLAB_BYTES / (row_bytes * factor + 1);
    return (periods > 0 ? periods : 1) * factor;
}

/* A part of the lattice: some rows. */
static fan_mdc_lattice slab_of(const fan_mdc_lattice *lattice, int64_t rows)
{
    fan_mdc_lattice slab = *lattice;
    slab.extent[0] = rows;
    return slab;
}

/* ---- encode ---- */

static void parse_factors(const char *text, fan_mdc_lattice *lattice)
{
    const char *at = text;
    int given = 0;
    do {
        char *end;
        long long factor = strtoll(at, &end, 10);
        if (end == at || factor < 1 || factor > FAN_MDC_MOST_DESCRIPTORS ||
            given == lattice->axes || (*end != '\0' && *end != 'x'))
            fan_mdctool_die(
                "--factors %s: give one number, or one for each of the %d axes, such as 2x2x2",
                text, lattice->axes);
        lattice->factor[given++] = factor;
        at = *end == 'x' ? end + 1 : NULL;
    } while (at != NULL);
    if (given != 1 && given != lattice->axes)
        fan_mdctool_die("--factors %s: the dataset has %d axes", text, lattice->axes);
    for (int i = given; i < lattice->axes; i++)
        lattice->factor[i] = lattice->factor[0];
    if (!fan_mdctool_part_count_fits(lattice))
        fan_mdctool_die("--factors %s: more than %d descriptors", text, FAN_MDC_MOST_DESCRIPTORS);
}

static void encode_slab(const fan_mdc_lattice *lattice, fan_mdctool_part *parts, int64_t first,
                        int64_t rows, const void *slab, void *piece)
{
    fan_mdc_lattice part = slab_of(lattice, rows);
    for (int64_t i = 0; i < fan_mdc_descriptors(lattice); i++) {
        int64_t extent[FAN_MDC_AXES];
        int64_t count = fan_mdc_extent(&part, i, extent);
        fan_mdc_extract(&part, i, 0, count, parts[i].dataset.bytes, slab, piece);
        fan_mdctool_dataset_write(&parts[i].dataset, first / lattice->factor[0], extent[0], piece);
    }
}

/* Where the next one with storage begins; elsewhere the descriptors have the fill value as well. */
static int64_t next_slab(const fan_mdctool_stored *stored, int64_t row, int64_t factor)
{
    if (row >= stored->extent)
        return stored->extent;
    int64_t next = fan_mdctool_stored_next(stored, row);
    return next < stored->extent ? next / factor * factor : next;
}

void fan_mdctool_encode(const char *input, const char *output, const char *factors, bool tell)
{
    fan_mdctool_dataset d = fan_mdctool_dataset_open(input);
    fan_mdc_lattice lattice = {.axes = d.axes};
    memcpy(lattice.extent, d.extent, sizeof lattice.extent);
    parse_factors(factors, &lattice);
    int64_t descriptors = fan_mdc_descriptors(&lattice), rows = slab_rows(&d, lattice.factor[0]);
    size_t slab_bytes = (size_t)(rows * fan_mdctool_dataset_row(&d)) * d.bytes;
    void *slab = fan_mdctool_allocate(1, slab_bytes), *piece = fan_mdctool_allocate(1, slab_bytes);
    fan_mdctool_part *parts = fan_mdctool_allocate((size_t)descriptors, sizeof *parts);
    char **names = fan_mdctool_allocate((size_t)descriptors, sizeof *names);
    for (int64_t i = 0; i < descriptors; i++) {
        names[i] = fan_mdctool_part_name(output, i, descriptors);
        parts[i] = fan_mdctool_part_create(names[i], &d, &lattice, i);
    }
    fan_mdctool_stored stored = fan_mdctool_stored_find(&d);
    fan_mdctool_progress progress = fan_mdctool_progress_begin("encode", d.path, d.extent[0]);
    for (int64_t first = next_slab(&stored, 0, lattice.factor[0]); first < d.extent[0];
         first = next_slab(&stored, first + rows, lattice.factor[0])) {
        int64_t part = rows < d.extent[0] - first ? rows : d.extent[0] - first;
        fan_mdctool_dataset_read(&d, first, part, slab);
        encode_slab(&lattice, parts, first, part, slab, piece);
        fan_mdctool_progress_at(&progress, first + part);
    }
    fan_mdctool_stored_free(&stored);
    for (int64_t i = 0; i < descriptors; i++) {
        fan_mdctool_part_finish(&parts[i], names[i]);
        if (tell)
            puts(names[i]);
        free(names[i]);
    }
    free(names);
    free(parts);
    free(slab);
    free(piece);
    fan_mdctool_dataset_close(&d);
}

/* ---- decode ---- */

typedef struct decoding {
    fan_mdctool_part *parts;
    int count;
    fan_mdc_lattice lattice;
    bool *present; /* [descriptors] */
    bool complete;
} decoding;

static void check_same(const decoding *d, const fan_mdctool_part *part)
{
    const fan_mdctool_part *first = &d->parts[0];
    bool same = part->lattice.axes == first->lattice.axes &&
                H5Tequal(part->dataset.type, first->dataset.type) > 0 &&
                strcmp(part->dataset.path, first->dataset.path) == 0;
    for (int i = 0; same && i < first->lattice.axes; i++)
        same = part->lattice.extent[i] == first->lattice.extent[i] &&
               part->lattice.factor[i] == first->lattice.factor[i];
    if (!same)
        fan_mdctool_die("%s: is a descriptor of something else than %s", part->dataset.file_name,
                        first->dataset.file_name);
}

static void open_parts(decoding *d, char *const names[], int count)
{
    d->parts = fan_mdctool_allocate((size_t)count, sizeof *d->parts);
    d->count = count;
    int64_t different = 0;
    for (int i = 0; i < count; i++) {
        d->parts[i] = fan_mdctool_part_open(names[i]);
        check_same(d, &d->parts[i]);
        if (i == 0) {
            d->lattice = d->parts[0].lattice;
            d->present =
                fan_mdctool_allocate((size_t)fan_mdc_descriptors(&d->lattice), sizeof *d->present);
        }
        different += !d->present[d->parts[i].descriptor];
        d->present[d->parts[i].descriptor] = true;
    }
    d->complete = different == fan_mdc_descriptors(&d->lattice);
}

/* Put the rows [first, first + rows) of the array together; what is missing is interpolated. */
static void decode_slab(const decoding *d, int64_t first, int64_t rows, void *slab, void *piece)
{
    const fan_mdctool_dataset *like = &d->parts[0].dataset;
    fan_mdc_lattice part = slab_of(&d->lattice, rows);
    for (int i = 0; i < d->count; i++) {
        int64_t extent[FAN_MDC_AXES];
        int64_t count = fan_mdc_extent(&part, d->parts[i].descriptor, extent);
        fan_mdctool_dataset_read(&d->parts[i].dataset, first / d->lattice.factor[0], extent[0],
                                 piece);
        fan_mdc_insert(&part, d->parts[i].descriptor, 0, count, like->bytes, piece, slab);
    }
    if (!d->complete && !fan_mdc_fill(&part, d->present, like->kind, like->bytes, like->fill, slab))
        fan_mdctool_die("out of memory");
}

/* The first row, from `row` on, that a stored element of some descriptor makes or reaches. */
static int64_t next_to_decode(const decoding *d, const fan_mdctool_stored *stored, int64_t row)
{
    int64_t period = d->lattice.factor[0], end = d->lattice.extent[0], next = end;
    for (int i = 0; i < d->count && row < end; i++) {
        int64_t in_part = fan_mdctool_stored_next(&stored[i], MAX(row / period - 1, 0));
        if (in_part < stored[i].extent)
            next = MIN(next, MAX(row, (in_part - 1) * period));
    }
    return next;
}

/* Interpolation looks one period to each side, so a slab is put together with one more there. */
static void decode_all(const decoding *d, const fan_mdctool_dataset *output)
{
    int64_t halo = d->lattice.factor[0], end = output->extent[0];
    int64_t rows = slab_rows(output, halo),
            row_bytes = fan_mdctool_dataset_row(output) * (int64_t)output->bytes;
    char *slab = fan_mdctool_allocate((size_t)(rows + 2 * halo), (size_t)row_bytes);
    void *piece = fan_mdctool_allocate((size_t)(rows + 2 * halo), (size_t)row_bytes);
    fan_mdctool_stored *stored = fan_mdctool_allocate((size_t)d->count, sizeof *stored);
    for (int i = 0; i < d->count; i++)
        stored[i] = fan_mdctool_stored_find(&d->parts[i].dataset);
    fan_mdctool_progress progress = fan_mdctool_progress_begin("decode", output->path, end);
    for (int64_t first = next_to_decode(d, stored, 0); first < end;
         first = next_to_decode(d, stored, first + rows)) {
        int64_t from = first > 0 ? first - halo : 0, to = MIN(first + rows + halo, end);
        decode_slab(d, from, to - from, slab, piece);
        fan_mdctool_dataset_write(output, first, MIN(rows, end - first),
                                  slab + (first - from) * row_bytes);
        fan_mdctool_progress_at(&progress, MIN(first + rows, end));
    }
    for (int i = 0; i < d->count; i++)
        fan_mdctool_stored_free(&stored[i]);
    free(stored);
    free(slab);
    free(piece);
}

void fan_mdctool_decode(char *const names[], int count, const char *output)
{
    decoding d = {0};
    open_parts(&d, names, count);
    const fan_mdctool_dataset *like = &d.parts[0].dataset;
    fan_mdctool_dataset result =
        fan_mdctool_output_create(output, like->path, like, d.lattice.extent);
    fan_mdctool_dataset_copy_attributes(like, &result, FAN_MDC_ATTRIBUTE);
    for (int i = 0; i < count; i++)
        result.mode &= d.parts[i].dataset.mode;
    decode_all(&d, &result);
    fan_mdctool_output_finish(&result, output);
    for (int i = 0; i < count; i++)
        fan_mdctool_dataset_close(&d.parts[i].dataset);
    free(d.parts);
    free(d.present);
}
