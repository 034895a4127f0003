/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/coding/openssl_digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(FAN_COPY_OPENSSL_DIGEST_TEXT == 2 * EVP_MAX_MD_SIZE + 1,
               "OpenSSL has longer digests");

struct fan_copy_openssl_digest {
    const EVP_MD *digest;
    EVP_MD_CTX *context;
};

/* That the name is known does not mean that this OpenSSL, or its FIPS mode, has the digest. */
static bool start(fan_copy_openssl_digest *checksum)
{
    return checksum->digest != NULL &&
           EVP_DigestInit_ex(checksum->context, checksum->digest, NULL) == 1;
}

fan_copy_openssl_digest *fan_copy_openssl_digest_create(const char *name, char *error, size_t size)
{
    fan_copy_openssl_digest *checksum = malloc(sizeof *checksum);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (checksum == NULL || context == NULL) {
        snprintf(error, size, "out of memory");
        EVP_MD_CTX_free(context);
        free(checksum);
        return NULL;
    }
    *checksum = (fan_copy_openssl_digest){.digest = EVP_get_digestbyname(name), .context = context};
    if (start(checksum))
        return checksum;
    snprintf(error, size, "OpenSSL does not provide the digest %s; use sha256, sha512, sha1 or md5",
             name);
    fan_copy_openssl_digest_free(checksum);
    return NULL;
}

void fan_copy_openssl_digest_free(fan_copy_openssl_digest *checksum)
{
    if (checksum == NULL)
        return;
    EVP_MD_CTX_free(checksum->context);
    free(checksum);
}

bool fan_copy_openssl_digest_update(fan_copy_openssl_digest *checksum, const void *data,
                                    size_t bytes)
{
    return EVP_DigestUpdate(checksum->context, data, bytes) == 1;
}

bool fan_copy_openssl_digest_finish(fan_copy_openssl_digest *checksum,
                                    char text[FAN_COPY_OPENSSL_DIGEST_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length;
    if (EVP_DigestFinal_ex(checksum->context, digest, &length) != 1)
        return false;
    for (unsigned i = 0; i < length; i++)
        sprintf(text + 2 * i, "%02x", digest[i]);
    return start(checksum);
}

void fan_copy_openssl_digest_print(FILE *stream, const char *digest, const char *name)
{
    static const char special[] = "\\\n\r", letters[] = "\\nr";
    if (strpbrk(name, special) != NULL)
        fputc('\\', stream);
    fprintf(stream, "%s  ", digest);
    for (const char *p = name; *p != '\0'; p++) {
        const char *found = strchr(special, *p);
        if (found == NULL)
            fputc(*p, stream);
        else
            fprintf(stream, "\\%c", letters[found - special]);
    }
    fputc('\n', stream);
}
