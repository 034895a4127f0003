/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/read/producer.h"

#include "hdf5/read/thread.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1024 * 1024, BAND_BYTES = 64 * 1024 * 1024 };

/* ---- reading ---- */

static bool read_piece(fan_h5_producer *p, hid_t piece, hsize_t count, unsigned char *into)
{
    hid_t memory = H5Screate_simple(1, &count, NULL);
    bool good =
        memory >= 0 && H5Dread(p->dataset, p->wire, memory, piece, p->properties, into) >= 0;
    if (!good)
        fan_h5_fail_by_hdf5(p->errors, "the dataset cannot be read");
    if (memory >= 0)
        H5Sclose(memory);
    return good;
}

static bool read_marked(fan_h5_producer *p, hid_t piece, hsize_t count, int read)
{
    memset(p->reads[read], p->marks.of[read], (size_t)count * p->wire_size);
    return read_piece(p, piece, count, p->reads[read]);
}

static bool is_untouched(const fan_h5_producer *p, size_t i, int read)
{
    return fan_h5_holes_untouched(p->reads[read], i, p->wire_size, p->marks.of[read]);
}

/* How many elements look like holes after the first read. */
static size_t count_untouched(const fan_h5_producer *p, hsize_t count)
{
    size_t untouched = 0;
    for (size_t i = 0; i < count; i++)
        untouched += is_untouched(p, i, 0);
    return untouched;
}

/* The second read is for data that looks like the mark. Then the next block has other marks. */
static bool read_with_holes(fan_h5_producer *p, hid_t piece, hsize_t count, unsigned char *into)
{
    size_t size = p->wire_size;
    if (!read_marked(p, piece, count, 0))
        return false;
    size_t looks_untouched = count_untouched(p, count), holes = 0;
    bool twice = looks_untouched > 0;
    if (twice && !read_marked(p, piece, count, 1))
        return false;
    for (size_t i = 0; i < count; i++, into += size + 1) {
        bool hole = twice && is_untouched(p, i, 0) && is_untouched(p, i, 1);
        into[size] = hole;
        holes += hole;
        if (hole)
            memset(into, 0, size);
        else
            memcpy(into, p->reads[0] + i * size, size);
    }
    if (holes < looks_untouched)
        p->marks = fan_h5_holes_choose_marks(p->reads[0], (size_t)count, size);
    return true;
}

static bool read_block(fan_h5_producer *p, fan_h5_block *block)
{
    hsize_t count;
    hid_t piece = fan_h5_cut_next(&p->cut, &count);
    if (piece < 0)
        return fan_h5_fail_by_hdf5(p->errors, "the selection in the file cannot be cut");
    bool has_holes = p->reads[0] != NULL;
    bool good = has_holes ? read_with_holes(p, piece, count, block->data)
                          : read_piece(p, piece, count, block->data);
    H5Sclose(piece);
    block->bytes = (size_t)count * (p->wire_size + has_holes);
    /* The others get their data, even if the root cannot use it. */
    if (good && p->own != NULL &&
        fan_h5_consumer_take(p->own, p->read, block->data, block->bytes) != 0)
        p->own = NULL;
    p->read += (MPI_Count)block->bytes;
    return good;
}

/* ---- the thread ---- */

static bool wait_for_room(fan_h5_producer *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->stopped && p->blocks_read - p->blocks_sent == FAN_H5_BLOCKS)
        pthread_cond_wait(&p->changed, &p->lock);
    bool goes_on = !p->stopped;
    pthread_mutex_unlock(&p->lock);
    return goes_on;
}

static void announce(fan_h5_producer *p, bool good)
{
    pthread_mutex_lock(&p->lock);
    p->blocks_read += good;
    p->failed = !good;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static void *read_all(void *producer)
{
    fan_h5_producer *p = producer;
    bool good = true;
    fan_h5_errors_keep_quiet();
    while (good && p->cut.done < p->cut.total && wait_for_room(p)) {
        good = read_block(p, &p->blocks[p->blocks_read % FAN_H5_BLOCKS]);
        announce(p, good);
    }
    return NULL;
}

/* ---- beginning and end ---- */

/* Drivers that do not call MPI. */
static bool may_read_in_thread(hid_t dataset)
{
    hid_t file = H5Iget_file_id(dataset);
    hid_t access = file < 0 ? H5I_INVALID_HID : H5Fget_access_plist(file);
    hid_t driver = access < 0 ? H5I_INVALID_HID : H5Pget_driver(access);
    if (access >= 0)
        H5Pclose(access);
    if (file >= 0)
        H5Fclose(file);
    return driver >= 0 && (driver == H5FD_SEC2 || driver == H5FD_STDIO || driver == H5FD_CORE);
}

/* NULL if the dataset has no chunks. */
static const hsize_t *find_chunk(hid_t dataset, hsize_t *chunk)
{
    hid_t properties = H5Dget_create_plist(dataset);
    bool chunked = H5Pget_layout(properties) == H5D_CHUNKED &&
                   H5Pget_chunk(properties, H5S_MAX_RANK, chunk) > 0;
    H5Pclose(properties);
    return chunked ? chunk : NULL;
}

static bool begin_cut(fan_h5_producer *p, hid_t space)
{
    hsize_t chunk[H5S_MAX_RANK];
    hsize_t limit = p->wire_size < BLOCK_BYTES ? BLOCK_BYTES / p->wire_size : 1;
    hsize_t band_limit = p->wire_size < BAND_BYTES ? BAND_BYTES / p->wire_size : 1;
    if (!fan_h5_cut_begin(&p->cut, space, limit, find_chunk(p->dataset, chunk), band_limit))
        return fan_h5_fail_by_hdf5(p->errors, "the selection in the file cannot be cut");
    return true;
}

/* What H5Dread should leave alone must not be anything that this process has had in memory. */
static bool take_memory(fan_h5_producer *p, size_t element, unsigned char **memory)
{
    *memory = calloc((size_t)p->cut.largest, element);
    return *memory != NULL || fan_h5_fail(p->errors, "no memory for a block of %zu bytes",
                                          (size_t)p->cut.largest * element);
}

static bool allocate(fan_h5_producer *p, bool has_holes)
{
    for (int i = 0; i < FAN_H5_BLOCKS; i++)
        if (!take_memory(p, p->wire_size + has_holes, &p->blocks[i].data))
            return false;
    for (int i = 0; has_holes && i < 2; i++)
        if (!take_memory(p, p->wire_size, &p->reads[i]))
            return false;
    return true;
}

bool fan_h5_producer_begin(fan_h5_producer *producer, hid_t dataset, hid_t space, hid_t properties,
                           hid_t wire, bool has_holes, fan_h5_consumer *own, fan_h5_errors *errors)
{
    *producer = (fan_h5_producer){.dataset = dataset,
                                  .properties = properties,
                                  .wire = wire,
                                  .wire_size = H5Tget_size(wire),
                                  .marks = fan_h5_holes_first_marks(),
                                  .own = own,
                                  .errors = errors};
    pthread_mutex_init(&producer->lock, NULL);
    pthread_cond_init(&producer->changed, NULL);
    if (!begin_cut(producer, space) || !allocate(producer, has_holes))
        return false;
    producer->may_thread =
        producer->cut.total > producer->cut.largest && may_read_in_thread(dataset);
    return true;
}

void fan_h5_producer_stop(fan_h5_producer *producer)
{
    if (!producer->threaded)
        return;
    pthread_mutex_lock(&producer->lock);
    producer->stopped = true;
    pthread_cond_signal(&producer->changed);
    pthread_mutex_unlock(&producer->lock);
    pthread_join(producer->thread, NULL);
    producer->threaded = false;
}

void fan_h5_producer_end(fan_h5_producer *producer)
{
    fan_h5_probe_end(producer->probe);
    for (int i = 0; i < FAN_H5_BLOCKS; i++)
        free(producer->blocks[i].data);
    for (int i = 0; i < 2; i++)
        free(producer->reads[i]);
    pthread_cond_destroy(&producer->changed);
    pthread_mutex_destroy(&producer->lock);
}

/* ---- giving ---- */

/* If the thread cannot be started, this is tried again; until then this thread reads. */
static void start_if_possible(fan_h5_producer *p)
{
    if (p->probe == NULL)
        p->probe = fan_h5_probe_begin();
    else if (fan_h5_probe_passed(p->probe))
        p->threaded = fan_h5_thread_start(&p->thread, read_all, p);
}

/* The block that is to be sent, when it has been read; NULL after a failure. */
static const fan_h5_block *current(fan_h5_producer *p)
{
    if (!p->threaded && p->blocks_read == p->blocks_sent)
        announce(p, read_block(p, &p->blocks[p->blocks_read % FAN_H5_BLOCKS]));
    pthread_mutex_lock(&p->lock);
    while (p->blocks_read == p->blocks_sent && !p->failed)
        pthread_cond_wait(&p->changed, &p->lock);
    const fan_h5_block *block =
        p->blocks_read == p->blocks_sent ? NULL : &p->blocks[p->blocks_sent % FAN_H5_BLOCKS];
    pthread_mutex_unlock(&p->lock);
    return block;
}

static void end_block(fan_h5_producer *p)
{
    p->used = 0;
    pthread_mutex_lock(&p->lock);
    p->blocks_sent++;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

int fan_h5_producer_give(void *producer, MPI_Count offset, void *buffer, size_t bytes)
{
    (void)offset;
    fan_h5_producer *p = producer;
    if (p->may_thread && !p->threaded && p->cut.done < p->cut.total)
        start_if_possible(p);
    for (size_t done = 0; done < bytes;) {
        const fan_h5_block *block = current(p);
        if (block == NULL)
            return -1;
        size_t left = block->bytes - p->used, some = bytes - done < left ? bytes - done : left;
        memcpy((unsigned char *)buffer + done, block->data + p->used, some);
        done += some;
        p->used += some;
        if (p->used == block->bytes)
            end_block(p);
    }
    return 0;
}
