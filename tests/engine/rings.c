/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/engine/rings.h"

#include "tests/common/unit_main.h"

#include <string.h>
#include <sys/mman.h>

results *common;

void note(atomic_int *what)
{
    atomic_fetch_add_explicit(what, 1, memory_order_relaxed);
}

int noted(atomic_int *what)
{
    return atomic_load_explicit(what, memory_order_relaxed);
}

static void note_idle(void *state)
{
    (void)state;
    note(&common->idles);
}

static void *map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    return memory;
}

fan_ring_memory *make_ring(int members, uint32_t start)
{
    fan_ring_memory *memory = map(fan_ring_bytes(members));
    atomic_store(&memory->head.value, start);
    for (int m = 0; m < members; m++)
        atomic_store(&memory->tails[m].value, start);
    return memory;
}

void free_ring(fan_ring_memory *memory, int members)
{
    munmap(memory, fan_ring_bytes(members));
}

fan_ring open_ring(fan_ring_memory *memory, int members, int self, uint32_t start)
{
    fan_ring ring;
    fan_ring_open(&ring, memory, members, self);
    ring.idle = note_idle;
    ring.position = start;
    return ring;
}

void reset(void)
{
    if (common == NULL)
        common = map(sizeof *common);
    memset(common, 0, sizeof *common);
}
