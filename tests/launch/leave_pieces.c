/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * leave_pieces SOURCE PATH FIRST STEP: at PATH what a killed copy of SOURCE leaves there: every
 * STEP-th of its pieces, from number FIRST on.
 */
#include "config.h"

#include "copy/part/part.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *write_pieces(fan_copy_part *part, int fd, int64_t first, int64_t step)
{
    static char data[FAN_COPY_BLOCK];
    const fan_copy_part_options how = {0};
    const char *failed = NULL;
    ssize_t got = 1;
    for (int64_t i = first; failed == NULL && got > 0; i += step) {
        off_t offset = (off_t)(i * FAN_COPY_BLOCK);
        got = pread(fd, data, sizeof data, offset);
        if (got > 0)
            failed = fan_copy_part_write(part, &how, offset, data, got, NULL);
    }
    return failed;
}

int main(int argc, char **argv)
{
    struct stat status;
    int fd = argc == 5 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &status) != 0)
        return EXIT_FAILURE;
    fan_copy_manifest manifest = {0};
    const fan_copy_entry *entry =
        fan_copy_manifest_add(&manifest, FAN_COPY_REGULAR, 0, "", &status);
    const fan_copy_part_place place = {.path = argv[2]};
    fan_copy_part part = FAN_COPY_PART_CLOSED;
    const char *failed = fan_copy_part_open(&part, entry, &place, -1);
    if (failed == NULL)
        failed = write_pieces(&part, fd, atol(argv[3]), atol(argv[4]));
    fan_copy_part_leave(&part);
    fan_copy_manifest_free(&manifest);
    close(fd);
    if (failed != NULL)
        puts(failed);
    return failed != NULL;
}
