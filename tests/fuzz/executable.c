/* SPDX-License-Identifier: BSD-3-Clause */
/* The headers of ELF programs. */
#include "config.h"

#include "os/elf/interpreter.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char interpreter[PATH_MAX], error[200] = "";
    if (fan_elf_interpreter(fuzz_file(data, size), interpreter, error, sizeof error))
        fuzz_assert(memchr(interpreter, '\0', sizeof interpreter) != NULL);
    else
        fuzz_assert(error[0] != '\0');
    fuzz_remove();
    return 0;
}
