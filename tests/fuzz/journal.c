/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Journals of copies. The hashes of header and records would keep mutations out, so the input says
 * what is in the file: the number of good records, and bytes behind them; or all bytes.
 */
#include "config.h"

#include "copy/model/pieces.h"
#include "copy/part/journal.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_BYTES = 3 * FAN_COPY_BLOCK };

static void write_journal(const char *path, const fan_copy_entry *entry, fuzz_input *input)
{
    int fd = fan_copy_journal_create(path, entry);
    fuzz_assert(fd >= 0);
    for (unsigned records = fuzz_take_below(input, 5); records > 0; records--) {
        int64_t offset = fuzz_take_number(input), bytes = fuzz_take_number(input);
        fuzz_assert(fan_copy_journal_add(fd, offset, bytes, (XXH128_hash_t){1, 2}));
    }
    fuzz_assert(write(fd, input->data, input->size) == (ssize_t)input->size);
    close(fd);
}

static void read_journal(const char *path, const fan_copy_entry *entry)
{
    fan_copy_record *records;
    int64_t count;
    int fd = fan_copy_journal_continue(path, entry, &records, &count);
    for (int64_t i = 0; i < count; i++)
        fuzz_assert(records[i].offset >= 0 && records[i].bytes > 0 &&
                    records[i].offset + records[i].bytes <= FILE_BYTES);
    if (fd >= 0)
        close(fd);
    free(records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fan_copy_entry entry = {.kind = FAN_COPY_REGULAR, .bytes = FILE_BYTES, .inode = 7};
    fuzz_input input = {data, size};
    const char *path = fuzz_file(data, size);
    if (fuzz_take_below(&input, 3) > 0)
        write_journal(path, &entry, &input);
    read_journal(path, &entry);
    fuzz_remove();
    return 0;
}
