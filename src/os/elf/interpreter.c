/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "base/file.h"
#include "os/elf/interpreter.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUR_ORDER = BYTE_ORDER == LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB };

static const char damaged[] = "is a damaged ELF file";

static bool read_interpreter(Elf *elf, const GElf_Phdr *segment, char interpreter[PATH_MAX])
{
    if (segment->p_filesz == 0 || segment->p_filesz > PATH_MAX)
        return false;
    const Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)segment->p_offset,
                                                (size_t)segment->p_filesz, ELF_T_BYTE);
    if (data == NULL)
        return false;
    memcpy(interpreter, data->d_buf, data->d_size);
    return interpreter[data->d_size - 1] == '\0';
}

/* A static program may have a dynamic segment as well, but it needs no libraries. */
static bool needs_libraries(Elf *elf, const GElf_Phdr *segment)
{
    GElf_Dyn entry = {.d_tag = DT_NULL};
    Elf_Data *data =
        elf_getdata_rawchunk(elf, (int64_t)segment->p_offset, (size_t)segment->p_filesz, ELF_T_DYN);
    for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL; i++)
        if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_NULL)
            break;
    return entry.d_tag == DT_NEEDED;
}

/* NULL, or what is wrong. */
static const char *scan_segments(Elf *elf, char interpreter[PATH_MAX])
{
    GElf_Ehdr header;
    size_t count;
    if (gelf_getehdr(elf, &header) == NULL || elf_getphdrnum(elf, &count) != 0)
        return damaged;
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return "is an ELF file, but not a program";
    bool needs = false;
    interpreter[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, (int)i, &segment) == NULL)
            return damaged;
        if (segment.p_type == PT_INTERP)
            return read_interpreter(elf, &segment, interpreter) ? NULL : damaged;
        if (segment.p_type == PT_DYNAMIC)
            needs = needs_libraries(elf, &segment);
    }
    return needs ? "is a shared library; name the program that loads it" : NULL;
}

static const char *scan_elf(int fd, char interpreter[PATH_MAX])
{
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    const char *wrong = elf != NULL ? scan_segments(elf, interpreter) : damaged;
    elf_end(elf);
    return wrong;
}

static const char *scan(int fd, char interpreter[PATH_MAX])
{
    unsigned char start[EI_NIDENT] = {0};
    ssize_t bytes = fan_file_read_at(fd, start, sizeof start, 0);
    if (bytes < 0)
        return strerror(errno);
    if (memcmp(start, "#!", 2) == 0)
        return "is a script; name the program that runs it";
    if (bytes < EI_NIDENT || memcmp(start, ELFMAG, SELFMAG) != 0)
        return "is not an ELF program";
    if (start[EI_DATA] != OUR_ORDER)
        return "is a program for machines of another byte order";
    return scan_elf(fd, interpreter);
}

bool fan_elf_interpreter(const char *path, char interpreter[PATH_MAX], char *error, size_t size)
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
