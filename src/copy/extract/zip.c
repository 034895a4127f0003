/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/extract/zip.h"

#include <string.h>

/* APPNOTE.TXT, 4.3.12 (an entry), 4.3.14 to 4.3.16 (the end) */
enum {
    ENTRY_BYTES = 46,
    END_BYTES = 22,
    LOCATOR_BYTES = 20,
    END_64_BYTES = 56,
    MADE_ON_UNIX = 3,
    UTF8_NAME = 1 << 11
};

static uint64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

static bool is_record(const unsigned char *at, const char *kind)
{
    return memcmp(at, "PK", 2) == 0 && memcmp(at + 2, kind, 2) == 0;
}

/* A comment may follow it. */
static const unsigned char *find_end(const unsigned char *data, size_t bytes)
{
    if (bytes < END_BYTES)
        return NULL;
    for (size_t comment = 0; comment <= UINT16_MAX && comment <= bytes - END_BYTES; comment++) {
        const unsigned char *at = data + bytes - END_BYTES - comment;
        if (is_record(at, "\5\6") && number(at + 20, 2) == comment)
            return at;
    }
    return NULL;
}

/* What is too large for the end is in another record before it. */
static const unsigned char *find_end_64(const unsigned char *data, const unsigned char *end)
{
    bool fits = end - data >= LOCATOR_BYTES + END_64_BYTES;
    const unsigned char *at = end - LOCATOR_BYTES - END_64_BYTES;
    return fits && is_record(end - LOCATOR_BYTES, "\6\7") && is_record(at, "\6\6") ? at : NULL;
}

bool fan_copy_zip_open(fan_copy_zip *zip, const unsigned char *data, size_t bytes)
{
    const unsigned char *end = find_end(data, bytes);
    if (end == NULL)
        return false;
    uint64_t length = number(end + 12, 4);
    zip->entries = number(end + 10, 2);
    const unsigned char *end_64 = find_end_64(data, end);
    if (end_64 != NULL) {
        zip->entries = number(end_64 + 32, 8);
        length = number(end_64 + 40, 8);
        end = end_64;
    }
    if (length > (uint64_t)(end - data))
        return false;
    zip->at = end - length;
    zip->end = end;
    return true;
}

bool fan_copy_zip_next(fan_copy_zip *zip, fan_copy_zip_entry *entry)
{
    const unsigned char *at = zip->at;
    if (zip->end - at < ENTRY_BYTES || !is_record(at, "\1\2"))
        return false;
    size_t name = number(at + 28, 2);
    size_t all = ENTRY_BYTES + name + number(at + 30, 2) + number(at + 32, 2);
    if ((size_t)(zip->end - at) < all)
        return false;
    bool has_mode = at[5] == MADE_ON_UNIX;
    *entry = (fan_copy_zip_entry){.name = (const char *)at + ENTRY_BYTES,
                                  .name_bytes = name,
                                  .utf8 = (number(at + 8, 2) & UTF8_NAME) != 0,
                                  .mode = has_mode ? (mode_t)number(at + 40, 2) : 0};
    zip->at += all;
    return true;
}
