/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/layout.h"

#include <stdbool.h>

/* Cache line: chunk boundaries that straddle one make two nodes' copies touch the same line. */
enum { alignment = 64, smallest_aligned_chunk = 4096 };

static int64_t divide_up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

/* Rounded up to whole cache lines where that costs the last subfile no chunk. */
static int64_t align(int64_t chunk_bytes, int64_t chunks, int64_t bytes)
{
    int64_t aligned = divide_up(chunk_bytes, alignment) * alignment;
    bool same_chunks = chunk_bytes >= smallest_aligned_chunk && divide_up(bytes, aligned) == chunks;
    return same_chunks ? aligned : chunk_bytes;
}

fan_layout fan_layout_make(int64_t bytes, int64_t chunk_bytes, int classes)
{
    int64_t even = 1;
    if (bytes > 0) {
        int64_t rounds = divide_up(divide_up(bytes, chunk_bytes), classes);
        even = divide_up(bytes, rounds * classes);
        even = align(even, divide_up(bytes, even), bytes);
    }
    return (fan_layout){.bytes = bytes, .chunk_bytes = even, .classes = classes};
}

int64_t fan_layout_chunks(const fan_layout *layout)
{
    return divide_up(layout->bytes, layout->chunk_bytes);
}

int64_t fan_layout_offset(const fan_layout *layout, int64_t g)
{
    return g * layout->chunk_bytes;
}

int64_t fan_layout_length(const fan_layout *layout, int64_t g)
{
    int64_t rest = layout->bytes - fan_layout_offset(layout, g);
    return rest < layout->chunk_bytes ? rest : layout->chunk_bytes;
}

int64_t fan_layout_class_bytes(const fan_layout *layout, int class)
{
    int64_t chunks = fan_layout_chunks(layout);
    if (class >= chunks)
        return 0;
    int64_t own = (chunks - 1 - class) / layout->classes + 1;
    int64_t last = class + (own - 1) * layout->classes;
    return (own - 1) * layout->chunk_bytes + fan_layout_length(layout, last);
}
