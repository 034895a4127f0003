/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "picture/print.h"

static void print_parent(const fan_role *role, FILE *out)
{
    if (role->parent == FAN_PARENT_SELF)
        fprintf(out, "%10s  ", "itself");
    else
        fprintf(out, "%10d  ", role->parent);
}

static void print_children(const fan_schedule *schedule, const fan_role *role, FILE *out)
{
    static const char *const words[FAN_EDGE_KINDS] = {"scatter", "forward", "exchange"};
    const fan_edge *edges = &schedule->edges[role->first];
    if (role->children == 0)
        fprintf(out, "nobody");
    for (int i = 0; i < role->children; i++) {
        if (i == 0 || edges[i].kind != edges[i - 1].kind)
            fprintf(out, "%s%s", i == 0 ? "" : "; ", words[edges[i].kind]);
        fprintf(out, " %d", edges[i].peer);
    }
    fprintf(out, "\n");
}

void fan_schedule_print(const fan_schedule *schedule, FILE *out)
{
    fprintf(out, "  %8s%10s  %s\n", "subfile", "from", "to");
    for (int subfile = 0; subfile < schedule->subfiles; subfile++) {
        const fan_role *role = &schedule->roles[subfile];
        if (role->parent == FAN_PARENT_ABSENT)
            continue;
        fprintf(out, "  %8d", subfile);
        print_parent(role, out);
        print_children(schedule, role, out);
    }
}
