/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/objects/walk.h"

#include "base/array.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

/* An object that a link leads to. */
typedef struct found {
    haddr_t address;
    const struct found *above; /* the group of the link */
    char name[];
} found;

typedef struct walking {
    const fan_h5_walk *walk;
    hid_t top;
    const char *top_path;
    found **objects; /* in the order in which they are looked at */
    size_t count, room;
    void *tree;         /* of the same, by address */
    const found *group; /* whose links are being looked at; NULL: the top */
    fan_h5_walk_end end;
} walking;

/* ---- objects ---- */

static int by_address(const void *a, const void *b)
{
    haddr_t one = ((const found *)a)->address, two = ((const found *)b)->address;
    return (one > two) - (one < two);
}

static found *make_found(const walking *w, haddr_t address, const char *name)
{
    found *f = malloc(sizeof *f + strlen(name) + 1);
    if (f == NULL)
        return NULL;
    f->address = address;
    f->above = w->group;
    strcpy(f->name, name);
    return f;
}

static fan_h5_walk_end add(walking *w, haddr_t address, const char *name)
{
    found *f = make_found(w, address, name);
    if (f == NULL || !fan_array_reserve(&w->objects, &w->room, w->count + 1, sizeof *w->objects)) {
        free(f);
        return FAN_H5_WALK_NO_MEMORY;
    }
    found **in_tree = tsearch(f, &w->tree, by_address);
    if (in_tree != NULL && *in_tree == f)
        w->objects[w->count++] = f;
    else
        free(f);
    return in_tree == NULL ? FAN_H5_WALK_NO_MEMORY : FAN_H5_WALK_WHOLE;
}

static size_t path_length(const found *f)
{
    size_t length = 0;
    for (; f != NULL; f = f->above)
        length += strlen(f->name) + 1;
    return length;
}

/* For the caller to free. */
static char *path_of(const walking *w, const found *above, const char *name)
{
    size_t top = strlen(w->top_path), at = top + path_length(above) + strlen(name) + 1;
    char *path = malloc(at + 1);
    if (path == NULL)
        return NULL;
    path[at] = '\0';
    memcpy(path, w->top_path, top);
    for (;; above = above->above) {
        at -= strlen(name);
        memcpy(path + at, name, strlen(name));
        path[--at] = '/';
        if (above == NULL)
            return path;
        name = above->name;
    }
}

/* ---- steps ---- */

/* The path, from its end on as far as there is room. */
static const char *place_of(const walking *w, const found *f, char *text)
{
    static const char more[] = "...";
    size_t at = FAN_H5_WALK_PLACE_BYTES - 1;
    text[at] = '\0';
    for (; f != NULL; f = f->above) {
        size_t length = strlen(f->name);
        if (length + 1 + strlen(more) > at)
            break;
        memcpy(text + (at -= length), f->name, length);
        text[--at] = '/';
    }
    const char *before = f != NULL ? more : w->top_path;
    size_t length = MIN(strlen(before), at);
    return memcpy(text + at - length, before, length);
}

static void step(const walking *w, const found *f)
{
    char place[FAN_H5_WALK_PLACE_BYTES];
    if (w->walk->at_step != NULL)
        w->walk->at_step(w->walk->step_state, place_of(w, f, place));
}

static void step_in_group(const walking *w)
{
    if (w->walk->at_step != NULL)
        w->walk->at_step(w->walk->step_state, NULL);
}

/* ---- links ---- */

static fan_h5_walk_end at_external(walking *w, hid_t group, const char *name, size_t bytes)
{
    if (w->walk->at_external_link == NULL)
        return FAN_H5_WALK_WHOLE;
    char *path = path_of(w, w->group, name);
    if (path == NULL)
        return FAN_H5_WALK_NO_MEMORY;
    bool good = w->walk->at_external_link(w->walk->state, group, name, bytes, path);
    free(path);
    return good ? FAN_H5_WALK_WHOLE : FAN_H5_WALK_ENDED;
}

/*
 * What a soft link leads to has a hard link as well, or does not exist. Other kinds of links are
 * the program's own.
 */
static herr_t look_at_link(hid_t group, const char *name, const H5L_info_t *info, void *state)
{
    walking *w = state;
    step_in_group(w);
    if (info->type == H5L_TYPE_HARD)
        w->end = add(w, info->u.address, name);
    else if (info->type == H5L_TYPE_EXTERNAL)
        w->end = at_external(w, group, name, info->u.val_size);
    return w->end != FAN_H5_WALK_WHOLE;
}

/* ---- the walk ---- */

static fan_h5_walk_end at_dataset(const walking *w, hid_t dataset, const found *f)
{
    if (w->walk->at_dataset == NULL)
        return FAN_H5_WALK_WHOLE;
    char *path = f == NULL ? strdup(w->top_path) : path_of(w, f->above, f->name);
    if (path == NULL)
        return FAN_H5_WALK_NO_MEMORY;
    bool good = w->walk->at_dataset(w->walk->state, dataset, path);
    free(path);
    return good ? FAN_H5_WALK_WHOLE : FAN_H5_WALK_ENDED;
}

/* NULL: the top. */
static void look_at(walking *w, hid_t object, const found *f)
{
    H5I_type_t type = H5Iget_type(object);
    w->group = f;
    if (type == H5I_DATASET)
        w->end = at_dataset(w, object, f);
    else if (type == H5I_GROUP || type == H5I_FILE)
        H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, look_at_link, w);
}

static void look_at_found(walking *w, const found *f)
{
    step(w, f);
    hid_t object = H5Oopen_by_addr(w->top, f->address);
    if (object < 0)
        return;
    look_at(w, object, f);
    H5Oclose(object);
}

fan_h5_walk_end fan_h5_walk_from(hid_t top, const char *path, const fan_h5_walk *walk)
{
    walking w = {.walk = walk, .top = top, .top_path = path};
    step(&w, NULL);
    look_at(&w, top, NULL);
    for (size_t i = 0; i < w.count && w.end == FAN_H5_WALK_WHOLE; i++)
        look_at_found(&w, w.objects[i]);
    tdestroy(w.tree, free);
    free(w.objects);
    return w.end;
}
