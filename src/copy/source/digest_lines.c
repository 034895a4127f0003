/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "copy/job/memory.h"
#include "copy/model/pieces.h"
#include "copy/source/digest_lines.h"
#include "copy/source/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

bool fan_copy_digest_lines_open(fan_copy_digest_lines *digests, const char *algorithm,
                                char *const *sources, const fan_copy_manifest *manifest)
{
    *digests = (fan_copy_digest_lines){
        .sources = sources, .manifest = manifest, .end = manifest->entry_count};
    digests->sum = fan_copy_openssl_digest_create(algorithm, digests->error, sizeof digests->error);
    if (digests->sum == NULL)
        return false;
    digests->lines = open_memstream(&digests->text, &digests->length);
    if (digests->lines == NULL)
        fan_copy_describe_errno(digests->error, sizeof digests->error, "cannot keep checksums",
                                errno);
    return digests->lines != NULL;
}

void fan_copy_digest_lines_limit(fan_copy_digest_lines *digests, int64_t first, int64_t end)
{
    digests->entry = first;
    digests->end = end;
}

static void update(fan_copy_digest_lines *digests, const void *data, size_t bytes)
{
    if (!fan_copy_openssl_digest_update(digests->sum, data, bytes) && digests->error[0] == '\0')
        snprintf(digests->error, sizeof digests->error, "OpenSSL cannot compute the checksum");
    digests->position += (int64_t)bytes;
}

/* Read what was not: a hole, or pieces that all hosts have. */
static void catch_up(fan_copy_digest_lines *digests, int64_t end)
{
    if (digests->position >= end)
        return;
    char *path = fan_copy_scan_content(digests->sources, digests->manifest,
                                       &digests->manifest->entries[digests->entry]);
    char *data = fan_copy_allocate(1, FAN_COPY_BLOCK);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : 1;
    while (got > 0 && digests->position < end) {
        size_t part = (size_t)MIN(end - digests->position, FAN_COPY_BLOCK);
        got = fan_file_read_at(fd, data, part, digests->position);
        if (got > 0)
            update(digests, data, (size_t)got);
    }
    if (digests->position < end && digests->error[0] == '\0')
        fan_copy_describe_errno(digests->error, sizeof digests->error,
                                "cannot read the source for its checksum",
                                got < 0 ? errno : ENODATA);
    if (fd >= 0)
        close(fd);
    free(data);
    free(path);
}

static void end_entry(fan_copy_digest_lines *digests)
{
    char text[FAN_COPY_OPENSSL_DIGEST_TEXT];
    const fan_copy_entry *entry = &digests->manifest->entries[digests->entry];
    /* A hard link's data does not come again: it is read, from memory most likely. */
    const fan_copy_entry *file =
        entry->kind == FAN_COPY_HARD_LINK ? &digests->manifest->entries[entry->same_as] : entry;
    if (file->kind == FAN_COPY_REGULAR) {
        catch_up(digests, file->bytes);
        char *path = fan_copy_scan_path(digests->sources, digests->manifest, entry);
        if (fan_copy_openssl_digest_finish(digests->sum, text))
            fan_copy_openssl_digest_print(digests->lines, text, path);
        else if (digests->error[0] == '\0')
            snprintf(digests->error, sizeof digests->error, "OpenSSL cannot finish the checksum");
        free(path);
    }
    digests->entry++;
    digests->position = 0;
}

void fan_copy_digest_lines_add(fan_copy_digest_lines *digests, int64_t entry, int64_t offset,
                               const void *data, size_t bytes)
{
    if (digests->sum == NULL || bytes == 0) /* 0: standard input has ended */
        return;
    while (digests->entry < entry)
        end_entry(digests);
    catch_up(digests, offset);
    update(digests, data, bytes);
}

static bool end(fan_copy_digest_lines *digests)
{
    while (digests->entry < digests->end)
        end_entry(digests);
    return fflush(digests->lines) == 0;
}

bool fan_copy_digest_lines_only(fan_copy_digest_lines *digests, char *sum)
{
    if (!end(digests) && digests->error[0] == '\0')
        fan_copy_describe_errno(digests->error, sizeof digests->error, "cannot keep checksums",
                                errno);
    /* A backslash before it belongs to the name. */
    snprintf(sum, FAN_COPY_OPENSSL_DIGEST_TEXT, "%s", digests->text + (digests->text[0] == '\\'));
    sum[strcspn(sum, " ")] = '\0';
    return digests->error[0] == '\0';
}

bool fan_copy_digest_lines_print(fan_copy_digest_lines *digests, FILE *file)
{
    if (!end(digests) || fwrite(digests->text, 1, digests->length, file) != digests->length ||
        fflush(file) != 0)
        fan_copy_describe_errno(digests->error, sizeof digests->error, "cannot print checksums",
                                errno);
    return digests->error[0] == '\0';
}

void fan_copy_digest_lines_close(fan_copy_digest_lines *digests)
{
    fan_copy_openssl_digest_free(digests->sum);
    if (digests->lines != NULL)
        fclose(digests->lines);
    free(digests->text);
    *digests = (fan_copy_digest_lines){0};
}
