/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tools/common/json_append.h"

json_t *fan_json_append(json_t *array, json_t *item)
{
    if (json_array_append_new(array, item) == 0)
        return array;
    json_decref(array);
    return NULL;
}
