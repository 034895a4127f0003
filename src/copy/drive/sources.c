/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/drive/sources.h"

#include "base/hostlist.h"

#include <unistd.h>

/* Whether that is the name of a host; what it would be on another one is not known here. */
static bool is_host(fan_copy_hosts *hosts, const fan_copy_drive_options *options, const char *here,
                    const char *source, const char *name)
{
    const char *other = options->source_host;
    if (fan_copy_hosts_find(hosts, name) != NULL || fan_hostname_same(name, here))
        return true;
    if (other != NULL)
        return fan_hostname_same(name, other);
    return access(source, F_OK) != 0 && access(name, F_OK) != 0;
}

bool fan_copy_drive_sources_add(fan_copy_hosts *hosts, const fan_copy_drive_options *options,
                                const char *here)
{
    char name[FAN_COPY_HOST];
    const char *path, *usual = options->source_host != NULL ? options->source_host : here;
    bool some = false;
    for (int i = 0; i < options->source_count; i++) {
        const char *source = options->sources[i];
        bool named = fan_hostname_split(source, name, sizeof name, &path) &&
                     is_host(hosts, options, here, source, name);
        const char *host = named ? name : usual;
        fan_copy_hosts_add_source(hosts, host, fan_hostname_same(host, here));
        some |= !named;
    }
    return some;
}
