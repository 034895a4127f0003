/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "plan/schedule/topology_lines.h"

#include "base/array.h"
#include "base/hostlist.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Of switches and links there may be as many as a way from each link to the root takes no time. */
enum {
    MOST_PAIRS = 16,
    MOST_DIGITS = 9,
    MOST_NAMES = 1000000,
    MOST_SWITCHES = 10000,
    MOST_LINKS = 100000
};

typedef struct pair {
    const char *key, *value;
} pair;

typedef struct reader {
    fan_topology_draft *draft;
    int line;
    pair pairs[MOST_PAIRS];    /* of the line; the key after the last one is NULL */
    double speed;              /* of the line's hosts */
    int domain;                /* of the line's ranks, or FAN_NO_DOMAIN */
    fan_hostlist_visit *visit; /* takes the names of the list */
    int names;                 /* in all lists so far */
} reader;

fan_status fan_topology_no_memory(void)
{
    return fan_fail(FAN_ERR_MEMORY, "no memory for the topology");
}

fan_status fan_topology_wrong(const fan_topology_draft *draft, int line, const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return fan_fail(FAN_ERR_ARGUMENT, "topology file %s line %d: %s", draft->path, line, text);
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
    fan_topology *t = r->draft->topology;
    if (!fan_array_reserve(&t->hosts, &r->draft->host_room, (size_t)t->host_count + 1,
                           sizeof *t->hosts))
        return fan_topology_no_memory();
    t->hosts[t->host_count] = (fan_host){strdup(name), at, speed, r->line};
    return t->hosts[t->host_count++].name == NULL ? fan_topology_no_memory() : FAN_OK;
}

/* Speed 0: this line does not say it. */
static fan_status add_host_of_switch(void *state, const char *name)
{
    reader *r = state;
    return add_host(r, name, r->draft->topology->switch_count - 1, 0);
}

static fan_status add_host_of_speed(void *state, const char *name)
{
    reader *r = state;
    return add_host(r, name, FAN_NO_SWITCH, r->speed);
}

static fan_status add_link(void *state, const char *name)
{
    reader *r = state;
    fan_topology_draft *d = r->draft;
    if (d->link_count == MOST_LINKS)
        return fan_fail(FAN_ERR_ARGUMENT, "more than %d names of switches below others in the file",
                        MOST_LINKS);
    if (!fan_array_reserve(&d->links, &d->link_room, (size_t)d->link_count + 1, sizeof *d->links))
        return fan_topology_no_memory();
    d->links[d->link_count] =
        (fan_topology_uplink){d->topology->switch_count - 1, strdup(name), r->line};
    return d->links[d->link_count++].below == NULL ? fan_topology_no_memory() : FAN_OK;
}

static fan_status add_moved_rank(void *state, const char *number)
{
    reader *r = state;
    fan_topology *t = r->draft->topology;
    if (!fan_array_reserve(&t->moved, &r->draft->moved_room, (size_t)t->moved_count + 1,
                           sizeof *t->moved))
        return fan_topology_no_memory();
    const char *host = value_of(r, "Host");
    t->moved[t->moved_count] =
        (fan_moved_rank){atoi(number), host == NULL ? NULL : strdup(host), r->domain};
    return t->moved[t->moved_count++].host == NULL && host != NULL ? fan_topology_no_memory()
                                                                   : FAN_OK;
}

static fan_status take_name(void *state, const char *name)
{
    reader *r = state;
    if (++r->names > MOST_NAMES)
        return fan_fail(FAN_ERR_ARGUMENT, "more than a million names in the file");
    return r->visit(r, name);
}

/* A list that is wrong is wrong in this line. */
static fan_status expand(reader *r, const char *list, fan_hostlist_visit *visit)
{
    r->visit = visit;
    fan_status status = fan_hostlist_expand(list, take_name, r);
    if (status != FAN_ERR_ARGUMENT)
        return status;
    char text[400];
    snprintf(text, sizeof text, "%s", fan_fail_text());
    return fan_topology_wrong(r->draft, r->line, "%s", text);
}

/* ---- switches ---- */

typedef struct named {
    char *name; /* the switch's */
    int number;
} named;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

int fan_topology_find_switch(const fan_topology_draft *draft, const char *name)
{
    named key = {(char *)(uintptr_t)name, 0};
    named *const *found = tfind(&key, &draft->switch_names, by_name);
    return found == NULL ? FAN_NO_SWITCH : (*found)->number;
}

static bool note_name(fan_topology_draft *draft, char *name, int number)
{
    named *own = malloc(sizeof *own);
    if (own == NULL)
        return false;
    *own = (named){name, number};
    if (tsearch(own, &draft->switch_names, by_name) != NULL)
        return true;
    free(own);
    return false;
}

static fan_status add_switch(reader *r, const char *name)
{
    fan_topology *t = r->draft->topology;
    if (t->switch_count == MOST_SWITCHES)
        return fan_topology_wrong(r->draft, r->line, "more than %d switches in the file",
                                  MOST_SWITCHES);
    if (!fan_array_reserve(&t->switches, &r->draft->switch_room, (size_t)t->switch_count + 1,
                           sizeof *t->switches))
        return fan_topology_no_memory();
    char *own = strdup(name);
    t->switches[t->switch_count] = (fan_switch){own, FAN_NO_SWITCH, 0};
    bool good = own != NULL && note_name(r->draft, own, t->switch_count);
    t->switch_count++;
    return good ? FAN_OK : fan_topology_no_memory();
}

static fan_status read_switch(reader *r, const char *name)
{
    if (fan_topology_find_switch(r->draft, name) >= 0)
        return fan_topology_wrong(r->draft, r->line, "switch %s is listed twice", name);
    fan_status status = add_switch(r, name);
    if (status != FAN_OK)
        return status;
    const char *nodes = value_of(r, "Nodes"), *below = value_of(r, "Switches");
    if (nodes == NULL && below == NULL)
        return fan_topology_wrong(r->draft, r->line,
                                  "switch %s has neither Nodes= nor Switches=", name);
    status = nodes == NULL ? FAN_OK : expand(r, nodes, add_host_of_switch);
    return status != FAN_OK || below == NULL ? status : expand(r, below, add_link);
}

static fan_status read_speed(reader *r, const char *hosts)
{
    const char *text = value_of(r, "Speed");
    if (text == NULL)
        return fan_topology_wrong(r->draft, r->line, "NodeName=%s has no Speed=", hosts);
    char *end;
    r->speed = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(r->speed) || r->speed <= 0)
        return fan_topology_wrong(r->draft, r->line, "Speed=%s is not a positive number", text);
    return expand(r, hosts, add_host_of_speed);
}

static fan_status read_ranks(reader *r, const char *ranks)
{
    const char *domain = value_of(r, "Domain");
    if (value_of(r, "Host") == NULL && domain == NULL)
        return fan_topology_wrong(r->draft, r->line,
                                  "Ranks=%s has neither Host= nor Domain=", ranks);
    if (domain != NULL &&
        (domain[strspn(domain, "0123456789")] != '\0' || strlen(domain) > MOST_DIGITS))
        return fan_topology_wrong(r->draft, r->line, "Domain=%s is not a number", domain);
    r->domain = domain == NULL ? FAN_NO_DOMAIN : atoi(domain);
    if (ranks[strspn(ranks, "0123456789,-")] != '\0')
        return fan_topology_wrong(r->draft, r->line, "Ranks=%s is not a list such as 0,4-6", ranks);
    char *list;
    if (asprintf(&list, "[%s]", ranks) < 0)
        return fan_topology_no_memory();
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
            return fan_topology_wrong(r->draft, r->line, "'%s' is not of the form key=value", word);
        if (count == MOST_PAIRS - 1)
            return fan_topology_wrong(r->draft, r->line, "more than %d keys", MOST_PAIRS - 1);
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
    return fan_topology_wrong(r->draft, r->line,
                              "a line begins with SwitchName, NodeName or Ranks, not with %s",
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
            *status = fan_topology_no_memory();
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

fan_status fan_topology_lines_read(fan_topology_draft *draft, FILE *file)
{
    reader own = {.draft = draft}, *r = &own;
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
        return fan_fail(FAN_ERR_SYSTEM, "topology file %s: %s", r->draft->path, strerror(errno));
    return status;
}
