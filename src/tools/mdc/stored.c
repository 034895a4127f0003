/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/mdc/stored.h"

#include <stdlib.h>
#include <sys/param.h>

/* HDF5 1.10 looks from the first chunk on for each of them. */
enum { MOST_CHUNKS = 8192 };

static int ascending(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, two = *(const int64_t *)b;
    return (one > two) - (one < two);
}

static void find_chunks(const fan_mdctool_dataset *d, hid_t properties, fan_mdctool_stored *s)
{
    hsize_t count, size[H5S_MAX_RANK], offset[H5S_MAX_RANK];
    hid_t space = fan_mdctool_need(H5Dget_space(d->dataset), "find its extent", d->path);
    fan_mdctool_need(H5Dget_num_chunks(d->dataset, space, &count), "find its chunks", d->path);
    H5Pget_chunk(properties, H5S_MAX_RANK, size);
    s->everywhere = count > MOST_CHUNKS;
    s->chunk_rows = (int64_t)size[0];
    s->first = fan_mdctool_allocate(MIN(count, MOST_CHUNKS), sizeof *s->first);
    for (; !s->everywhere && s->count < count; s->count++) {
        fan_mdctool_need(H5Dget_chunk_info(d->dataset, space, s->count, offset, NULL, NULL, NULL),
                         "find its chunks", d->path);
        s->first[s->count] = (int64_t)offset[0];
    }
    qsort(s->first, s->count, sizeof *s->first, ascending);
    H5Sclose(space);
}

static bool is_allocated(const fan_mdctool_dataset *d)
{
    H5D_space_status_t status;
    fan_mdctool_need(H5Dget_space_status(d->dataset, &status), "find its storage", d->path);
    return status != H5D_SPACE_STATUS_NOT_ALLOCATED;
}

fan_mdctool_stored fan_mdctool_stored_find(const fan_mdctool_dataset *d)
{
    fan_mdctool_stored s = {.extent = d->extent[0], .everywhere = true};
    hid_t properties =
        fan_mdctool_need(H5Dget_create_plist(d->dataset), "find its properties", d->path);
    if (H5Pget_layout(properties) == H5D_CHUNKED)
        find_chunks(d, properties, &s);
    else if (H5Pget_layout(properties) == H5D_CONTIGUOUS && H5Pget_external_count(properties) == 0)
        s.everywhere = is_allocated(d);
    H5Pclose(properties);
    return s;
}

int64_t fan_mdctool_stored_next(const fan_mdctool_stored *s, int64_t row)
{
    if (s->everywhere)
        return row;
    for (size_t i = 0; i < s->count; i++)
        if (s->first[i] + s->chunk_rows > row)
            return MIN(MAX(s->first[i], row), s->extent);
    return s->extent;
}

void fan_mdctool_stored_free(fan_mdctool_stored *stored)
{
    free(stored->first);
}
