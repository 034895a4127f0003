/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/job/memory.h"
#include "copy/model/pieces.h"
#include "copy/part/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct header {
    char magic[8];
    int64_t block; /* pieces of another size cannot be used */
    int64_t bytes, seconds, nanoseconds;
    uint64_t inode;
    XXH64_hash_t check;
} header;

static header describe(const fan_copy_entry *entry)
{
    header h = {.magic = {'f', 'a', 'n', 'o', 'u', 't', 'j', '1'},
                .block = FAN_COPY_BLOCK,
                .bytes = entry->bytes,
                .seconds = entry->modified.tv_sec,
                .nanoseconds = entry->modified.tv_nsec,
                .inode = entry->inode};
    h.check = XXH3_64bits(&h, offsetof(header, check));
    return h;
}

int fan_copy_journal_create(const char *path, const fan_copy_entry *entry)
{
    unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    header h = describe(entry);
    if (fd >= 0 && !fan_file_write(fd, &h, sizeof h)) {
        int error = errno;
        close(fd);
        unlink(path);
        errno = error;
        return -1;
    }
    return fd;
}

bool fan_copy_journal_add(int fd, int64_t offset, int64_t bytes, XXH128_hash_t hash)
{
    fan_copy_record record = {.offset = offset, .bytes = bytes, .hash = hash};
    record.check = XXH3_64bits(&record, offsetof(fan_copy_record, check));
    return fan_file_write(fd, &record, sizeof record);
}

static bool is_good(const fan_copy_record *record, const fan_copy_entry *entry)
{
    return record->check == XXH3_64bits(record, offsetof(fan_copy_record, check)) &&
           record->offset >= 0 && record->bytes > 0 && record->bytes <= FAN_COPY_BLOCK &&
           record->offset <= entry->bytes - record->bytes;
}

static bool is_about(int fd, const fan_copy_entry *entry)
{
    header expected = describe(entry), found;
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
           fan_file_read(fd, &found, sizeof found) == (ssize_t)sizeof found &&
           memcmp(&found, &expected, sizeof found) == 0;
}

static void read_records(int fd, const fan_copy_entry *entry, fan_copy_record **records,
                         int64_t *count)
{
    size_t room = 0;
    fan_copy_record record;
    while (fan_file_read(fd, &record, sizeof record) == (ssize_t)sizeof record &&
           is_good(&record, entry)) {
        fan_copy_grow(records, &room, *count + 1, sizeof record);
        (*records)[(*count)++] = record;
    }
}

int fan_copy_journal_continue(const char *path, const fan_copy_entry *entry,
                              fan_copy_record **records, int64_t *count)
{
    *records = NULL;
    *count = 0;
    int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (is_about(fd, entry)) {
        read_records(fd, entry, records, count);
        off_t end = (off_t)(sizeof(header) + (size_t)*count * sizeof(fan_copy_record));
        if (ftruncate(fd, end) == 0 && lseek(fd, end, SEEK_SET) == end)
            return fd;
    }
    close(fd);
    free(*records);
    *records = NULL;
    *count = 0;
    return -1;
}
