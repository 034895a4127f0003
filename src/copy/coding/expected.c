/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/coding/expected.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Hexadecimal digits of its sums; 0, with the reason, if OpenSSL does not have the algorithm. */
static size_t digits_of(const char *algorithm, char *wrong, size_t size)
{
    char empty[FAN_COPY_OPENSSL_DIGEST_TEXT] = "";
    fan_copy_openssl_digest *digest = fan_copy_openssl_digest_create(algorithm, wrong, size);
    if (digest != NULL && !fan_copy_openssl_digest_finish(digest, empty))
        snprintf(wrong, size, "OpenSSL cannot compute %s", algorithm);
    fan_copy_openssl_digest_free(digest);
    return strlen(empty);
}

static void take_sum(const char *text, char *sum)
{
    size_t i = 0;
    for (; text[i] != '\0'; i++)
        sum[i] = (char)tolower((unsigned char)text[i]);
    sum[i] = '\0';
}

bool fan_copy_expected_parse(const char *text, fan_copy_expected *expected, char *wrong,
                             size_t size)
{
    const char *colon = strchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof expected->algorithm) {
        snprintf(wrong, size, "write ALGORITHM:SUM, such as sha256:e3b0...");
        return false;
    }
    snprintf(expected->algorithm, sizeof expected->algorithm, "%.*s", (int)(colon - text), text);
    size_t digits = digits_of(expected->algorithm, wrong, size);
    if (digits == 0)
        return false;
    if (strspn(colon + 1, "0123456789abcdefABCDEF") != digits || colon[1 + digits] != '\0') {
        snprintf(wrong, size, "%s has %zu hexadecimal digits, as %ssum prints them",
                 expected->algorithm, digits, expected->algorithm);
        return false;
    }
    take_sum(colon + 1, expected->sum);
    return true;
}
