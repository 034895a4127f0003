/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/hosts/hosts.h"

#include "base/hostlist.h"
#include "copy/job/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* A name that began with a dash would be an option of the launcher or of its agent. */
static bool is_name(const char *name)
{
    return name[0] != '-' && name[0] != '\0' && name[strspn(name, LETTERS)] == '\0';
}

fan_copy_host *fan_copy_hosts_find(fan_copy_hosts *hosts, const char *name)
{
    for (int i = 0; i < hosts->count; i++)
        if (fan_hostname_same(hosts->items[i].name, name))
            return &hosts->items[i];
    return NULL;
}

static void add(fan_copy_hosts *hosts, const char *name)
{
    fan_copy_grow(&hosts->items, &hosts->room, hosts->count + 1, sizeof *hosts->items);
    hosts->items[hosts->count++] = (fan_copy_host){.name = fan_copy_strdup(name), .percent = -1};
}

static fan_status take(void *state, const char *name)
{
    fan_copy_hosts *hosts = state;
    if (!is_name(name))
        return fan_fail(FAN_ERR_ARGUMENT, "'%s' is no name of a host", name);
    const fan_copy_host *same = fan_copy_hosts_find(hosts, name);
    if (same != NULL)
        return fan_fail(FAN_ERR_ARGUMENT, "%s is there twice%s%s; name each host once", name,
                        strcmp(same->name, name) == 0 ? "" : ", also as ",
                        strcmp(same->name, name) == 0 ? "" : same->name);
    add(hosts, name);
    return FAN_OK;
}

/* The word in a line of a file of hosts; "" if there is none. */
static char *word_of(char *line)
{
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    line[strcspn(line, " \t:")] = '\0';
    return line;
}

static fan_status take_lines(fan_copy_hosts *hosts, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    fan_status status = FAN_OK;
    while (status == FAN_OK && getline(&line, &room, file) >= 0)
        if (word_of(line)[0] != '\0')
            status = fan_hostlist_expand(word_of(line), take, hosts);
    free(line);
    return status;
}

static fan_status take_file(fan_copy_hosts *hosts, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "cannot be read: %s", strerror(errno));
    fan_status status = take_lines(hosts, file);
    if (status == FAN_OK && ferror(file))
        status = fan_fail(FAN_ERR_SYSTEM, "cannot be read: %s", strerror(errno));
    fclose(file);
    if (status == FAN_OK && hosts->count == 0)
        status = fan_fail(FAN_ERR_ARGUMENT, "names no host; write one in each line");
    return status;
}

static fan_status take_list(fan_copy_hosts *hosts, const char *list)
{
    if (list[0] == '\0')
        return fan_fail(FAN_ERR_ARGUMENT, "the list is empty; name hosts, such as n[1-8],m3");
    return fan_hostlist_expand(list, take, hosts);
}

bool fan_copy_hosts_open(fan_copy_hosts *hosts, const char *list, const char *file, char *wrong,
                         size_t size)
{
    *hosts = (fan_copy_hosts){0};
    fan_status status = list != NULL ? take_list(hosts, list) : take_file(hosts, file);
    if (status == FAN_OK)
        return true;
    snprintf(wrong, size, "%s %s: %s", list != NULL ? "--hosts" : "--hostfile",
             list != NULL ? list : file, fan_fail_text());
    return false;
}

/* Behind the hosts of other sources. */
static void move_to_sources(fan_copy_hosts *hosts, fan_copy_host *host)
{
    fan_copy_host moved = *host, *place = &hosts->items[hosts->sources];
    memmove(place + 1, place, (size_t)(host - place) * sizeof moved);
    *place = moved;
    hosts->sources++;
}

void fan_copy_hosts_add_source(fan_copy_hosts *hosts, const char *name, bool is_here)
{
    fan_copy_host *found = fan_copy_hosts_find(hosts, name);
    if (found == NULL && is_here)
        found = fan_copy_hosts_find(hosts, "localhost");
    if (found == NULL) {
        add(hosts, name);
        found = &hosts->items[hosts->count - 1];
        found->apart = true;
    }
    if (found >= hosts->items + hosts->sources)
        move_to_sources(hosts, found);
}

int fan_copy_hosts_served(const fan_copy_hosts *hosts)
{
    int served = 0;
    for (int i = 0; i < hosts->count; i++)
        served += !hosts->items[i].apart;
    return served;
}

int fan_copy_hosts_in(const fan_copy_hosts *hosts, fan_copy_host_state state)
{
    int count = 0;
    for (int i = 0; i < hosts->count; i++)
        count += !hosts->items[i].apart && hosts->items[i].state == state;
    return count;
}

const fan_copy_host *fan_copy_hosts_lost_source(const fan_copy_hosts *hosts)
{
    for (int i = 0; i < hosts->sources; i++)
        if (hosts->items[i].state == FAN_COPY_HOST_LOST)
            return &hosts->items[i];
    return NULL;
}

void fan_copy_hosts_close(fan_copy_hosts *hosts)
{
    for (int i = 0; i < hosts->count; i++)
        free(hosts->items[i].name);
    free(hosts->items);
    *hosts = (fan_copy_hosts){0};
}
