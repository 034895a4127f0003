/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/salvage.h"

#include "engine/state.h"

/* Those that ended after the engine had last looked. What has failed meanwhile is no news. */
static void take_notice(fan_engine *e)
{
    int64_t before;
    do {
        before = e->steps;
        (void)fan_engine_collect(e, false);
    } while (e->steps > before);
}

static bool is_here(const fan_engine *e, int64_t g)
{
    if (!fan_engine_travels(e, g) || fan_engine_role_of(e, g)->parent == FAN_PARENT_ABSENT)
        return false;
    if (g < e->base)
        return g < e->end;
    const fan_engine_cell *cell = fan_engine_cell_of(e, g);
    return cell->arrived && cell->bytes == fan_layout_length(&e->config.layout, g);
}

/* In the store: the sink has got all before the one that is drained next. */
static bool is_stored(fan_engine *e, int64_t g, const fan_store *store)
{
    if (fan_engine_is_in_place(e) || store->drain == NULL)
        return true;
    if (g < e->next_drain)
        return !e->sink_failed;
    return store->drain(store->state, fan_engine_offset_of(e, g), fan_engine_place_of(e, g),
                        fan_layout_length(&e->config.layout, g)) == 0;
}

void fan_engine_salvage(fan_engine *e, const fan_store *store, const fan_salvage *salvage)
{
    take_notice(e);
    for (int64_t g = 0; g < e->next_admit; g++)
        if (is_here(e, g) && is_stored(e, g, store))
            salvage->found(salvage->state, fan_engine_offset_of(e, g),
                           fan_layout_length(&e->config.layout, g));
}
