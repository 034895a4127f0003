/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "engine/stall.h"

#include <stdio.h>
#include <string.h>

typedef struct edge {
    int from, to;
    int silent; /* which of them does not answer, or -1 */
} edge;

/* A text that is being written. */
typedef struct writer {
    const fan_view *views;
    const fan_host_name *hosts;
    char *text;
    size_t size;
    int edges, left_out;
} writer;

static bool has_wait(const fan_view *view, int peer, bool receives)
{
    for (int i = 0; i < view->count; i++)
        if (view->waits[i].peer == peer && view->waits[i].receives == receives)
            return true;
    return false;
}

void fan_view_add(fan_view *view, int peer, bool receives)
{
    if (view->count < FAN_VIEW_WAITS && !has_wait(view, peer, receives))
        view->waits[view->count++] = (fan_wait){peer, receives};
}

/* Leaves room for the number of edges that do not fit. */
static void write_edge(writer *w, edge e)
{
    enum { ROOM_FOR_MORE = 16 };
    char line[4 * sizeof(fan_host_name)];
    size_t used = strlen(w->text);
    int length = snprintf(line, sizeof line, "%sthe edge %s (rank %d) -> %s (rank %d) is stuck, ",
                          w->edges > 0 ? "; " : "", w->hosts[e.from], e.from, w->hosts[e.to], e.to);
    if (e.silent < 0)
        length += snprintf(line + length, sizeof line - (size_t)length, "though both ends answer");
    else
        length += snprintf(line + length, sizeof line - (size_t)length, "%s does not answer",
                           w->hosts[e.silent]);
    if (w->left_out > 0 || used + (size_t)length + ROOM_FOR_MORE > w->size) {
        w->left_out++;
        return;
    }
    memcpy(w->text + used, line, (size_t)length + 1);
    w->edges++;
}

/*
 * Edges on which `rank` waits for ranks that are silent; or, without those, for ranks that say the
 * same of the edge.
 */
static void write_edges_of(writer *w, int rank, bool of_silent)
{
    const fan_view *view = &w->views[rank];
    for (int i = 0; i < view->count; i++) {
        int peer = view->waits[i].peer;
        bool receives = view->waits[i].receives, answers = w->views[peer].answers;
        edge e = {receives ? peer : rank, receives ? rank : peer, answers ? -1 : peer};
        bool is_agreed = answers && !receives && has_wait(&w->views[peer], rank, true);
        if (of_silent ? !answers : is_agreed)
            write_edge(w, e);
    }
}

void fan_stall_explain(const fan_view *views, int ranks, const fan_host_name *hosts, char *text,
                       size_t size)
{
    writer w = {.views = views, .hosts = hosts, .text = text, .size = size};
    text[0] = '\0';
    for (int of_silent = 1; of_silent >= 0 && w.edges + w.left_out == 0; of_silent--)
        for (int rank = 0; rank < ranks; rank++)
            if (views[rank].answers)
                write_edges_of(&w, rank, of_silent);
    size_t used = strlen(text);
    if (w.edges + w.left_out == 0)
        snprintf(text, size,
                 "the ranks report no stuck edge: they began to wait at different times");
    else if (w.left_out > 0)
        snprintf(text + used, size - used, "%s%d more", used > 0 ? "; " : "", w.left_out);
}

void fan_stall_explain_alone(const fan_view *own, int rank, int unheard, const fan_host_name *hosts,
                             char *text, size_t size)
{
    int used = 0;
    if (unheard >= 0)
        used = snprintf(text, size, "rank %d on %s is done or does not answer; ", unheard,
                        hosts[unheard]);
    used += snprintf(text + used, size - (size_t)used, "rank %d on %s waits", rank, hosts[rank]);
    for (int i = 0; i < own->count && used > 0 && (size_t)used < size; i++)
        used += snprintf(text + used, size - (size_t)used, "%s %s rank %d on %s", i > 0 ? "," : "",
                         own->waits[i].receives ? "for data from" : "to send to",
                         own->waits[i].peer, hosts[own->waits[i].peer]);
}
