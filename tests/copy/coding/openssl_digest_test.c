/* SPDX-License-Identifier: BSD-3-Clause */
/* --digest: known digests, and the lines of sha256sum. */
#include "config.h"

#include "copy/coding/openssl_digest.h"
#include "tests/common/unit_main.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fan_copy_openssl_digest *checksum_of(const char *name)
{
    char error[200];
    fan_copy_openssl_digest *checksum = fan_copy_openssl_digest_create(name, error, sizeof error);
    if (checksum == NULL)
        ck_abort_msg("%s: %s", name, error);
    return checksum;
}

static void expect_digest(fan_copy_openssl_digest *checksum, const char *data, const char *expected)
{
    char text[FAN_COPY_OPENSSL_DIGEST_TEXT];
    size_t half = strlen(data) / 2;
    ck_assert(fan_copy_openssl_digest_update(checksum, data, half));
    ck_assert(fan_copy_openssl_digest_update(checksum, data + half, strlen(data) - half));
    ck_assert(fan_copy_openssl_digest_finish(checksum, text));
    ck_assert_str_eq(text, expected);
}

/* The examples of FIPS 180-4 and RFC 1321. */
START_TEST(digests_are_right)
{
    static const struct {
        const char *name, *of_abc;
    } known[] = {
        {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"sha512", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                   "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
        {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"md5", "900150983cd24fb0d6963f7d28e17f72"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        fan_copy_openssl_digest *checksum = checksum_of(known[i].name);
        expect_digest(checksum, "abc", known[i].of_abc);
        fan_copy_openssl_digest_free(checksum);
    }
}
END_TEST

START_TEST(one_checksum_does_for_many_files)
{
    fan_copy_openssl_digest *checksum = checksum_of("sha1");
    expect_digest(checksum, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    expect_digest(checksum, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
    expect_digest(checksum, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    fan_copy_openssl_digest_free(checksum);
}
END_TEST

/* md4: OpenSSL 3 knows its name, and has it only where the legacy provider is loaded. */
START_TEST(unknown_digests_are_refused)
{
    static const char *const names[] = {"", "sha257", "sha-257", "md4"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char error[200], expected[200];
        snprintf(expected, sizeof expected, "the digest %s; use sha256", names[i]);
        fan_copy_openssl_digest *checksum =
            fan_copy_openssl_digest_create(names[i], error, sizeof error);
        if (checksum != NULL)
            ck_abort_msg("\"%s\" is a digest", names[i]);
        ck_assert_ptr_nonnull(strstr(error, expected));
    }
}
END_TEST

static char *line_of(const char *digest, const char *name)
{
    char *line;
    size_t length;
    FILE *stream = open_memstream(&line, &length);
    fan_copy_openssl_digest_print(stream, digest, name);
    fclose(stream);
    return line;
}

START_TEST(names_are_escaped)
{
    static const struct {
        const char *name, *line;
    } known[] = {
        {"plain", "0a  plain\n"},
        {" a\tb 'c' \"d\" *", "0a   a\tb 'c' \"d\" *\n"},
        {"dir/\xc3\xa4", "0a  dir/\xc3\xa4\n"},
        {"a\\b", "\\0a  a\\\\b\n"},
        {"a\nb\\", "\\0a  a\\nb\\\\\n"},
        {"a\r", "\\0a  a\\r\n"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char *line = line_of("0a", known[i].name);
        ck_assert_str_eq(line, known[i].line);
        free(line);
    }
}
END_TEST

/* What sha256sum prints for an empty file. */
static void run_sha256sum(const char *name, char *line, size_t size)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    ck_assert_int_ge(fd, 0);
    close(fd);
    setenv("NAME", name, 1);
    FILE *stream = popen("sha256sum -- \"$NAME\"", "r");
    ck_assert_ptr_nonnull(stream);
    line[fread(line, 1, size - 1, stream)] = '\0';
    ck_assert_int_eq(pclose(stream), 0);
    unlink(name);
}

/* Not \r: coreutils before 9 leave it as it is. */
START_TEST(sha256sum_prints_the_same)
{
    static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    static const char *const names[] = {"plain", " a\tb 'c' \"d\" *", "\xc3\xa4\xff",
                                        "a\\b",  "\n\\n\n",           "-"};
    char directory[] = "/tmp/checksum_test.XXXXXX", before[4096];
    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char theirs[500], path[100];
        snprintf(path, sizeof path, "./%s", names[i]);
        run_sha256sum(path, theirs, sizeof theirs);
        char *ours = line_of(empty, path);
        ck_assert_str_eq(ours, theirs);
        free(ours);
    }
    ck_assert_int_eq(chdir(before), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        digests_are_right, one_checksum_does_for_many_files, unknown_digests_are_refused,
        names_are_escaped, sha256sum_prints_the_same,
    };
    return unit_main("checksum", tests, sizeof tests / sizeof tests[0]);
}
