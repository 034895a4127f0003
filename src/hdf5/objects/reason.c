/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/objects/reason.h"

#include <hdf5.h>
#include <stdio.h>

typedef struct place {
    char *text;
    size_t size;
} place;

/* The innermost message comes first and says what was wrong. */
static herr_t take(unsigned n, const H5E_error2_t *error, void *state)
{
    const place *p = state;
    if (n == 0 && error->desc != NULL)
        snprintf(p->text, p->size, "%s", error->desc);
    return 0;
}

void fan_h5_reason(char *reason, size_t size)
{
    place p = {reason, size};
    snprintf(reason, size, "HDF5 gives no reason");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &p);
}
