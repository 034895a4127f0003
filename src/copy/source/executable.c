/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/source/executable.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUR_ORDER = BYTE_ORDER == LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB };

typedef struct elf_file {
    int fd;
    bool wide; /* of 64 bits */
} elf_file;

/* Each structure of ELF has two forms. */
typedef union elf_header {
    Elf64_Ehdr wide;
    Elf32_Ehdr narrow;
} elf_header;

typedef union elf_segment {
    Elf64_Phdr wide;
    Elf32_Phdr narrow;
} elf_segment;

typedef union elf_dynamic {
    Elf64_Dyn wide;
    Elf32_Dyn narrow;
} elf_dynamic;

#define FIELD(file, structure, name)                                                               \
    ((file)->wide ? (uint64_t)(structure).wide.name : (uint64_t)(structure).narrow.name)
#define SIZE(file, structure) ((file)->wide ? sizeof(structure).wide : sizeof(structure).narrow)

static bool read_at(const elf_file *file, uint64_t offset, void *buffer, size_t bytes)
{
    return offset <= INT64_MAX && pread(file->fd, buffer, bytes, (off_t)offset) == (ssize_t)bytes;
}

static bool read_interpreter(const elf_file *file, const elf_segment *segment,
                             char interpreter[PATH_MAX])
{
    uint64_t bytes = FIELD(file, *segment, p_filesz);
    return bytes > 0 && bytes <= PATH_MAX &&
           read_at(file, FIELD(file, *segment, p_offset), interpreter, bytes) &&
           interpreter[bytes - 1] == '\0';
}

/* A static program may have a dynamic segment, too, but needs nothing. */
static bool needs_libraries(const elf_file *file, const elf_segment *segment)
{
    elf_dynamic entry;
    size_t step = SIZE(file, entry);
    uint64_t begin = FIELD(file, *segment, p_offset), end = begin + FIELD(file, *segment, p_filesz);
    for (uint64_t offset = begin; offset < end && read_at(file, offset, &entry, step);
         offset += step) {
        uint64_t tag = FIELD(file, entry, d_tag);
        if (tag == DT_NEEDED || tag == DT_NULL)
            return tag == DT_NEEDED;
    }
    return false;
}

/* NULL, or what is wrong. */
static const char *scan_segments(const elf_file *file, char interpreter[PATH_MAX])
{
    static const char damaged[] = "is a damaged ELF file";
    elf_header header;
    if (!read_at(file, 0, &header, SIZE(file, header)))
        return damaged;
    uint64_t type = FIELD(file, header, e_type), count = FIELD(file, header, e_phnum);
    if (type != ET_EXEC && type != ET_DYN)
        return "is an ELF file, but no program";
    bool needs = false;
    interpreter[0] = '\0';
    for (uint64_t i = 0; i < count; i++) {
        elf_segment segment;
        uint64_t offset = FIELD(file, header, e_phoff) + i * FIELD(file, header, e_phentsize);
        if (!read_at(file, offset, &segment, SIZE(file, segment)))
            return damaged;
        if (FIELD(file, segment, p_type) == PT_INTERP)
            return read_interpreter(file, &segment, interpreter) ? NULL : damaged;
        if (FIELD(file, segment, p_type) == PT_DYNAMIC)
            needs = needs_libraries(file, &segment);
    }
    return needs ? "is a shared library; name the program that loads it" : NULL;
}

static const char *scan(int fd, char interpreter[PATH_MAX])
{
    unsigned char start[EI_NIDENT] = {0};
    ssize_t bytes = pread(fd, start, sizeof start, 0);
    if (bytes < 0)
        return strerror(errno);
    if (memcmp(start, "#!", 2) == 0)
        return "is a script; name the program that runs it";
    if (bytes < EI_NIDENT || memcmp(start, ELFMAG, SELFMAG) != 0)
        return "is no ELF program";
    if (start[EI_DATA] != OUR_ORDER)
        return "is a program for machines of another byte order";
    if (start[EI_CLASS] != ELFCLASS32 && start[EI_CLASS] != ELFCLASS64)
        return "is a damaged ELF file";
    return scan_segments(&(elf_file){.fd = fd, .wide = start[EI_CLASS] == ELFCLASS64}, interpreter);
}

bool fan_copy_executable_interpreter(const char *path, char interpreter[PATH_MAX], char *error,
                                     size_t size)
{
    /* O_NONBLOCK: opening a fifo must not wait for its writer. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const char *wrong = fd < 0 ? strerror(errno) : scan(fd, interpreter);
    if (wrong != NULL)
        snprintf(error, size, "%s", wrong);
    if (fd >= 0)
        close(fd);
    return wrong == NULL;
}
