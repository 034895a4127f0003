/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/hostlist.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

enum { LONGEST_NAME = 255, MOST_NAMES = 1000000 };

/* A name is built from left to right; it has `done` characters so far. */
typedef struct expansion {
    const char *list; /* for messages */
    fan_hostlist_visit *visit;
    void *state;
    int names; /* so far */
    char name[LONGEST_NAME + 1];
} expansion;

static fan_status expand_rest(expansion *e, size_t done, const char *rest, const char *end);

static fan_status wrong(const expansion *e, const char *what)
{
    return fan_fail(FAN_ERR_ARGUMENT, "'%s': %s", e->list, what);
}

static fan_status append(expansion *e, size_t *done, const char *text, size_t length)
{
    if (*done + length > LONGEST_NAME)
        return wrong(e, "a name is too long");
    memcpy(e->name + *done, text, length);
    *done += length;
    return FAN_OK;
}

static bool parse_number(const char **text, long *value)
{
    char *end;
    errno = 0;
    *value = strtol(*text, &end, 10);
    bool good = isdigit((unsigned char)**text) && errno == 0;
    *text = end;
    return good;
}

/* Each number of one range, "7" or "01-04", with what follows the brackets. */
static fan_status expand_range(expansion *e, size_t done, const char **range, const char *rest,
                               const char *end)
{
    long first, last;
    const char *start = *range;
    if (!parse_number(range, &first))
        return wrong(e, "there must be numbers in the brackets");
    int width = (int)(*range - start);
    last = first;
    if (**range == '-') {
        ++*range;
        if (!parse_number(range, &last))
            return wrong(e, "a range in the brackets has no end");
    }
    if (last < first || last - first >= MOST_NAMES)
        return wrong(e, "a range in the brackets is empty or too long");
    for (long number = first; number <= last; number++) {
        char text[LONGEST_NAME + 1];
        int length = snprintf(text, sizeof text, "%0*ld", width, number);
        size_t own = done;
        fan_status status = append(e, &own, text, (size_t)length);
        if (status == FAN_OK)
            status = expand_rest(e, own, rest, end);
        if (status != FAN_OK)
            return status;
    }
    return FAN_OK;
}

static fan_status expand_brackets(expansion *e, size_t done, const char *inside, const char *end)
{
    const char *close = memchr(inside, ']', (size_t)(end - inside));
    if (close == NULL)
        return wrong(e, "a bracket is not closed");
    for (const char *range = inside;; range++) {
        fan_status status = expand_range(e, done, &range, close + 1, end);
        if (status != FAN_OK || range == close)
            return status;
        if (*range != ',')
            return wrong(e, "there must be numbers, commas and ranges in the brackets");
    }
}

/* The names that begin with the `done` characters so far and go on with [rest, end). */
static fan_status expand_rest(expansion *e, size_t done, const char *rest, const char *end)
{
    size_t plain = 0;
    while (rest + plain < end && rest[plain] != '[' && rest[plain] != ']')
        plain++;
    fan_status status = append(e, &done, rest, plain);
    if (status != FAN_OK)
        return status;
    rest += plain;
    if (rest < end)
        return *rest == '[' ? expand_brackets(e, done, rest + 1, end)
                            : wrong(e, "a closing bracket has no opening one");
    if (done == 0)
        return wrong(e, "a name is empty");
    if (++e->names > MOST_NAMES)
        return wrong(e, "more than a million names");
    e->name[done] = '\0';
    return e->visit(e->state, e->name);
}

/* Up to the next comma outside brackets, or to the end. */
static const char *end_of_item(const char *text)
{
    bool inside = false;
    for (; *text != '\0' && (inside || *text != ','); text++)
        inside = *text == '[' || (inside && *text != ']');
    return text;
}

fan_status fan_hostlist_expand(const char *list, fan_hostlist_visit *visit, void *state)
{
    expansion e = {.list = list, .visit = visit, .state = state};
    for (const char *item = list;; item++) {
        const char *end = end_of_item(item);
        fan_status status = expand_rest(&e, 0, item, end);
        if (status != FAN_OK || *end == '\0')
            return status;
        item = end;
    }
}

int fan_hostname_compare(const char *one, const char *two)
{
    size_t first = strcspn(one, "."), second = strcspn(two, ".");
    int order = memcmp(one, two, MIN(first, second));
    return order != 0 ? order : (first > second) - (first < second);
}

bool fan_hostname_same(const char *one, const char *two)
{
    bool both_have_domains = strchr(one, '.') != NULL && strchr(two, '.') != NULL;
    return both_have_domains ? strcmp(one, two) == 0 : fan_hostname_compare(one, two) == 0;
}

bool fan_hostname_split(const char *text, char *host, size_t size, const char **path)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strspn(text, letters);
    if (length == 0 || length >= size || text[0] == '-' || text[length] != ':')
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    *path = text + length + 1;
    return true;
}
