/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/coding/openssl_digest.h"
#include "copy/job/memory.h"
#include "copy/job/printable.h"
#include "copy/options/checks.h"
#include "copy/options/options.h"
#include "copy/options/others.h"
#include "fanout.h"
#include "os/parse_on_ranks.h"
#include "os/path.h"
#include "os/program.h"
#include "os/shell_word.h"

#include <argp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_COMPRESS = 256,
    OPTION_DIGEST,
    OPTION_EXCLUDE,
    OPTION_EXPECT_DIGEST,
    OPTION_DRIVEN,
    OPTION_FAIL_FAST,
    OPTION_FILES_FROM,
    OPTION_FSYNC,
    OPTION_HOSTFILE,
    OPTION_HOSTS,
    OPTION_IGNORE_CHANGED,
    OPTION_INCLUDE,
    OPTION_JSON,
    OPTION_LIBS_EXCLUDE,
    OPTION_MAX_FAILURES,
    OPTION_MDC,
    OPTION_MKPATH,
    OPTION_NO_PROGRESS,
    OPTION_ONCE,
    OPTION_PIPE,
    OPTION_PROGRESS,
    OPTION_RESUME,
    OPTION_RETRY,
    OPTION_SEND_LIBS,
    OPTION_SOURCE_HOST,
    OPTION_SOURCE_SHARED,
    OPTION_STDIN_FROM,
    OPTION_TIMEOUT,
    OPTION_UNPACK,
    OPTION_UNPACK_UNSAFE,
    OPTION_VERIFY,
    OPTION_WITH_LIBS
};

enum { GROUP_WHAT = 1, GROUP_HOSTS, GROUP_FROM, GROUP_TO, GROUP_SHOW };

static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "What to copy:", GROUP_WHAT},
    {"recursive", 'r', NULL, 0, "Copy directories with everything in them", 0},
    {"archive", 'a', NULL, 0, "Like -r, and keep the owner, extended attributes and ACLs", 0},
    {"dereference", 'L', NULL, 0, "Copy what symbolic links point to, not the links", 0},
    {"one-file-system", 'x', NULL, 0, "Do not enter directories of other file systems", 0},
    {"exclude", OPTION_EXCLUDE, "PATTERN", 0,
     "Leave out what matches PATTERN; the first --exclude or --include that matches decides", 0},
    {"include", OPTION_INCLUDE, "PATTERN", 0, "Do not leave out what matches PATTERN", 0},
    {"files-from", OPTION_FILES_FROM, "FILE", 0,
     "Copy what FILE (- for standard input) names, one name below SRC in each line, to the same "
     "names below DST",
     0},
    {"from0", '0', NULL, 0, "The names of --files-from end with NULs, as find -print0 writes them",
     0},
    {"mdc", OPTION_MDC, "FACTORS", 0,
     "SRC is a dataset: copy its descriptors, one after the other, into the directory DST; any "
     "number of them give a usable picture",
     0},
    {"with-libs", OPTION_WITH_LIBS, NULL, 0,
     "SRC is a program: also copy the shared libraries that it loads, to DST_libs", 0},
    {"send-libs", OPTION_SEND_LIBS, "yes|no", OPTION_HIDDEN | OPTION_ARG_OPTIONAL, NULL, 0},
    {"libs-exclude", OPTION_LIBS_EXCLUDE, "DIRECTORY,...", 0,
     "Leave out libraries in these directories; \"none\" excludes nothing. Default: /lib, /lib64, "
     "/usr/lib, /usr/lib64",
     0},
    {NULL, 0, NULL, 0, "Hosts, without mpirun before the command:", GROUP_HOSTS},
    {"hosts", OPTION_HOSTS, "LIST", 0,
     "Copy from this host to those of LIST, such as n[1-8],m3: start mpirun, or srun in a job of "
     "Slurm, and start it again on those that are left when one is lost",
     0},
    {"hostfile", OPTION_HOSTFILE, "FILE", 0, "The same with the hosts that the lines of FILE name",
     0},
    {"max-failures", OPTION_MAX_FAILURES, "N", 0,
     "Go on as long as no more than N hosts are lost; default: all but the source's", 0},
    {"retry", OPTION_RETRY, "N", 0, "At the end try hosts that were lost again, up to N times", 0},
    {"driven", OPTION_DRIVEN, "HOW", OPTION_HIDDEN, NULL, 0},
    {NULL, 0, NULL, 0, "Source and transfer:", GROUP_FROM},
    {"source-host", OPTION_SOURCE_HOST, "HOST", 0,
     "SRC without a HOST: are on HOST, not on the host of rank 0", 0},
    {"source-shared", OPTION_SOURCE_SHARED, NULL, 0,
     "Every host sees SRC, in a parallel file system: several hosts each read a part of it", 0},
    {"stdin-from", OPTION_STDIN_FROM, "PATH", 0,
     "Where SRC is -, read PATH, a FIFO for example, and not what the launcher passes on", 0},
    {"expect-digest", OPTION_EXPECT_DIGEST, "ALGORITHM:SUM", 0,
     "SRC is one file: no host gets it unless this is its checksum (sha256:..., as sha256sum "
     "prints it)",
     0},
    {"ignore-changed", OPTION_IGNORE_CHANGED, NULL, 0,
     "Copy files that change meanwhile, such as logs, as far as they were found; status 2", 0},
    {"compress", OPTION_COMPRESS, "METHOD", 0,
     "zstd, zstd:LEVEL, lz4, none, or auto: where it is faster than the network", 0},
    {NULL, 'z', NULL, 0, "Like --compress=auto", 0},
    {NULL, 'C', "METHOD", OPTION_HIDDEN | OPTION_ARG_OPTIONAL, NULL, 0},
    {"timeout", OPTION_TIMEOUT, "SECONDS", 0,
     "Give up when no data has moved for SECONDS, and say where: between which hosts, at which "
     "command",
     0},
    {NULL, 0, NULL, 0, "Destination:", GROUP_TO},
    {"no-target-directory", 'T', NULL, 0, "DST is the copy itself, even if it is a directory", 0},
    {"mkpath", OPTION_MKPATH, NULL, 0, "Make the directories on the way to DST", 0},
    {"pipe", OPTION_PIPE, "COMMAND", 0,
     "Write no file: pass the data to COMMAND on each host; %d in it stands for DST", 0},
    {"once", OPTION_ONCE, "verify", OPTION_ARG_OPTIONAL,
     "Do nothing where an earlier job has made DST of the same SRC, wait where another one makes "
     "it; with =verify read what is there",
     0},
    {"unpack", OPTION_UNPACK, NULL, 0,
     "SRC are archives: unpack them on each host, while they arrive, into the new directory DST",
     0},
    {"unpack-unsafe", OPTION_UNPACK_UNSAFE, NULL, 0,
     "Like --unpack, for archives that you trust: links may lead outside, as with bsdtar", 0},
    {"update", 'u', NULL, 0, "Copy only files that differ in size or time", 0},
    {"checksum", 'c', NULL, 0, "Copy only files that differ in content", 0},
    {"resume", OPTION_RESUME, NULL, 0,
     "Continue a copy that was killed: send only what some host lacks", 0},
    {"verify", OPTION_VERIFY, NULL, 0, "Read what was written back from the device and compare", 0},
    {"fsync", OPTION_FSYNC, NULL, 0,
     "Flush each file and its directory to the device before success is reported", 0},
    {"fail-fast", OPTION_FAIL_FAST, NULL, 0,
     "Stop all hosts when one fails; by default the others continue", 0},
    {NULL, 0, NULL, 0, "Output:", GROUP_SHOW},
    {"digest", OPTION_DIGEST, "ALGORITHM", 0,
     "Print checksums (sha256, sha512, md5, ...) as sha256sum does", 0},
    {"dry-run", 'n', NULL, 0,
     "Show what would be copied and how, check that it can be, and write nothing", 0},
    {"json", OPTION_JSON, "FILE", 0, "Write a report in JSON to FILE, - for standard output", 0},
    {"no-progress", OPTION_NO_PROGRESS, NULL, 0, "Do not show a progress line", 0},
    {"progress", OPTION_PROGRESS, NULL, 0,
     "Show the progress line on standard error even if that is not a terminal", 0},
    {"quiet", 'q', NULL, 0, "Print errors only", 0},
    {"verbose", 'v', NULL, 0, "Print the names of what some host lacked", 0},
    {0},
};

/* argp_error, for texts with what the user has typed. */
static void add_pattern(fan_copy_options *options, char *text, bool include,
                        struct argp_state *state)
{
    const char *wrong = fan_copy_patterns_add(&options->patterns, text, include);
    if (wrong != NULL)
        fan_copy_options_wrong(state, "--%s %s: %s", include ? "include" : "exclude", text, wrong);
}

static void parse_compression(fan_copy_options *options, const char *text, struct argp_state *state)
{
    char wrong[256];
    if (!fan_copy_compression_parse(text, &options->compression, wrong, sizeof wrong))
        fan_copy_options_wrong(state, "--compress %s: %s", text, wrong);
}

static void parse_driven(fan_copy_options *options, const char *value, struct argp_state *state)
{
    char *text = fan_copy_strdup(value); /* it is changed */
    if (!fan_copy_driven_parse(text, &options->driven))
        fan_copy_options_wrong(state, "--driven=%s: is for processes that --hosts has started",
                               value);
    options->driven_text = text;
}

/* sbcast's name of --with-libs. */
static bool parse_yes(const char *text, struct argp_state *state)
{
    bool yes = text == NULL || strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0)
        fan_copy_options_wrong(state, "--send-libs=%s: write yes or no", text);
    return yes;
}

static void check_digest(const char *name, struct argp_state *state)
{
    char wrong[256];
    fan_copy_openssl_digest *sum = fan_copy_openssl_digest_create(name, wrong, sizeof wrong);
    if (sum == NULL)
        fan_copy_options_wrong(state, "--digest %s: %s", name, wrong);
    fan_copy_openssl_digest_free(sum);
}

static void parse_expected(fan_copy_options *options, const char *text, struct argp_state *state)
{
    char wrong[256];
    if (!fan_copy_expected_parse(text, &options->expected, wrong, sizeof wrong))
        fan_copy_options_wrong(state, "--expect-digest %s: %s", text, wrong);
}

static void check_seconds(const char *text, struct argp_state *state)
{
    if (!fan_copy_options_seconds(text))
        fan_copy_options_wrong(state, "--timeout %s: a positive number of seconds is needed", text);
}

static void check_command(const char *text, struct argp_state *state)
{
    char wrong[256];
    if (!fan_os_shell_command_valid(text, wrong, sizeof wrong))
        fan_copy_options_wrong(state, "--pipe %s", wrong);
}

static void parse_once(fan_copy_options *options, const char *value, struct argp_state *state)
{
    options->once = true;
    options->once_verify = value != NULL;
    if (value != NULL && strcmp(value, "verify") != 0)
        fan_copy_options_wrong(state, "--once=%s: only --once and --once=verify are known", value);
}

/* All but the last are sources. */
static void take_argument(fan_copy_options *options, char *value)
{
    if (options->destination != NULL)
        options->sources[options->source_count++] = (char *)(uintptr_t)options->destination;
    options->destination = value;
}

/* An option without a value. False if it is another one. */
static bool take_flag(fan_copy_options *options, int key)
{
    switch (key) {
    case 'r': options->recursive = true; return true;
    case 'a': options->recursive = options->archive = true; return true;
    case 'L': options->dereference = true; return true;
    case '0': options->from0 = true; return true;
    case OPTION_WITH_LIBS: options->with_libraries = true; return true;
    case OPTION_SOURCE_SHARED: options->source_shared = true; return true;
    case OPTION_IGNORE_CHANGED: options->ignore_changed = true; return true;
    case 'T': options->no_target_directory = true; return true;
    case 'u': options->update = true; return true;
    case 'c': options->checksum = true; return true;
    case OPTION_RESUME: options->resume = true; return true;
    case OPTION_UNPACK_UNSAFE: options->unpack = options->unpack_unsafe = true; return true;
    case OPTION_UNPACK: options->unpack = true; return true;
    case OPTION_VERIFY: options->verify = true; return true;
    case OPTION_FSYNC: options->sync = true; return true;
    case OPTION_FAIL_FAST: options->fail_fast = true; return true;
    case 'n': options->dry_run = true; return true;
    case OPTION_PROGRESS: options->progress = FAN_COPY_SHOW_ALWAYS; return true;
    case OPTION_NO_PROGRESS: options->progress = FAN_COPY_SHOW_NEVER; return true;
    case 'q':
    case 'v':
        options->quiet = key == 'q';
        options->verbose = key == 'v';
        return true;
    case 'x': options->one_file_system = true; return true;
    case OPTION_MKPATH: options->makes_way = true; return true;
    default: return false;
    }
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    fan_copy_options *options = state->input;
    if (take_flag(options, key))
        return 0;
    switch (key) {
    case OPTION_EXCLUDE: add_pattern(options, value, false, state); return 0;
    case OPTION_INCLUDE: add_pattern(options, value, true, state); return 0;
    case OPTION_FILES_FROM: options->files_from = value; return 0;
    case OPTION_MDC: options->factors = value; return 0;
    case OPTION_LIBS_EXCLUDE: options->excluded_libraries = value; return 0;
    case OPTION_SOURCE_HOST: options->source_host = value; return 0;
    case OPTION_COMPRESS: parse_compression(options, value, state); return 0;
    case 'z': parse_compression(options, "auto", state); return 0;
    case 'C': parse_compression(options, value != NULL ? value : "auto", state); return 0;
    case OPTION_SEND_LIBS: options->with_libraries = parse_yes(value, state); return 0;
    case OPTION_TIMEOUT:
        options->timeout = value;
        check_seconds(value, state);
        return 0;
    case OPTION_HOSTS: options->hosts = value; return 0;
    case OPTION_HOSTFILE: options->host_file = value; return 0;
    case OPTION_MAX_FAILURES:
        options->max_failures = fan_os_parse_number(state, "--max-failures", value, 0, INT_MAX);
        return 0;
    case OPTION_RETRY:
        options->retries = fan_os_parse_number(state, "--retry", value, 0, INT_MAX);
        return 0;
    case OPTION_DRIVEN: parse_driven(options, value, state); return 0;
    case OPTION_ONCE: parse_once(options, value, state); return 0;
    case OPTION_PIPE:
        options->command = value;
        check_command(value, state);
        return 0;
    case OPTION_DIGEST:
        options->digest = value;
        check_digest(value, state);
        return 0;
    case OPTION_EXPECT_DIGEST: parse_expected(options, value, state); return 0;
    case OPTION_STDIN_FROM: options->stdin_from = value; return 0;
    case OPTION_JSON: options->json = value; return 0;
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->needs_archive; return 0;
    case ARGP_KEY_ARG: take_argument(options, value); return 0;
    case ARGP_KEY_END: fan_copy_options_check(options, state); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&fan_copy_options_others, 0, NULL, 0}, {0}};

static const struct argp parser = {
    .children = children,
    .options = table,
    .parser = parse_option,
    .args_doc = "[HOST:]SRC... DST",
    .doc =
        "Copy files and trees from one host of the job to every host, in about the time of one "
        "copy.\vStart it with one process per host, such as: "
        "mpirun -N 1 --host a,b,c fanout-copy SRC DST\n"
        "or let it start the job itself: fanout-copy --hosts a,b,c SRC DST\n\n"
        "Rank 0 reads SRC once; SRC may be - for its standard input. HOST:PATH is read on the host "
        "of that name, and several hosts may each have some of the sources. One process of each "
        "host "
        "writes DST; if DST is a directory, what is copied goes into it under its own name, as "
        "with cp. In DST %h stands for the host name and %r for the rank; with %r every rank "
        "writes a copy of its own. Files and new trees appear under their final names only when "
        "they are whole.\n\n"
        "Exit status, on every rank: 0 when every host has everything, 1 when at least one "
        "host failed or is incomplete, 2 for a wrong command line or, with --ignore-changed, "
        "when files have changed meanwhile.",
};

/* Before they are parsed, which changes some of them. */
static char **copy_arguments(int argc, char **argv)
{
    char **copies = fan_copy_allocate((size_t)argc, sizeof *copies);
    for (int i = 1; i < argc; i++)
        copies[i - 1] = fan_copy_strdup(argv[i]);
    return copies;
}

void fan_copy_options_parse(int argc, char **argv, bool prints, fan_copy_options *options)
{
    *options = (fan_copy_options){.progress = FAN_COPY_SHOW_ON_TERMINAL, .max_failures = -1};
    options->sources = fan_copy_allocate((size_t)argc, sizeof *options->sources);
    options->named = fan_copy_allocate((size_t)argc, sizeof *options->named);
    options->arguments = copy_arguments(argc, argv);
    fan_os_program("fanout-copy", fanout_version());
    fan_os_parse_on_ranks(&parser, argc, argv, prints, options);
    for (int i = 0; i < options->source_count; i++)
        options->named[i] = options->sources[i];
}

bool fan_copy_from_stdin(const fan_copy_options *options)
{
    return strcmp(options->sources[0], "-") == 0;
}

bool fan_copy_options_resumable(const fan_copy_options *options)
{
    return !fan_copy_from_stdin(options) && options->command == NULL && !options->unpack &&
           !options->once && options->factors == NULL && !options->dry_run;
}

bool fan_copy_options_adoptable(const fan_copy_options *options)
{
    return fan_copy_options_resumable(options) && !options->source_shared &&
           options->digest == NULL && options->expected.sum[0] == '\0' &&
           !fan_copy_from_stdin_list(options);
}

bool fan_copy_options_hint_at_job(int argc, char **argv)
{
    bool hosts = false;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        hosts |= strncmp(argv[i], "--host", strlen("--host")) == 0;
        if (strncmp(argv[i], "--driven=", strlen("--driven=")) == 0)
            return false;
    }
    return hosts;
}

bool fan_copy_from_stdin_list(const fan_copy_options *options)
{
    return options->files_from != NULL && strcmp(options->files_from, "-") == 0;
}

void fan_copy_options_free(fan_copy_options *options)
{
    for (char **argument = options->arguments; *argument != NULL; argument++)
        free(*argument);
    free(options->arguments);
    free(options->driven_text);
    fan_copy_patterns_free(&options->patterns);
    free(options->sources);
    free(options->named);
}
