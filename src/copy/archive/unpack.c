/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/archive/module.h"
#include "copy/archive/unpack.h"
#include "os/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool fan_copy_unpack_open(fan_copy_unpack *u, const fan_copy_unpack_options *options,
                          const char *root, fan_copy_outcome *outcome)
{
    char text[FAN_COPY_TEXT];
    *u = (fan_copy_unpack){.options = *options, .outcome = outcome, .root = root};
    u->module = fan_copy_module_load(text, sizeof text);
    if (u->module == NULL)
        return fan_copy_outcome_fail_at(outcome, outcome->path, text, 0);
    const fan_copy_extract_options how = {.root = root,
                                          .archive = options->archive,
                                          .unsafe = options->unsafe,
                                          .pass = fan_os_cleanup_pass,
                                          .enter = fan_os_cleanup_enter,
                                          .leave = fan_os_cleanup_leave};
    u->extract = u->module->open(&how);
    return u->extract != NULL ||
           fan_copy_outcome_fail_at(outcome, outcome->path, "cannot begin to unpack: out of memory",
                                    0);
}

/* ---- one archive ---- */

static void *unpack_one(void *state)
{
    fan_copy_unpack *u = state;
    const void *rest;
    u->good = u->module->read(u->extract, fan_copy_feed_pull, &u->feed);
    while (u->good && fan_copy_feed_pull(&u->feed, &rest) > 0)
        ; /* what follows a compressed archive says nothing */
    if (!u->good)
        fan_copy_feed_stop(&u->feed);
    return NULL;
}

static bool begin(fan_copy_unpack *u)
{
    fan_copy_feed_open(&u->feed);
    int error = pthread_create(&u->thread, NULL, unpack_one, u);
    u->running = error == 0;
    if (u->running)
        return true;
    fan_copy_feed_close(&u->feed);
    return fan_copy_outcome_fail_at(u->outcome, u->outcome->path, "cannot start a thread", error);
}

static void join(fan_copy_unpack *u)
{
    pthread_join(u->thread, NULL);
    fan_copy_feed_close(&u->feed);
    u->running = false;
}

static bool fail(fan_copy_unpack *u)
{
    const char *text = u->module->error(u->extract);
    if (u->options.archive_count > 1 && u->archive < u->options.archive_count)
        fan_copy_outcome_fail(u->outcome, "%.200s: %s", u->options.archives[u->archive], text);
    else
        fan_copy_outcome_fail(u->outcome, "%s", text);
    return false;
}

/* It has come completely. One without any data has not begun. */
static bool end(fan_copy_unpack *u)
{
    if (!u->running && !begin(u))
        return false;
    fan_copy_feed_end(&u->feed);
    join(u);
    if (!u->good)
        return fail(u);
    u->archive++;
    return true;
}

bool fan_copy_unpack_write(fan_copy_unpack *u, int archive, const void *data, size_t bytes)
{
    while (u->archive < archive)
        if (!end(u))
            return false;
    if (!u->running && !begin(u))
        return false;
    if (fan_copy_feed_push(&u->feed, data, bytes))
        return true;
    join(u);
    return fail(u);
}

/* ---- the end ---- */

static bool flush(fan_copy_unpack *u)
{
    int fd = open(u->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && syncfs(fd) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    return good || fan_copy_outcome_fail_at(u->outcome, u->outcome->path,
                                            "cannot flush what was unpacked", error);
}

bool fan_copy_unpack_finish(fan_copy_unpack *u)
{
    while (u->archive < u->options.archive_count)
        if (!end(u))
            return false;
    if (!u->module->finish(u->extract))
        return fail(u);
    const char *note = u->module->note(u->extract);
    if (note[0] != '\0' && u->outcome->note[0] == '\0')
        snprintf(u->outcome->note, sizeof u->outcome->note, "%s", note);
    return !u->options.sync || flush(u);
}

void fan_copy_unpack_close(fan_copy_unpack *u)
{
    if (u->running) {
        fan_copy_feed_stop(&u->feed);
        join(u);
    }
    if (u->extract != NULL)
        u->module->close(u->extract);
    u->extract = NULL;
}
