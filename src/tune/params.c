/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "tune/params.h"

#include "base/units.h"
#include "tune/algorithm_names.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_TEXT = 32, NAMES_TEXT = 80 };

typedef enum kind {
    ALGORITHM,
    ORDER,
    FALLBACK,
    ON_FAILURE,
    DEBUG,
    NAMED,
    COUNT = NAMED,
    BYTES,
    FLAG,
    SECONDS,
    RATE
} kind;

typedef struct descriptor {
    const char *name;
    const char *help;
    size_t offset;
    kind kind;
    double minimum;
    double maximum;
} descriptor;

static const descriptor table[] = {
#define FAN_PARAM(name, kind, preset, minimum, maximum, help)                                      \
    {#name, help, offsetof(fan_params, name), kind, (double)(minimum), (double)(maximum)},
#include "tune/params.def"
#undef FAN_PARAM
};

_Static_assert(sizeof table / sizeof table[0] < 63, "one bit for each in fan_params.given");

size_t fan_param_count(void)
{
    return sizeof table / sizeof table[0];
}

const char *fan_param_name(size_t index)
{
    return table[index].name;
}

const char *fan_param_help(size_t index)
{
    return table[index].help;
}

fan_params fan_params_default(void)
{
    return (fan_params){
#define FAN_PARAM(name, kind, preset, minimum, maximum, help) .name = preset,
#include "tune/params.def"
#undef FAN_PARAM
    };
}

static const char *const order_names[] = {[FAN_SEQUENCE] = "sequence", [FAN_SPREAD] = "spread"};
static const char *const fallback_names[] = {
    [FAN_FALLBACK_SILENT] = "silent", [FAN_FALLBACK_WARN] = "warn", [FAN_FALLBACK_ERROR] = "error"};
static const char *const on_failure_names[] = {
    [FAN_ON_FAILURE_ERROR] = "error", [FAN_ON_FAILURE_CONTINUE] = "continue"};
static const char *const debug_names[] = {
    [FAN_DEBUG_WARN] = "warn", [FAN_DEBUG_INFO] = "info", [FAN_DEBUG_TRACE] = "trace"};

/* The values of kinds that have names. */
static const struct choice {
    const char *const *names;
    int64_t count;
} choices[NAMED] = {[ALGORITHM] = {fan_algorithm_names, FAN_ALGORITHMS},
                    [ORDER] = {order_names, FAN_SPREAD + 1},
                    [FALLBACK] = {fallback_names, FAN_FALLBACK_ERROR + 1},
                    [ON_FAILURE] = {on_failure_names, FAN_ON_FAILURE_CONTINUE + 1},
                    [DEBUG] = {debug_names, FAN_DEBUG_TRACE + 1}};

static bool is_name(const descriptor *d)
{
    return d->kind < NAMED;
}

/* -1: there is none of that name. */
static int64_t value_by_name(const descriptor *d, const char *name)
{
    const struct choice *c = &choices[d->kind];
    int64_t value = c->count - 1;
    while (value >= 0 && strcmp(name, c->names[value]) != 0)
        value--;
    return value;
}

/* "silent, warn or error" */
static const char *names_text(const descriptor *d, char *text, size_t size)
{
    const struct choice *c = &choices[d->kind];
    size_t length = 0;
    for (int64_t i = 0; i < c->count && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%s",
                                   i == 0              ? ""
                                   : i == c->count - 1 ? " or "
                                                       : ", ",
                                   c->names[i]);
    return text;
}

static bool is_real(const descriptor *d)
{
    return d->kind == SECONDS || d->kind == RATE;
}

static bool parse_integer(const descriptor *d, const char *text, int64_t *value)
{
    if (d->kind == BYTES)
        return fan_parse_bytes(text, value);
    if (is_name(d)) {
        *value = value_by_name(d, text);
        return *value >= 0;
    }
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool in_range(const descriptor *d, double value)
{
    return is_name(d) || (value >= d->minimum && value <= d->maximum);
}

static bool set_integer(void *field, const descriptor *d, const char *text)
{
    int64_t value;
    if (!parse_integer(d, text, &value) || !in_range(d, (double)value))
        return false;
    memcpy(field, &value, sizeof value);
    return true;
}

static bool set_real(void *field, const descriptor *d, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !in_range(d, value))
        return false;
    memcpy(field, &value, sizeof value);
    return true;
}

static const descriptor *find(const char *name)
{
    for (size_t i = 0; i < fan_param_count(); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* As one would write it: 1G, 16, 1e+15. */
static const char *limit_text(const descriptor *d, double limit, char *text)
{
    if (d->kind != BYTES) {
        snprintf(text, LIMIT_TEXT, limit < 1e7 ? "%.15g" : "%g", limit);
        return text;
    }
    int64_t number = (int64_t)limit;
    int power = 0;
    for (; number > 0 && number % 1024 == 0; power++)
        number /= 1024;
    snprintf(text, LIMIT_TEXT, "%" PRId64 "%.1s", number, power > 0 ? &"KMGTPE"[power - 1] : "");
    return text;
}

fan_status fan_params_set(fan_params *params, const char *name, const char *text,
                          const char *origin)
{
    const descriptor *d = find(name);
    if (d == NULL)
        return fan_fail(FAN_ERR_ARGUMENT,
                        "%s: unknown parameter '%s'; `fanout-info --params` lists all", origin,
                        name);
    void *field = (char *)params + d->offset;
    if (is_real(d) ? set_real(field, d, text) : set_integer(field, d, text)) {
        params->given |= INT64_C(1) << (d - table);
        return FAN_OK;
    }
    char names[NAMES_TEXT], least[LIMIT_TEXT], most[LIMIT_TEXT];
    if (is_name(d))
        return fan_fail(FAN_ERR_ARGUMENT, "%s: '%s' is not a value of %s; give %s (%s)", origin,
                        text, name, names_text(d, names, sizeof names), d->help);
    return fan_fail(FAN_ERR_ARGUMENT, "%s: '%s' is not a value of %s; give one from %s to %s (%s)",
                    origin, text, name, limit_text(d, d->minimum, least),
                    limit_text(d, d->maximum, most), d->help);
}

void fan_params_get(const fan_params *params, size_t index, char *text, size_t size)
{
    const descriptor *d = &table[index];
    const void *field = (const char *)params + d->offset;
    if (is_real(d)) {
        double value;
        memcpy(&value, field, sizeof value);
        snprintf(text, size, "%.15g", value);
        if (strtod(text, NULL) != value)
            snprintf(text, size, "%.17g", value);
        return;
    }
    int64_t value;
    memcpy(&value, field, sizeof value);
    if (is_name(d))
        snprintf(text, size, "%s", choices[d->kind].names[value]);
    else
        snprintf(text, size, "%" PRId64, value);
}

void fan_param_variable(size_t index, char *text, size_t size)
{
    snprintf(text, size, "FANOUT_%s", table[index].name);
    for (char *c = text; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

fan_status fan_params_from_environment(fan_params *params)
{
    for (size_t i = 0; i < fan_param_count(); i++) {
        char variable[64];
        fan_param_variable(i, variable, sizeof variable);
        const char *text = getenv(variable);
        if (text == NULL)
            continue;
        fan_status status = fan_params_set(params, table[i].name, text, variable);
        if (status != FAN_OK)
            return status;
    }
    return FAN_OK;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

static fan_status set_from_line(fan_params *params, char *line, const char *origin)
{
    line[strcspn(line, "#")] = '\0';
    line = trim(line);
    if (*line == '\0')
        return FAN_OK;
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return fan_fail(FAN_ERR_ARGUMENT, "%s: '%s' is not of the form name = value", origin, line);
    *equals = '\0';
    return fan_params_set(params, trim(line), trim(equals + 1), origin);
}

fan_status fan_params_from_file(fan_params *params, FILE *file, const char *path)
{
    char *line = NULL;
    size_t room = 0;
    fan_status status = FAN_OK;
    for (int number = 1; status == FAN_OK && getline(&line, &room, file) >= 0; number++) {
        char origin[300];
        snprintf(origin, sizeof origin, "tune file %s line %d", path, number);
        status = set_from_line(params, line, origin);
    }
    free(line);
    if (status == FAN_OK && ferror(file))
        return fan_fail(FAN_ERR_SYSTEM, "tune file %s: %s", path, strerror(errno));
    return status;
}

fan_status fan_params_from_tune_file(fan_params *params, const char *path)
{
    if (path == NULL)
        path = secure_getenv("FANOUT_TUNE_FILE");
    if (path == NULL || *path == '\0')
        return FAN_OK;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return fan_fail(FAN_ERR_SYSTEM, "tune file %s: %s", path, strerror(errno));
    fan_status status = fan_params_from_file(params, file, path);
    fclose(file);
    return status;
}
