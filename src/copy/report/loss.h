/* SPDX-License-Identifier: BSD-3-Clause */
/** @file loss.h  A host that was lost while the copy went on without it. Local. */
#ifndef FAN_COPY_REPORT_LOSS_H
#define FAN_COPY_REPORT_LOSS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct fan_copy_loss {
    const char *host;
    int percent;     /**< of the data, when it was last heard of; negative: it was not reached */
    const char *why; /**< what is known of it */
} fan_copy_loss;

/** "host n7 failed after 37 %: ...". `kept`: what it has can be gone on with. */
void fan_copy_loss_describe(const fan_copy_loss *loss, bool kept, char *text, size_t size);

/** Its object in the report, with `text` as its error. To be released by the caller. */
json_t *fan_copy_loss_object(const fan_copy_loss *loss, const char *text);

#endif
