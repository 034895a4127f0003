/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/coding/xxh3.h"
#include "copy/job/stop.h"

#include <stdio.h>

XXH3_state_t *fan_copy_xxh3_start(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL || XXH3_128bits_reset(state) != XXH_OK)
        fan_copy_abort("out of memory");
    return state;
}

void fan_copy_xxh3_text(const XXH3_state_t *state, char text[FAN_COPY_XXH3_TEXT])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
    for (size_t i = 0; i < sizeof canonical.digest; i++)
        sprintf(text + 2 * i, "%02x", canonical.digest[i]);
}
