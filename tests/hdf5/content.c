/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tests/hdf5/content.h"

#include <stdlib.h>
#include <string.h>

static void mix(uint64_t *hash, const void *data, size_t bytes)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < bytes; i++)
        *hash = (*hash ^ byte[i]) * 0x100000001b3u;
}

static void mix_number(uint64_t *hash, int64_t number)
{
    mix(hash, &number, sizeof number);
}

/* Elements in memory, which HDF5 has read there. */
static void mix_elements(uint64_t *hash, hid_t type, size_t count, const void *data)
{
    if (H5Tis_variable_str(type) > 0) {
        char *const *strings = data;
        for (size_t i = 0; i < count; i++)
            if (strings[i] != NULL)
                mix(hash, strings[i], strlen(strings[i]));
    } else if (H5Tdetect_class(type, H5T_VLEN) <= 0) {
        mix(hash, data, count * H5Tget_size(type));
    }
}

static void mix_data(uint64_t *hash, hid_t object, bool is_attribute)
{
    hid_t file_type = is_attribute ? H5Aget_type(object) : H5Dget_type(object);
    hid_t space = is_attribute ? H5Aget_space(object) : H5Dget_space(object);
    hid_t type = H5Tget_native_type(file_type, H5T_DIR_ASCEND);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    mix_number(hash, H5Tget_class(file_type));
    mix_number(hash, count);
    if (type >= 0 && count > 0 && count < 1 << 27) {
        void *data = calloc((size_t)count, H5Tget_size(type));
        herr_t code = is_attribute ? H5Aread(object, type, data)
                                   : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
        mix_number(hash, code);
        if (code >= 0) {
            mix_elements(hash, type, (size_t)count, data);
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, data);
        }
        free(data);
    }
    H5Tclose(file_type);
    H5Sclose(space);
    H5Tclose(type);
}

static herr_t mix_attribute(hid_t object, const char *name, const H5A_info_t *info, void *hash)
{
    (void)info;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    mix(hash, name, strlen(name));
    if (attribute >= 0)
        mix_data(hash, attribute, true);
    H5Aclose(attribute);
    return 0;
}

static void mix_object(uint64_t *hash, hid_t object)
{
    mix_number(hash, H5Iget_type(object));
    mix_number(hash, H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, mix_attribute, hash));
    if (H5Iget_type(object) == H5I_DATASET)
        mix_data(hash, object, false);
}

static herr_t mix_link(hid_t group, const char *name, const H5L_info_t *info, void *hash)
{
    mix(hash, name, strlen(name));
    mix_number(hash, info->type);
    if (info->type != H5L_TYPE_HARD)
        return 0;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    mix_number(hash, object >= 0);
    if (object >= 0) {
        mix_object(hash, object);
        H5Oclose(object);
    }
    return 0;
}

uint64_t content_hash(hid_t file_or_group)
{
    uint64_t hash = 0xcbf29ce484222325u;
    hid_t root = H5Gopen2(file_or_group, ".", H5P_DEFAULT);
    if (root >= 0) {
        mix_object(&hash, root);
        mix_number(&hash, H5Lvisit(root, H5_INDEX_NAME, H5_ITER_INC, mix_link, &hash));
        H5Gclose(root);
    }
    return hash;
}

uint64_t content_hash_of(const char *path)
{
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0)
        return 0;
    uint64_t hash = content_hash(file);
    H5Fclose(file);
    return hash;
}

typedef struct topmost {
    const char *text;
    bool ours, has_text;
} topmost;

static herr_t look(unsigned n, const H5E_error2_t *error, void *state)
{
    topmost *top = state;
    char type_class[32] = "";
    if (n == 0) {
        top->has_text = error->desc != NULL && strstr(error->desc, top->text) != NULL;
        H5Eget_class_name(error->cls_id, type_class, sizeof type_class);
        top->ours = strcmp(type_class, "fanout") == 0;
    }
    return 0;
}

bool error_says(const char *text)
{
    topmost top = {.text = text};
    hid_t stack = H5Eget_current_stack(); /* which other calls clear */
    H5Ewalk2(stack, H5E_WALK_DOWNWARD, look, &top);
    H5Eset_current_stack(stack);
    return top.ours && top.has_text;
}
