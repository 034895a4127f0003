/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/topology.h"

#include "base/hostlist.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PAIRS = 16, MOST_DIGITS = 9 };

typedef struct pair {
    const char *key, *value;
} pair;

/* "The switch `above` has a child of this name", until all switches are known. */
typedef struct uplink {
    int above;
    char *below;
    int line;
} uplink;

typedef struct reader {
    fan_topology *topology;
    const char *path;
    int line;
    pair pairs[MOST_PAIRS]; /* of the line; the key after the last one is NULL */
    double speed;           /* of the line's hosts */
    int domain;             /* of the line's ranks, or FAN_NO_DOMAIN */
    uplink *links;
    int link_count;
} reader;

static fan_status no_memory(void)
{
    return fan_fail(FAN_ERR_MEMORY, "no memory for the topology");
}

__attribute__((format(printf, 3, 4))) static fan_status wrong(const reader *r, int line,
                                                              const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return fan_fail(FAN_ERR_ARGUMENT, "topology file %s line %d: %s", r->path, line, text);
}

/* Room for one more: at 0, 1, 2, 4, 8 ... elements it is doubled. NULL if there is no memory. */
static void *room_for_one(void *array, int count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return array;
    return realloc(array, (count == 0 ? 1 : 2 * (size_t)count) * size);
}

/* ---- names ---- */

static size_t short_length(const char *name)
{
    return strcspn(name, ".");
}

/* By the part before the first dot. */
static int compare_short(const void *a, const void *b)
{
    const char *first = ((const fan_host *)a)->name, *second = ((const fan_host *)b)->name;
    size_t one = short_length(first), two = short_length(second);
    int order = memcmp(first, second, one < two ? one : two);
    return order != 0 ? order : (one > two) - (one < two);
}

/* By that, then by the rest, so that names that are equal up to the dot are neighbours. */
static int compare_names(const void *a, const void *b)
{
    int order = compare_short(a, b);
    return order != 0 ? order : strcmp(((const fan_host *)a)->name, ((const fan_host *)b)->name);
}

const fan_host *fan_topology_host(const fan_topology *t, const char *name)
{
    fan_host key = {.name = (char *)(uintptr_t)name};
    if (t->host_count == 0)
        return NULL;
    size_t count = (size_t)t->host_count;
    const fan_host *found = bsearch(&key, t->hosts, count, sizeof key, compare_names);
    return found != NULL ? found : bsearch(&key, t->hosts, count, sizeof key, compare_short);
}

const char *fan_topology_rank_host(const fan_topology *t, int rank, const char *name)
{
    for (int i = t->moved_count - 1; i >= 0; i--)
        if (t->moved[i].rank == rank && t->moved[i].host != NULL)
            return t->moved[i].host;
    return name;
}

int fan_topology_rank_domain(const fan_topology *t, int rank)
{
    for (int i = t->moved_count - 1; i >= 0; i--)
        if (t->moved[i].rank == rank && t->moved[i].domain != FAN_NO_DOMAIN)
            return t->moved[i].domain;
    return FAN_NO_DOMAIN;
}

/* ---- what lines say ---- */

static const char *value_of(const reader *r, const char *key)
{
    for (const pair *p = r->pairs; p->key != NULL; p++)
        if (strcasecmp(p->key, key) == 0)
            return p->value;
    return NULL;
}

static fan_status add_host(reader *r, const char *name, int at, double speed)
{
    fan_topology *t = r->topology;
    fan_host *hosts = room_for_one(t->hosts, t->host_count, sizeof *hosts);
    if (hosts == NULL)
        return no_memory();
    t->hosts = hosts;
    hosts[t->host_count] = (fan_host){strdup(name), at, speed, r->line};
    return hosts[t->host_count++].name == NULL ? no_memory() : FAN_OK;
}

/* Speed 0: this line does not say it. */
static fan_status add_host_of_switch(void *state, const char *name)
{
    reader *r = state;
    return add_host(r, name, r->topology->switch_count - 1, 0);
}

static fan_status add_host_of_speed(void *state, const char *name)
{
    reader *r = state;
    return add_host(r, name, FAN_NO_SWITCH, r->speed);
}

static fan_status add_link(void *state, const char *name)
{
    reader *r = state;
    uplink *links = room_for_one(r->links, r->link_count, sizeof *links);
    if (links == NULL)
        return no_memory();
    r->links = links;
    links[r->link_count] = (uplink){r->topology->switch_count - 1, strdup(name), r->line};
    return links[r->link_count++].below == NULL ? no_memory() : FAN_OK;
}

static fan_status add_moved_rank(void *state, const char *number)
{
    reader *r = state;
    fan_topology *t = r->topology;
    fan_moved_rank *moved = room_for_one(t->moved, t->moved_count, sizeof *moved);
    if (moved == NULL)
        return no_memory();
    t->moved = moved;
    const char *host = value_of(r, "Host");
    moved[t->moved_count] =
        (fan_moved_rank){atoi(number), host == NULL ? NULL : strdup(host), r->domain};
    return moved[t->moved_count++].host == NULL && host != NULL ? no_memory() : FAN_OK;
}

/* A list that is wrong is wrong in this line. */
static fan_status expand(reader *r, const char *list, fan_hostlist_visit *visit)
{
    fan_status status = fan_hostlist_expand(list, visit, r);
    if (status != FAN_ERR_ARGUMENT)
        return status;
    char text[400];
    snprintf(text, sizeof text, "%s", fan_fail_text());
    return wrong(r, r->line, "%s", text);
}

static int find_switch(const fan_topology *t, const char *name)
{
    int s = t->switch_count - 1;
    while (s >= 0 && strcmp(t->switches[s].name, name) != 0)
        s--;
    return s;
}

static fan_status read_switch(reader *r, const char *name)
{
    fan_topology *t = r->topology;
    if (find_switch(t, name) >= 0)
        return wrong(r, r->line, "switch %s is listed twice", name);
    fan_switch *switches = room_for_one(t->switches, t->switch_count, sizeof *switches);
    if (switches == NULL)
        return no_memory();
    t->switches = switches;
    switches[t->switch_count] = (fan_switch){strdup(name), FAN_NO_SWITCH, 0};
    if (switches[t->switch_count++].name == NULL)
        return no_memory();
    const char *nodes = value_of(r, "Nodes"), *below = value_of(r, "Switches");
    if (nodes == NULL && below == NULL)
        return wrong(r, r->line, "switch %s has neither Nodes= nor Switches=", name);
    fan_status status = nodes == NULL ? FAN_OK : expand(r, nodes, add_host_of_switch);
    return status != FAN_OK || below == NULL ? status : expand(r, below, add_link);
}

static fan_status read_speed(reader *r, const char *hosts)
{
    const char *text = value_of(r, "Speed");
    if (text == NULL)
        return wrong(r, r->line, "NodeName=%s has no Speed=", hosts);
    char *end;
    r->speed = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(r->speed) || r->speed <= 0)
        return wrong(r, r->line, "Speed=%s is no positive number", text);
    return expand(r, hosts, add_host_of_speed);
}

static fan_status read_ranks(reader *r, const char *ranks)
{
    const char *domain = value_of(r, "Domain");
    if (value_of(r, "Host") == NULL && domain == NULL)
        return wrong(r, r->line, "Ranks=%s has neither Host= nor Domain=", ranks);
    if (domain != NULL &&
        (domain[strspn(domain, "0123456789")] != '\0' || strlen(domain) > MOST_DIGITS))
        return wrong(r, r->line, "Domain=%s is no number", domain);
    r->domain = domain == NULL ? FAN_NO_DOMAIN : atoi(domain);
    if (ranks[strspn(ranks, "0123456789,-")] != '\0')
        return wrong(r, r->line, "Ranks=%s is no list such as 0,4-6", ranks);
    char *list;
    if (asprintf(&list, "[%s]", ranks) < 0)
        return no_memory();
    fan_status status = expand(r, list, add_moved_rank);
    free(list);
    return status;
}

/* ---- lines ---- */

static fan_status split(reader *r, char *line)
{
    int count = 0;
    char *rest = line;
    for (char *word; (word = strtok_r(rest, " \t\r\n", &rest)) != NULL;) {
        char *equals = strchr(word, '=');
        if (equals == NULL || equals[1] == '\0')
            return wrong(r, r->line, "'%s' is not of the form key=value", word);
        if (count == MOST_PAIRS - 1)
            return wrong(r, r->line, "there are more than %d keys", MOST_PAIRS - 1);
        *equals = '\0';
        r->pairs[count++] = (pair){word, equals + 1};
    }
    r->pairs[count].key = NULL;
    return FAN_OK;
}

static fan_status read_line(reader *r, char *line)
{
    fan_status status = split(r, line);
    const pair *first = &r->pairs[0];
    if (status != FAN_OK || first->key == NULL)
        return status;
    if (strcasecmp(first->key, "SwitchName") == 0)
        return read_switch(r, first->value);
    if (strcasecmp(first->key, "NodeName") == 0)
        return read_speed(r, first->value);
    if (strcasecmp(first->key, "Ranks") == 0)
        return read_ranks(r, first->value);
    return wrong(r, r->line, "a line begins with SwitchName, NodeName or Ranks, not with %s",
                 first->key);
}

/* Cut comment and white space off; true if the line goes on in the next. */
static bool trim(char *line)
{
    size_t length = strcspn(line, "#");
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    bool continued = length > 0 && line[length - 1] == '\\';
    line[length - continued] = '\0';
    return continued;
}

/*
 * The next line with those that continue it, which the caller frees. NULL: no more, or a failure.
 */
static char *next_line(FILE *file, int *lines, fan_status *status)
{
    char *whole = NULL, *piece = NULL;
    size_t room = 0;
    bool continued = true;
    while (continued && *status == FAN_OK && getline(&piece, &room, file) >= 0) {
        ++*lines;
        continued = trim(piece);
        size_t length = whole == NULL ? 0 : strlen(whole);
        char *longer = realloc(whole, length + strlen(piece) + 1);
        if (longer == NULL) {
            *status = no_memory();
        } else {
            whole = longer;
            strcpy(whole + length, piece);
        }
    }
    free(piece);
    if (*status == FAN_OK)
        return whole;
    free(whole);
    return NULL;
}

static fan_status read_lines(reader *r, FILE *file)
{
    fan_status status = FAN_OK;
    int lines = 0;
    r->line = 1;
    for (char *line; (line = next_line(file, &lines, &status)) != NULL; r->line = lines + 1) {
        status = read_line(r, line);
        free(line);
        if (status != FAN_OK)
            return status;
    }
    if (status == FAN_OK && ferror(file))
        return fan_fail(FAN_ERR_SYSTEM, "topology file %s: %s", r->path, strerror(errno));
    return status;
}

/* ---- when all lines are read ---- */

/* Each link is made only if it closes no circle, so the way up always ends. */
static fan_status set_parents(const reader *r)
{
    fan_topology *t = r->topology;
    for (int i = 0; i < r->link_count; i++) {
        const uplink *l = &r->links[i];
        int below = find_switch(t, l->below);
        if (below < 0)
            return wrong(r, l->line, "switch %s has no line of its own", l->below);
        int above = l->above;
        while (above != below && above != FAN_NO_SWITCH)
            above = t->switches[above].parent;
        if (above == below)
            return wrong(r, l->line, "switch %s would be below itself", l->below);
        if (t->switches[below].parent == FAN_NO_SWITCH)
            t->switches[below].parent = l->above;
    }
    return FAN_OK;
}

/*
 * Number the switch s, which is `count` in preorder, and those below it; returns the next number.
 */
static int number_from(const fan_topology *t, const int *first_below, const int *next, int *number,
                       int s, int count)
{
    number[s] = count++;
    for (int below = first_below[s]; below != FAN_NO_SWITCH; below = next[below])
        count = number_from(t, first_below, next, number, below, count);
    t->switches[s].end = count;
    return count;
}

/* Preorder, siblings in the order of their lines. `work` has room for three numbers a switch. */
static void number_switches(const fan_topology *t, int *work, int *number)
{
    int n = t->switch_count, top = FAN_NO_SWITCH, count = 0;
    int *first_below = work, *next = work + n;
    for (int s = 0; s < n; s++)
        first_below[s] = FAN_NO_SWITCH;
    for (int s = n - 1; s >= 0; s--) {
        int parent = t->switches[s].parent;
        int *list = parent == FAN_NO_SWITCH ? &top : &first_below[parent];
        next[s] = *list;
        *list = s;
    }
    for (int s = top; s != FAN_NO_SWITCH; s = next[s])
        count = number_from(t, first_below, next, number, s, count);
}

static fan_status sort_switches(fan_topology *t)
{
    size_t n = (size_t)t->switch_count;
    int *work = malloc((3 * n + 1) * sizeof *work);
    fan_switch *sorted = malloc((n + 1) * sizeof *sorted);
    if (work == NULL || sorted == NULL) {
        free(work);
        free(sorted);
        return no_memory();
    }
    int *number = work + 2 * n;
    number_switches(t, work, number);
    for (size_t s = 0; s < n; s++) {
        fan_switch *own = &sorted[number[s]];
        *own = t->switches[s];
        own->parent = own->parent == FAN_NO_SWITCH ? FAN_NO_SWITCH : number[own->parent];
    }
    for (int i = 0; i < t->host_count; i++)
        if (t->hosts[i].at != FAN_NO_SWITCH)
            t->hosts[i].at = number[t->hosts[i].at];
    free(work);
    free(t->switches);
    t->switches = sorted;
    return FAN_OK;
}

static int by_name_and_line(const void *a, const void *b)
{
    int order = compare_names(a, b);
    return order != 0 ? order : ((const fan_host *)a)->line - ((const fan_host *)b)->line;
}

/* What a later line says of the same host. */
static fan_status merge_host(const reader *r, fan_host *into, const fan_host *from)
{
    const fan_switch *switches = r->topology->switches;
    if (into->at != FAN_NO_SWITCH && from->at != FAN_NO_SWITCH && into->at != from->at)
        return wrong(r, from->line, "node %s is on two switches, %s and %s", from->name,
                     switches[into->at].name, switches[from->at].name);
    if (from->at != FAN_NO_SWITCH)
        into->at = from->at;
    if (from->speed > 0)
        into->speed = from->speed;
    into->line = from->line;
    return FAN_OK;
}

static fan_status merge_hosts(const reader *r)
{
    fan_topology *t = r->topology;
    fan_status status = FAN_OK;
    int kept = 0, i = 0;
    if (t->host_count > 0)
        qsort(t->hosts, (size_t)t->host_count, sizeof *t->hosts, by_name_and_line);
    for (; i < t->host_count && status == FAN_OK; i++) {
        fan_host *host = &t->hosts[i];
        if (kept == 0 || strcmp(t->hosts[kept - 1].name, host->name) != 0) {
            t->hosts[kept++] = *host;
        } else {
            status = merge_host(r, &t->hosts[kept - 1], host);
            free(host->name);
        }
    }
    for (; i < t->host_count; i++)
        free(t->hosts[i].name);
    t->host_count = kept;
    for (int host = 0; host < kept; host++)
        if (t->hosts[host].speed <= 0)
            t->hosts[host].speed = 1;
    return status;
}

static fan_status finish(reader *r)
{
    fan_status status = set_parents(r);
    if (status == FAN_OK)
        status = sort_switches(r->topology);
    return status == FAN_OK ? merge_hosts(r) : status;
}

fan_status fan_topology_parse(FILE *file, const char *path, fan_topology **topology)
{
    reader r = {.path = path, .topology = calloc(1, sizeof **topology)};
    *topology = NULL;
    if (r.topology == NULL)
        return no_memory();
    fan_status status = read_lines(&r, file);
    if (status == FAN_OK)
        status = finish(&r);
    for (int i = 0; i < r.link_count; i++)
        free(r.links[i].below);
    free(r.links);
    if (status == FAN_OK)
        *topology = r.topology;
    else
        fan_topology_free(r.topology);
    return status;
}

fan_status fan_topology_read(const char *path, fan_topology **topology)
{
    *topology = NULL;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "topology file %s: %s", path, strerror(errno));
    fan_status status = fan_topology_parse(file, path, topology);
    fclose(file);
    return status;
}

void fan_topology_free(fan_topology *topology)
{
    if (topology == NULL)
        return;
    for (int i = 0; i < topology->switch_count; i++)
        free(topology->switches[i].name);
    for (int i = 0; i < topology->host_count; i++)
        free(topology->hosts[i].name);
    for (int i = 0; i < topology->moved_count; i++)
        free(topology->moved[i].host);
    free(topology->switches);
    free(topology->hosts);
    free(topology->moved);
    free(topology);
}
