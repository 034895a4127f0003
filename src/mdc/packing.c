/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "mdc/packing.h"

#include "base/spare/spare.h"

#include <string.h>

typedef enum direction { OUT_OF_ARRAY, INTO_ARRAY } direction;

bool fan_mdc_packing_open(fan_mdc_packing *p, const fan_mdc_lattice *lattice, size_t bytes)
{
    *p = (fan_mdc_packing){
        .lattice = *lattice, .bytes = bytes, .count = fan_mdc_descriptors(lattice)};
    p->at = fan_spare_calloc((size_t)p->count + 1, sizeof *p->at);
    for (int64_t d = 0; p->at != NULL && d < p->count; d++) {
        int64_t extent[FAN_MDC_AXES];
        p->at[d + 1] = p->at[d] + fan_mdc_extent(lattice, d, extent) * (int64_t)bytes;
    }
    return p->at != NULL;
}

void fan_mdc_packing_close(fan_mdc_packing *p)
{
    fan_spare_free(p->at);
    p->at = NULL;
}

int64_t fan_mdc_packing_find(const fan_mdc_packing *p, int64_t offset)
{
    int64_t low = 0, high = p->count; /* at[low] <= offset < at[high] */
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (p->at[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Returns how many bytes were moved: a part of an element, or whole elements. */
static int64_t move_part(const fan_mdc_packing *p, int64_t descriptor, int64_t offset,
                         int64_t bytes, char *piece, char *array, direction way)
{
    int64_t size = (int64_t)p->bytes, from = offset - p->at[descriptor];
    int64_t element = from / size, inside = from % size;
    if (inside == 0 && bytes >= size) {
        int64_t count = bytes / size;
        if (way == INTO_ARRAY)
            fan_mdc_insert(&p->lattice, descriptor, element, count, p->bytes, piece, array);
        else
            fan_mdc_extract(&p->lattice, descriptor, element, count, p->bytes, array, piece);
        return count * size;
    }
    int64_t part = size - inside < bytes ? size - inside : bytes;
    char *place = array + fan_mdc_place(&p->lattice, descriptor, element) * size + inside;
    memcpy(way == INTO_ARRAY ? place : piece, way == INTO_ARRAY ? piece : place, (size_t)part);
    return part;
}

static void move(const fan_mdc_packing *p, int64_t offset, int64_t bytes, char *piece, char *array,
                 direction way)
{
    for (int64_t done = 0; done < bytes;) {
        int64_t descriptor = fan_mdc_packing_find(p, offset + done);
        int64_t rest = p->at[descriptor + 1] - offset - done;
        if (rest > bytes - done)
            rest = bytes - done;
        done += move_part(p, descriptor, offset + done, rest, piece + done, array, way);
    }
}

void fan_mdc_pack(const fan_mdc_packing *p, int64_t offset, int64_t bytes, const void *array,
                  void *piece)
{
    move(p, offset, bytes, piece, (char *)(uintptr_t)array, OUT_OF_ARRAY);
}

void fan_mdc_unpack(const fan_mdc_packing *p, int64_t offset, int64_t bytes, const void *piece,
                    void *array)
{
    move(p, offset, bytes, (char *)(uintptr_t)piece, array, INTO_ARRAY);
}
