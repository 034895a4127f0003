/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --with-libs: the libraries of programs that are compiled here, in a directory with a difficult
 * name.
 */
#include "config.h"

#include "copy/source/libraries.h"
#include "tests/common/unit_main.h"

#include <elf.h>
#include <endian.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[200]; /* also $TOP of the commands */
static char error[3000];
static fan_copy_libraries libraries;

static int shell(const char *command)
{
    return system(command);
}

/* The path of `name` in top, until the next call but three. */
static const char *in_top(const char *name)
{
    static char paths[4][PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%.1000s", top, name);
    return path;
}

/*
 * program (by rpath in it), wanting (without) -> libouter.so.1 -> libinner.so.2, both in "own
 * libs", and another libouter.so.1 and libinner.so.2 in "other".
 */
static bool build(void)
{
    return shell(
               "set -e; mkdir 'own libs' other; "
               "echo 'int inner(void) { return 0; }' >inner.c; "
               "echo 'int inner(void); int outer(void) { return inner(); }' >outer.c; "
               "echo 'int outer(void); int main(void) { return outer(); }' >main.c; "
               "for d in 'own libs' other; do "
               "${CC:-cc} -shared -fPIC -Wl,-soname,libinner.so.2 -o \"$d/libinner.so.2\" inner.c; "
               "${CC:-cc} -shared -fPIC -Wl,-soname,libouter.so.1 -o \"$d/libouter.so.1\" outer.c "
               "\"$d/libinner.so.2\" -Wl,-rpath,'$ORIGIN'; done; "
               "${CC:-cc} -o program main.c 'own libs/libouter.so.1' 'own libs/libinner.so.2' "
               "-Wl,-rpath,'$ORIGIN/own libs'; "
               "${CC:-cc} -o wanting main.c 'own libs/libouter.so.1' 'own libs/libinner.so.2'; "
               "ln -s 'own libs' alias; ln -s 'own libs' none; cp 'own libs/libinner.so.2' kept; "
               "mkdir links; ln -s '../own libs' links/directory; ln -s '../own "
               "libs/libouter.so.1' links/") == 0;
}

static void find(const char *program, const char *excluded)
{
    fan_copy_libraries_free(&libraries);
    if (!fan_copy_libraries_find(in_top(program), excluded, &libraries, error, sizeof error))
        ck_abort_msg("%s", error);
}

static void expect_error(const char *program, const char *part)
{
    fan_copy_libraries_free(&libraries);
    if (fan_copy_libraries_find(in_top(program), FAN_COPY_SYSTEM_LIBRARIES, &libraries, error,
                                sizeof error))
        ck_abort_msg("%s has %zu libraries, and not the error \"%s\"", program, libraries.count,
                     part);
    ck_assert_uint_eq(libraries.count, 0);
    if (strstr(error, part) == NULL) /* the caller names the program */
        ck_abort_msg("\"%s\" does not say \"%s\"", error, part);
}

static const char *path_of(const char *name)
{
    for (size_t i = 0; i < libraries.count; i++)
        if (strcmp(libraries.list[i].name, name) == 0)
            return libraries.list[i].path;
    return NULL;
}

static void expect_library(const char *name, const char *path)
{
    const char *found = path_of(name);
    if (found == NULL)
        ck_abort_msg("%s was not found", name);
    ck_assert_str_eq(found, path);
}

static void expect_both_in(const char *directory)
{
    char path[PATH_MAX];
    ck_assert_uint_eq(libraries.count, 2);
    snprintf(path, sizeof path, "%s/libouter.so.1", directory);
    expect_library("libouter.so.1", in_top(path));
    snprintf(path, sizeof path, "%s/libinner.so.2", directory);
    expect_library("libinner.so.2", in_top(path));
}

START_TEST(rpath_counts)
{
    find("program", FAN_COPY_SYSTEM_LIBRARIES);
    expect_both_in("own libs");
}
END_TEST

START_TEST(ld_library_path_counts)
{
    setenv("LD_LIBRARY_PATH", in_top("other"), 1);
    find("wanting", FAN_COPY_SYSTEM_LIBRARIES);
    unsetenv("LD_LIBRARY_PATH");
    expect_both_in("other");
}
END_TEST

START_TEST(a_missing_library_is_named)
{
    expect_error(
        "wanting",
        " cannot load it: error while loading shared libraries: libouter.so.1: cannot open");
    ck_assert_ptr_nonnull(
        strstr(error, "No such file or directory; if a library is not found, set"));
    ck_assert_int_eq(shell("mv 'own libs/libinner.so.2' aside"), 0);
    expect_error("program", "libraries: libinner.so.2: cannot open");
    ck_assert_int_eq(shell("mv aside 'own libs/libinner.so.2'"), 0);
}
END_TEST

START_TEST(a_preloaded_library_is_not_the_programs)
{
    setenv("LD_PRELOAD", "./kept", 1); /* without spaces, which separate names there */
    find("program", FAN_COPY_SYSTEM_LIBRARIES);
    unsetenv("LD_PRELOAD");
    expect_both_in("own libs");
}
END_TEST

START_TEST(a_name_without_a_slash_is_here)
{
    ck_assert_int_eq(shell("cp program ./--help"), 0);
    fan_copy_libraries_free(&libraries);
    if (!fan_copy_libraries_find("--help", FAN_COPY_SYSTEM_LIBRARIES, &libraries, error,
                                 sizeof error))
        ck_abort_msg("%s", error);
    ck_assert_uint_eq(libraries.count, 2);
}
END_TEST

/* Although there is a directory with that name. */
START_TEST(nothing_is_excluded_by_none)
{
    find("program", "none");
    ck_assert_uint_gt(libraries.count, 2);
    ck_assert_ptr_nonnull(path_of("libouter.so.1"));
    for (size_t i = 0; i < libraries.count; i++) /* the vdso is not listed */
        ck_assert_int_eq(access(libraries.list[i].path, R_OK), 0);
    find("program", "");
    ck_assert_uint_gt(libraries.count, 2);
}
END_TEST

static void expect_excluded(const char *directory, bool expected)
{
    char list[2 * PATH_MAX];
    snprintf(list, sizeof list, "%s,,%s", FAN_COPY_SYSTEM_LIBRARIES, directory);
    find("program", list);
    if (libraries.count != (expected ? 0 : 2))
        ck_abort_msg("%s leaves %zu libraries", directory, libraries.count);
}

START_TEST(directories_are_excluded)
{
    expect_excluded(in_top("own libs"), true);
    expect_excluded(in_top("own libs//"), true);
    expect_excluded(in_top("alias"), true);
    expect_excluded(in_top("alias/../own libs/."), true);
    expect_excluded(top, true);
    expect_excluded("/", true);
    expect_excluded(in_top("own"), false);
    expect_excluded(in_top("own lib"), false);
    expect_excluded(in_top("other"), false);
    expect_excluded("/nowhere", false);
}
END_TEST

static void expect_left(const char *path, const char *excluded, bool expected)
{
    setenv("LD_LIBRARY_PATH", path, 1);
    find("wanting", excluded);
    unsetenv("LD_LIBRARY_PATH");
    if ((path_of("libouter.so.1") != NULL) != expected)
        ck_abort_msg("libouter.so.1 of %s is %s by %s", path, expected ? "excluded" : "left",
                     excluded);
}

/*
 * The name of a directory counts, and so does where it is really; but with .. the name says
 * nothing.
 */
START_TEST(links_and_dots_are_seen_through)
{
    expect_left(in_top("alias"), in_top("own libs"), false);
    expect_left(in_top("alias"), in_top("alias"), false);
    expect_left(in_top("links/directory"), in_top("links"), false);
    expect_left(in_top("other/../own libs"), in_top("other"), true);
    expect_left("alias", "own libs", false); /* from the current directory */
}
END_TEST

START_TEST(a_link_to_a_library_is_where_it_is)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s:%s", in_top("links"), in_top("own libs"));
    expect_left(path, in_top("own libs"), true);
    expect_library("libouter.so.1", in_top("links/libouter.so.1"));
}
END_TEST

START_TEST(a_static_program_has_none)
{
    ck_assert_int_eq(
        shell("echo 'void start(void) {}' >start.c && "
              "${CC:-cc} -nostdlib -static -Wl,-e,start -o static start.c && "
              "${CC:-cc} -nostdlib -static-pie -fPIE -Wl,-e,start -o static-pie start.c && "
              "${CC:-cc} -nostdlib -pie -fPIE -Wl,-e,start -o alone start.c"),
        0);
    find("static", "none");
    ck_assert_uint_eq(libraries.count, 0);
    find("static-pie", "none");
    ck_assert_uint_eq(libraries.count, 0);
    find("alone", FAN_COPY_SYSTEM_LIBRARIES); /* by ld.so, and needs nothing */
    ck_assert_uint_eq(libraries.count, 0);
}
END_TEST

START_TEST(other_files_are_refused)
{
    ck_assert_int_eq(
        shell("printf '#!/bin/sh\\n' >script && printf text >text && : >empty && "
              "mkfifo fifo && head -c 64 program >cut && ${CC:-cc} -c -o object main.c"),
        0);
    expect_error("script", "is a script; name the program that runs it");
    expect_error("text", "is not an ELF program");
    expect_error("empty", "is not an ELF program");
    expect_error("fifo", "Illegal seek");
    expect_error("other", "Is a directory");
    expect_error("nowhere", "No such file");
    expect_error("cut", "damaged");
    expect_error("object", "is an ELF file, but not a program");
    expect_error("own libs/libouter.so.1", "is a shared library; name the program that loads it");
}
END_TEST

/* A program of 32 bits: a header, one segment, and the interpreter that it names. */
static void make_narrow_program(const char *interpreter, unsigned char order)
{
    struct {
        Elf32_Ehdr header;
        Elf32_Phdr segment;
        char interpreter[PATH_MAX];
    } file = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, order, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_phoff = sizeof file.header,
                   .e_phentsize = sizeof file.segment,
                   .e_phnum = 1},
        .segment = {.p_type = PT_INTERP,
                    .p_offset = sizeof file.header + sizeof file.segment,
                    .p_filesz = (Elf32_Word)strlen(interpreter) + 1},
    };
    snprintf(file.interpreter, sizeof file.interpreter, "%s", interpreter);
    FILE *stream = fopen(in_top("narrow"), "w");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(&file, sizeof file, 1, stream), 1);
    ck_assert_int_eq(fclose(stream), 0);
}

enum { OUR_ORDER = BYTE_ORDER == LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB };

/* Make one of it whose ld.so is a shell script. */
static void pretend(const char *script)
{
    FILE *stream = fopen(in_top("pretended ld.so"), "w");
    ck_assert_ptr_nonnull(stream);
    fprintf(stream, "#!/bin/sh\n%s\n", script);
    ck_assert_int_eq(fclose(stream), 0);
    ck_assert_int_eq(chmod(in_top("pretended ld.so"), 0700), 0);
    make_narrow_program(in_top("pretended ld.so"), OUR_ORDER);
}

START_TEST(lines_are_understood)
{
    pretend(
        "[ \"$1\" = --list ] && [ \"$2\" = \"$TOP/narrow\" ] || exit 1\n"
        "echo \"$2: /lib/libx.so: no version information available (required by $2)\" >&2\n"
        "printf '\\tlinux-gate.so.1 (0xf7f0)\\n\\tlibx.so.1 => /a b (c) => d/libx.so.1 (0x01)\\n"
        "\\tlibc.so.6 => /lib/libc.so.6 (0x3)\\n"
        "\\t/lib/ld-linux.so.2 (0x4)\\n'");
    find("narrow", FAN_COPY_SYSTEM_LIBRARIES);
    ck_assert_uint_eq(libraries.count, 1);
    expect_library("libx.so.1", "/a b (c) => d/libx.so.1");
}
END_TEST

/* It is not looked for in LD_LIBRARY_PATH. */
START_TEST(a_library_that_is_needed_by_its_path_is_refused)
{
    pretend("printf '\\t/by/path (1)/liby.so (0x2)\\n'");
    expect_error("narrow", "needs /by/path (1)/liby.so by this path");
    find("narrow", "/by");
    ck_assert_uint_eq(libraries.count, 0);
    ck_assert_int_eq(shell("${CC:-cc} -shared -fPIC -o libnameless.so inner.c && "
                           "echo 'int inner(void); int main(void) { return inner(); }' >user.c && "
                           "${CC:-cc} -o user user.c \"$TOP/libnameless.so\""),
                     0);
    expect_error("user", "libnameless.so by this path, because it has no SONAME");
}
END_TEST

START_TEST(other_lines_are_errors)
{
    pretend("printf '\\tlibx.so => /a\\nb/libx.so (0x1)\\n'");
    expect_error("narrow", "unexpected output from ld.so: libx.so => /a");
    pretend("printf '\\tlibx.so => not found\\n'");
    expect_error("narrow", "unexpected output from ld.so: libx.so => not found");
    pretend("printf '\\tlibx.so => /a/libx.so (0x1)\\n\\tlibx.so => /b/libx.so (0x1)\\n'");
    expect_error("narrow", "two libraries with the name libx.so, /a/libx.so and /b/libx.so, which");
}
END_TEST

START_TEST(an_interpreter_that_fails_is_named)
{
    pretend("echo \"$2: it\"; echo is broken >&2; exit 3");
    expect_error("narrow", "pretended ld.so cannot load it: it is broken; if a library");
    pretend("kill -9 $$");
    expect_error("narrow", "pretended ld.so cannot load it: ;");
    make_narrow_program("/nowhere/ld.so", OUR_ORDER);
    expect_error("narrow", "cannot run /nowhere/ld.so, which starts it: No such file");
    make_narrow_program("", OUR_ORDER ^ ELFDATA2LSB ^ ELFDATA2MSB);
    expect_error("narrow", "another byte order");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rpath_counts,
        ld_library_path_counts,
        a_missing_library_is_named,
        a_preloaded_library_is_not_the_programs,
        a_name_without_a_slash_is_here,
        nothing_is_excluded_by_none,
        directories_are_excluded,
        links_and_dots_are_seen_through,
        a_link_to_a_library_is_where_it_is,
        a_static_program_has_none,
        other_files_are_refused,
        lines_are_understood,
        a_library_that_is_needed_by_its_path_is_refused,
        other_lines_are_errors,
        an_interpreter_that_fails_is_named,
    };
    char directory[] = "/tmp/libraries it's \"a\" $test.XXXXXX", real[PATH_MAX];
    if (shell("command -v ${CC:-cc} >/dev/null") != 0) {
        puts("1..0 # SKIP no C compiler");
        return 0;
    }
    unsetenv("LD_LIBRARY_PATH");
    if (mkdtemp(directory) == NULL || realpath(directory, real) == NULL ||
        setenv("TOP", real, 1) != 0 ||
        (size_t)snprintf(top, sizeof top, "%s", real) >= sizeof top || chdir(top) != 0 ||
        !build()) {
        puts("Bail out! cannot build the programs");
        return 1;
    }
    int result = unit_main("libraries", tests, sizeof tests / sizeof tests[0]);
    fan_copy_libraries_free(&libraries);
    return shell("rm -r \"$TOP\"") == 0 ? result : 1;
}
