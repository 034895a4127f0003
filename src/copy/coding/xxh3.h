/* SPDX-License-Identifier: BSD-3-Clause */
/** @file xxh3.h  XXH3, 128 bits, of data that comes in pieces, in the text of `xxhsum -H2`. */
#ifndef FAN_COPY_CODING_XXH3_H
#define FAN_COPY_CODING_XXH3_H

#include "copy/coding/xxhash.h"

enum { FAN_COPY_XXH3_TEXT = 33 };

/** A fresh state, for XXH3_128bits_update and XXH3_freeState. Ends the job if memory is short. */
XXH3_state_t *fan_copy_xxh3_start(void);

/** The digest of what a state has seen, in hexadecimal. */
void fan_copy_xxh3_text(const XXH3_state_t *state, char text[FAN_COPY_XXH3_TEXT]);

#endif
