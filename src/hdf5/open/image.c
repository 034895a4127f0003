/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/open/image.h"

#include "base/log.h"
#include "comm/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- memory ---- */

/* Collective over the node. False, on all of its ranks, if they cannot share. */
static bool share_on_node(MPI_Comm node, size_t bytes, fan_h5_image *image)
{
    fan_comm_party party = {.comm = node};
    MPI_Comm_rank(node, &party.self);
    MPI_Comm_size(node, &party.members);
    fan_segment_part part = {0, party.self == 0 ? bytes : 0};
    image->filled_here = party.self == 0;
    if (fan_comm_segment(&party, bytes, part, &image->pages, NULL) == FAN_OK)
        return true;
    fan_warn("ranks of this node cannot share the image of a file; each allocates %zu bytes: %s",
             bytes, fan_fail_text());
    return false;
}

static bool take_own(fan_h5_call *call, size_t bytes, fan_h5_image *image)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return fan_h5_fail(&call->errors, "no memory for the image of a file of %zu bytes: %s",
                           bytes, strerror(errno));
    image->pages = (fan_segment){memory, bytes};
    image->filled_here = true;
    return true;
}

/* The root is the first rank of its node: it fills the image. */
static bool take_memory(fan_h5_call *call, size_t bytes, bool share, fan_h5_image *image)
{
    MPI_Comm node;
    int members, key = fan_h5_is_root(call) ? 0 : call->rank + 1;
    int code = MPI_Comm_split_type(call->comm, MPI_COMM_TYPE_SHARED, key, MPI_INFO_NULL, &node);
    if (code != MPI_SUCCESS)
        return fan_h5_fail_by_mpi(&call->errors, code, "MPI_Comm_split_type");
    MPI_Comm_size(node, &members);
    bool shared = share && members > 1 && share_on_node(node, bytes, image);
    MPI_Comm_free(&node);
    return shared || take_own(call, bytes, image);
}

fan_h5_image *fan_h5_image_make(fan_h5_call *call, size_t bytes, bool share)
{
    fan_h5_image *image = calloc(1, sizeof *image);
    if (image == NULL)
        fan_h5_fail(&call->errors, "no memory for an image");
    if (!fan_h5_agree(call, NULL)) {
        free(image);
        return NULL;
    }
    image->references = 1;
    if (take_memory(call, bytes, share, image))
        return image;
    free(image);
    return NULL;
}

int fan_h5_image_fill(void *state, MPI_Count offset, const void *data, size_t bytes)
{
    fan_h5_image *image = state;
    memcpy((char *)image->pages.memory + offset, data, bytes);
    return 0;
}

void fan_h5_image_drop(fan_h5_image *image)
{
    if (--image->references > 0)
        return;
    fan_segment_release(&image->pages);
    free(image);
}

/* ---- what HDF5 calls ---- */

/* A file takes the image by this and releases it by give_back; a property list by hold and drop. */
static void *give(size_t bytes, H5FD_file_image_op_t operation, void *state)
{
    fan_h5_image *image = state;
    if (bytes != image->pages.bytes)
        return NULL;
    image->references += operation == H5FD_FILE_IMAGE_OP_FILE_OPEN;
    return image->pages.memory;
}

/* The bytes are in place already. */
static void *copy(void *to, const void *from, size_t bytes, H5FD_file_image_op_t operation,
                  void *state)
{
    (void)bytes, (void)operation, (void)state;
    return to == from ? to : NULL;
}

/* Only a file that is written changes its size. */
static void *resize(void *memory, size_t bytes, H5FD_file_image_op_t operation, void *state)
{
    (void)memory, (void)bytes, (void)operation, (void)state;
    return NULL;
}

static herr_t give_back(void *memory, H5FD_file_image_op_t operation, void *state)
{
    (void)memory;
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE)
        fan_h5_image_drop(state);
    return 0;
}

static void *hold(void *state)
{
    fan_h5_image *image = state;
    image->references++;
    return image;
}

static herr_t drop(void *state)
{
    fan_h5_image_drop(state);
    return 0;
}

static hid_t make_access(fan_h5_image *image)
{
    H5FD_file_image_callbacks_t callbacks = {give, copy, resize, give_back, hold, drop, image};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return access;
    if (H5Pset_fapl_core(access, 64 * 1024, 0) >= 0 &&
        H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
        H5Pset_file_image(access, image->pages.memory, image->pages.bytes) >= 0)
        return access;
    H5Pclose(access);
    return H5I_INVALID_HID;
}

hid_t fan_h5_image_open(fan_h5_image *image, const char *name, const char *path,
                        fan_h5_errors *errors)
{
    if (fan_segment_protect(&image->pages) != FAN_OK) {
        fan_h5_fail(errors, "%s", fan_fail_text());
        return H5I_INVALID_HID;
    }
    hid_t access = make_access(image);
    if (access < 0) {
        fan_h5_fail_by_hdf5(errors, "HDF5 does not accept an image of %s", path);
        return H5I_INVALID_HID;
    }
    hid_t file = H5Fopen(name, H5F_ACC_RDONLY, access);
    if (file < 0)
        fan_h5_fail_by_hdf5(errors, "HDF5 cannot open %s", path);
    H5Pclose(access);
    return file;
}
