/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/array.h"
#include "copy/extract/layers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* A tar ends with two blocks of zeros. */
enum { END_OF_TAR = 2 * 512 };

/* The directory of a zip is read into memory. */
enum { LONGEST_REST = 256 << 20 };

/* ---- decompression ---- */

static ssize_t give_arrived(struct archive *outer, void *state, const void **data)
{
    fan_copy_layers *layers = state;
    ssize_t got = fan_copy_gunzip_pull(&layers->gunzip, data);
    if (got >= 0)
        return got;
    layers->stopped = layers->gunzip.error == NULL;
    archive_set_error(outer, EINVAL, "%s", layers->stopped ? "stopped" : layers->gunzip.error);
    return -1;
}

static void remember_end(fan_copy_layers *layers)
{
    size_t bytes = MIN(layers->block_bytes, sizeof layers->before);
    size_t old = MIN(layers->before_bytes, sizeof layers->before - bytes);
    if (bytes == 0)
        return;
    memmove(layers->before, layers->before + layers->before_bytes - old, old);
    memcpy(layers->before + old, (const char *)layers->block + layers->block_bytes - bytes, bytes);
    layers->before_bytes = old + bytes;
}

/* The next block. 0 at the end, negative if that fails. */
static ssize_t decompress(fan_copy_layers *layers)
{
    int64_t offset;
    remember_end(layers);
    layers->block_bytes = 0;
    int code;
    do {
        code =
            archive_read_data_block(layers->outer, &layers->block, &layers->block_bytes, &offset);
    } while (code == ARCHIVE_OK && layers->block_bytes == 0);
    layers->bytes += (int64_t)layers->block_bytes;
    return code == ARCHIVE_EOF ? 0 : code == ARCHIVE_OK ? (ssize_t)layers->block_bytes : -1;
}

static ssize_t give_decompressed(struct archive *entries, void *state, const void **data)
{
    fan_copy_layers *layers = state;
    ssize_t got = decompress(layers);
    if (got < 0)
        archive_set_error(entries, archive_errno(layers->outer), "%s",
                          archive_error_string(layers->outer));
    *data = layers->block;
    return got;
}

/* ---- opening ---- */

void fan_copy_layers_explain(fan_copy_layers *layers, struct archive *failed, char *text,
                             size_t size)
{
    const char *reason = archive_error_string(failed);
    if (layers->stopped)
        snprintf(text, size, "it did not arrive completely");
    else
        snprintf(text, size,
                 "the archive is damaged or not complete: %s; make it again, and see that it can "
                 "be listed (tar t, unzip -t)",
                 reason != NULL ? reason : "it ends in the middle");
}

static bool open_outer(fan_copy_layers *layers)
{
    struct archive *outer = layers->outer = archive_read_new();
    struct archive_entry *whole;
    return outer != NULL && archive_read_support_filter_bzip2(outer) == ARCHIVE_OK &&
           archive_read_support_filter_xz(outer) == ARCHIVE_OK &&
           archive_read_support_filter_lzma(outer) == ARCHIVE_OK &&
           archive_read_support_filter_zstd(outer) == ARCHIVE_OK &&
           archive_read_support_filter_lz4(outer) == ARCHIVE_OK &&
           archive_read_support_format_raw(outer) == ARCHIVE_OK &&
           archive_read_open(outer, layers, NULL, give_arrived, NULL) == ARCHIVE_OK &&
           archive_read_next_header(outer, &whole) == ARCHIVE_OK;
}

static bool open_entries(fan_copy_layers *layers)
{
    struct archive *entries = layers->entries = archive_read_new();
    return entries != NULL && archive_read_support_format_tar(entries) == ARCHIVE_OK &&
           archive_read_support_format_cpio(entries) == ARCHIVE_OK &&
           archive_read_support_format_zip_streamable(entries) == ARCHIVE_OK &&
           archive_read_open(entries, layers, NULL, give_decompressed, NULL) == ARCHIVE_OK;
}

bool fan_copy_layers_open(fan_copy_layers *layers, fan_copy_extract_pull_fn *pull, void *state,
                          char *text, size_t size)
{
    *layers = (fan_copy_layers){0};
    fan_copy_gunzip_open(&layers->gunzip, pull, state);
    if (open_outer(layers) && open_entries(layers))
        return true;
    struct archive *failed = layers->entries != NULL ? layers->entries : layers->outer;
    const char *reason = failed != NULL ? archive_error_string(failed) : "out of memory";
    snprintf(text, size,
             "is not an archive that can be unpacked: %s; tar, pax, cpio and zip can, also "
             "compressed by gzip, bzip2, xz, zstd or lz4",
             layers->stopped  ? "it did not arrive"
             : reason != NULL ? reason
                              : "it is empty");
    return false;
}

bool fan_copy_layers_is_zip(const fan_copy_layers *layers)
{
    return (archive_format(layers->entries) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
}

/* ---- the end ---- */

static bool keep(fan_copy_layers *layers, const void *data, size_t bytes)
{
    if (!fan_copy_layers_is_zip(layers) || bytes == 0)
        return true;
    if (layers->rest_bytes + bytes > LONGEST_REST ||
        !fan_array_reserve(&layers->rest, &layers->rest_room, layers->rest_bytes + bytes, 1))
        return false;
    memcpy(layers->rest + layers->rest_bytes, data, bytes);
    layers->rest_bytes += bytes;
    return true;
}

static bool keep_rest(fan_copy_layers *layers, char *text, size_t size)
{
    bool kept = keep(layers, layers->before, layers->before_bytes) &&
                keep(layers, layers->block, layers->block_bytes);
    for (ssize_t got; kept && (got = decompress(layers)) != 0;) {
        if (got < 0) {
            fan_copy_layers_explain(layers, layers->outer, text, size);
            return false;
        }
        kept = keep(layers, layers->block, layers->block_bytes);
    }
    if (!kept)
        snprintf(text, size, "the directory at the end of the zip does not fit into memory");
    return kept;
}

/* The reader takes the end of the data for the end of a tar, wherever it comes. */
static bool has_end(const fan_copy_layers *layers)
{
    bool is_tar =
        (archive_format(layers->entries) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    return !is_tar || layers->bytes - archive_read_header_position(layers->entries) >= END_OF_TAR;
}

bool fan_copy_layers_finish(fan_copy_layers *layers, char *text, size_t size)
{
    if (!keep_rest(layers, text, size))
        return false;
    if (has_end(layers))
        return true;
    snprintf(text, size,
             "the archive is not complete: it has no end (two blocks of zeros); make it again, and "
             "see that all of it was written");
    return false;
}

void fan_copy_layers_close(fan_copy_layers *layers)
{
    archive_read_free(layers->entries);
    archive_read_free(layers->outer);
    fan_copy_gunzip_close(&layers->gunzip);
    free(layers->rest);
    *layers = (fan_copy_layers){0};
}
