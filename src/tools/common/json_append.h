/* SPDX-License-Identifier: BSD-3-Clause */
/** @file json_append.h  JSON arrays of which no item may be missing. */
#ifndef FAN_TOOLS_COMMON_JSON_APPEND_H
#define FAN_TOOLS_COMMON_JSON_APPEND_H

#include <jansson.h>

/**
 * Append `item`, and take it over. NULL if that, or either of the two, cannot be made; then both
 * are released.
 */
json_t *fan_json_append(json_t *array, json_t *item);

#endif
