/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/layout.h"

#include <sys/param.h>

/* Cache line: chunk boundaries that straddle one make two nodes' copies touch the same line. */
enum { ALIGNMENT = 64, SMALLEST_ALIGNED_CHUNK = 4096 };

static int64_t divide_up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

/* Chunks grow step by step: those of one subfile in the first `rounds` rounds, in steps. */
static int64_t steps_in(int64_t rounds, int64_t ramp)
{
    int64_t growing = MIN(rounds, ramp);
    return growing * (growing + 1) / 2 + (rounds - growing) * ramp;
}

/* The least number of rounds with that many steps. */
static int64_t rounds_for(int64_t steps, int64_t ramp)
{
    int64_t rounds = 0;
    if (steps > steps_in(ramp, ramp))
        return ramp + divide_up(steps - steps_in(ramp, ramp), ramp);
    while (steps_in(rounds, ramp) < steps)
        rounds++;
    return rounds;
}

/* Rounded up to whole cache lines where that costs the last subfile no chunk. */
static void align(fan_layout *layout)
{
    fan_layout aligned = *layout;
    aligned.step_bytes = divide_up(layout->step_bytes, ALIGNMENT) * ALIGNMENT;
    if (fan_layout_chunk_bytes(layout) >= SMALLEST_ALIGNED_CHUNK &&
        fan_layout_chunks(&aligned) == fan_layout_chunks(layout))
        *layout = aligned;
}

fan_layout fan_layout_make(int64_t bytes, int64_t chunk_bytes, int subfiles, int ramp)
{
    fan_layout layout = {.bytes = bytes, .step_bytes = 1, .ramp = ramp, .subfiles = subfiles};
    if (bytes > 0) {
        int64_t rounds =
            rounds_for(divide_up(divide_up(bytes, divide_up(chunk_bytes, ramp)), subfiles), ramp);
        layout.step_bytes = divide_up(bytes, steps_in(rounds, ramp) * subfiles);
        align(&layout);
    }
    return layout;
}

fan_layout fan_layout_exact(int64_t bytes, int64_t chunk_bytes, int subfiles)
{
    return (fan_layout){.bytes = bytes, .step_bytes = chunk_bytes, .ramp = 1, .subfiles = subfiles};
}

int64_t fan_layout_chunk_bytes(const fan_layout *layout)
{
    return layout->ramp * layout->step_bytes;
}

static int64_t subfile_begin(const fan_layout *layout, int subfile)
{
    return fan_parts_cut(layout->parts, layout->subfiles, subfile);
}

void fan_layout_cut(fan_layout *layout, const fan_parts *parts)
{
    layout->parts = parts;
    layout->longest = 0;
    for (int subfile = 0; subfile < layout->subfiles; subfile++)
        layout->longest = MAX(layout->longest, fan_layout_subfile_bytes(layout, subfile));
}

/* Where the last byte lies. */
int64_t fan_layout_chunks(const fan_layout *layout)
{
    if (layout->bytes == 0)
        return 0;
    if (layout->parts != NULL)
        return layout->subfiles *
               rounds_for(divide_up(layout->longest, layout->step_bytes), layout->ramp);
    int64_t step_of_all = layout->step_bytes * layout->subfiles;
    int64_t round = rounds_for((layout->bytes - 1) / step_of_all + 1, layout->ramp) - 1;
    int64_t first = round * layout->subfiles;
    int64_t begin = fan_layout_offset(layout, first),
            length = fan_layout_offset(layout, first + 1) - begin;
    return first + divide_up(layout->bytes - begin, length);
}

/* Of the bytes of a subfile, those before a round. */
static int64_t bytes_before(const fan_layout *layout, int64_t round)
{
    return steps_in(round, layout->ramp) * layout->step_bytes;
}

static int64_t offset_in_parts(const fan_layout *layout, int64_t g)
{
    int subfile = (int)(g % layout->subfiles);
    int64_t end = subfile_begin(layout, subfile + 1);
    return MIN(subfile_begin(layout, subfile) + bytes_before(layout, g / layout->subfiles), end);
}

int64_t fan_layout_offset(const fan_layout *layout, int64_t g)
{
    if (layout->parts != NULL)
        return offset_in_parts(layout, g);
    int64_t round = g / layout->subfiles, before = g % layout->subfiles;
    int64_t steps = round < layout->ramp ? round + 1 : layout->ramp;
    return (steps_in(round, layout->ramp) * layout->subfiles + before * steps) * layout->step_bytes;
}

int64_t fan_layout_length(const fan_layout *layout, int64_t g)
{
    if (layout->parts != NULL)
        return offset_in_parts(layout, g + layout->subfiles) - offset_in_parts(layout, g);
    int64_t begin = fan_layout_offset(layout, g), end = fan_layout_offset(layout, g + 1);
    return (end < layout->bytes ? end : layout->bytes) - begin;
}

int64_t fan_layout_subfile_bytes(const fan_layout *layout, int subfile)
{
    if (layout->parts != NULL)
        return subfile_begin(layout, subfile + 1) - subfile_begin(layout, subfile);
    int64_t chunks = fan_layout_chunks(layout);
    if (subfile >= chunks)
        return 0;
    int64_t before = (chunks - 1 - subfile) / layout->subfiles;
    return bytes_before(layout, before) +
           fan_layout_length(layout, subfile + before * layout->subfiles);
}
