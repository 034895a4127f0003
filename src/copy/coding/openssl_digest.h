/* SPDX-License-Identifier: BSD-3-Clause */
/** @file openssl_digest.h  The digest of --digest, in the lines of sha256sum(1) and its like. */
#ifndef FAN_COPY_CODING_OPENSSL_DIGEST_H
#define FAN_COPY_CODING_OPENSSL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** A digest of data that comes in pieces. */
typedef struct fan_copy_openssl_digest fan_copy_openssl_digest;

/** Room for the longest digest that OpenSSL has, in hexadecimal. */
enum { FAN_COPY_OPENSSL_DIGEST_TEXT = 129 };

/**
 * By the name that OpenSSL gives a digest, such as sha256. NULL, with a text in `error`, if OpenSSL
 * does not provide it.
 */
fan_copy_openssl_digest *fan_copy_openssl_digest_create(const char *name, char *error, size_t size);

void fan_copy_openssl_digest_free(fan_copy_openssl_digest *checksum);

/** False if OpenSSL fails. */
bool fan_copy_openssl_digest_update(fan_copy_openssl_digest *checksum, const void *data,
                                    size_t bytes);

/**
 * The digest of all data since the last call, in hexadecimal; the next data begins a new one. False
 * as above.
 */
bool fan_copy_openssl_digest_finish(fan_copy_openssl_digest *checksum,
                                    char text[FAN_COPY_OPENSSL_DIGEST_TEXT]);

/**
 * Print what sha256sum of coreutils 9 does for a file called `name`. `sha256sum --check` reads it:
 * a backslash before the digest says that in the name \\, \n and \r stand for a backslash, a line
 * feed and a carriage return.
 */
void fan_copy_openssl_digest_print(FILE *stream, const char *digest, const char *name);

#endif
