/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file fuzz.h  What fuzz targets need. Each target is a program with LLVMFuzzerTestOneInput, which
 * gives some bytes to one parser. A crash, a report of a sanitizer or a failed assertion is a
 * finding; that the parser refuses the bytes is none.
 */
#ifndef FAN_TESTS_FUZZ_H
#define FAN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/** As libFuzzer wants it. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End the program as a crash does, unless the condition holds, whatever NDEBUG says. */
void fuzz_assert(int holds);

/** The bytes with a 0 behind them, for the caller to free. */
char *fuzz_text(const uint8_t *data, size_t size);

/** A file of these bytes, removed by fuzz_remove. Returns its path, valid until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);
void fuzz_remove(void);

/** Bytes that are taken one after the other; zeros follow the last. */
typedef struct fuzz_input {
    const uint8_t *data;
    size_t size;
} fuzz_input;

void fuzz_take(fuzz_input *input, void *value, size_t bytes);

/** From 0 to most. */
unsigned fuzz_take_below(fuzz_input *input, unsigned most);

/** A number of 64 bits, often a small one. */
int64_t fuzz_take_number(fuzz_input *input);

/**
 * Call `parse`, which may end the process, in a child. Status 1 is how our programs refuse what
 * they read; a signal or another status is a crash. Messages are thrown away.
 */
void fuzz_in_child(void (*parse)(fuzz_input input), const uint8_t *data, size_t size);

#endif
