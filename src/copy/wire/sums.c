/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/wire/sums.h"

#include <stdio.h>
#include <string.h>

static bool expects(const fan_copy_sums *sums)
{
    return sums->expected->sum[0] != '\0';
}

static bool fail(fan_copy_sums *sums, const char *text)
{
    snprintf(sums->error, sizeof sums->error, "%s", text);
    return false;
}

static bool open_one(fan_copy_sums *sums, fan_copy_digest_lines *one, const char *algorithm,
                     const fan_copy_manifest *manifest)
{
    return fan_copy_digest_lines_open(one, algorithm, sums->sources, manifest) ||
           fail(sums, one->error);
}

bool fan_copy_sums_open(fan_copy_sums *sums, const char *algorithm,
                        const fan_copy_expected *expected, char *const *sources,
                        const fan_copy_manifest *manifest)
{
    *sums = (fan_copy_sums){.sources = sources, .expected = expected};
    if (algorithm != NULL && !open_one(sums, &sums->printed, algorithm, manifest))
        return false;
    if (!expects(sums))
        return true;
    if (manifest->entry_count != 1 || manifest->entries[0].kind != FAN_COPY_REGULAR)
        return fail(sums, "is not one regular file, so it has no sum for --expect-digest");
    return open_one(sums, &sums->compared, expected->algorithm, manifest);
}

void fan_copy_sums_limit(fan_copy_sums *sums, int64_t first, int64_t end)
{
    fan_copy_digest_lines_limit(&sums->printed, first, end);
    fan_copy_digest_lines_limit(&sums->compared, first, end);
}

void fan_copy_sums_add(fan_copy_sums *sums, int64_t entry, int64_t offset, const void *data,
                       size_t bytes)
{
    fan_copy_digest_lines_add(&sums->printed, entry, offset, data, bytes);
    fan_copy_digest_lines_add(&sums->compared, entry, offset, data, bytes);
}

bool fan_copy_sums_right(fan_copy_sums *sums)
{
    char sum[FAN_COPY_OPENSSL_DIGEST_TEXT];
    if (!expects(sums))
        return true;
    if (!fan_copy_digest_lines_only(&sums->compared, sum))
        return fail(sums, sums->compared.error);
    if (strcmp(sum, sums->expected->sum) == 0)
        return true;
    snprintf(sums->error, sizeof sums->error,
             "its %s is %s, not %s (--expect-digest); nothing was written on any host",
             sums->expected->algorithm, sum, sums->expected->sum);
    return false;
}

bool fan_copy_sums_print(fan_copy_sums *sums, FILE *file)
{
    return sums->printed.sum == NULL || fan_copy_digest_lines_print(&sums->printed, file) ||
           fail(sums, sums->printed.error);
}

void fan_copy_sums_close(fan_copy_sums *sums)
{
    fan_copy_digest_lines_close(&sums->printed);
    fan_copy_digest_lines_close(&sums->compared);
}
