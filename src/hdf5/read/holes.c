/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/holes.h"

#include <limits.h>
#include <string.h>

static bool has_no_fill_value(hid_t properties)
{
    H5D_fill_time_t when;
    H5D_fill_value_t value;
    return H5Pget_fill_time(properties, &when) < 0 || when == H5D_FILL_TIME_NEVER ||
           H5Pfill_value_defined(properties, &value) < 0 || value == H5D_FILL_VALUE_UNDEFINED;
}

/* Of a dataset whose extent fits. */
static bool lacks_chunks(hid_t dataset, hid_t properties)
{
    hsize_t extent[H5S_MAX_RANK], chunk[H5S_MAX_RANK], present = 0, all = 1;
    hid_t space = H5Dget_space(dataset);
    int axes = H5Sget_simple_extent_dims(space, extent, NULL);
    bool known = axes > 0 && H5Pget_chunk(properties, axes, chunk) == axes &&
                 H5Dget_num_chunks(dataset, space, &present) >= 0;
    for (int i = 0; known && i < axes; i++) {
        hsize_t along = extent[i] / chunk[i] + (extent[i] % chunk[i] != 0);
        known = !__builtin_mul_overflow(all, along, &all);
    }
    if (space >= 0)
        H5Sclose(space);
    return !known || present < all;
}

static bool is_not_allocated(hid_t dataset)
{
    H5D_space_status_t status;
    return H5Dget_space_status(dataset, &status) < 0 || status == H5D_SPACE_STATUS_NOT_ALLOCATED;
}

bool fan_h5_holes_possible(hid_t dataset)
{
    hid_t properties = H5Dget_create_plist(dataset);
    H5D_layout_t layout = H5Pget_layout(properties);
    bool possible = layout == H5D_VIRTUAL;
    if (layout == H5D_CHUNKED)
        possible = has_no_fill_value(properties) && lacks_chunks(dataset, properties);
    else if (layout == H5D_CONTIGUOUS)
        possible = has_no_fill_value(properties) && is_not_allocated(dataset);
    if (properties >= 0)
        H5Pclose(properties);
    return possible;
}

fan_h5_holes_marks fan_h5_holes_first_marks(void)
{
    return (fan_h5_holes_marks){{0xa5, 0x5a}};
}

static int rarest(const size_t *elements_of, int but)
{
    int byte = but == 0;
    for (int other = 0; other <= UCHAR_MAX; other++)
        if (other != but && elements_of[other] < elements_of[byte])
            byte = other;
    return byte;
}

fan_h5_holes_marks fan_h5_holes_choose_marks(const unsigned char *elements, size_t count,
                                             size_t size)
{
    size_t elements_of[UCHAR_MAX + 1] = {0};
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = elements[i * size];
        elements_of[byte] += fan_h5_holes_untouched(elements, i, size, byte);
    }
    int first = rarest(elements_of, -1), second = rarest(elements_of, first);
    return (fan_h5_holes_marks){{(unsigned char)first, (unsigned char)second}};
}

bool fan_h5_holes_untouched(const unsigned char *elements, size_t i, size_t size,
                            unsigned char mark)
{
    const unsigned char *element = elements + i * size;
    return element[0] == mark && memcmp(element, element + 1, size - 1) == 0;
}
