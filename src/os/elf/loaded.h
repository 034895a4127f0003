/* SPDX-License-Identifier: BSD-3-Clause */
/** @file loaded.h  The libraries that a program loads, as its ld.so lists them. */
#ifndef FAN_OS_ELF_LOADED_H
#define FAN_OS_ELF_LOADED_H

/**
 * What ld.so prints about the program: a line for each library that it loads, such as
 * "\tlibz.so.1 => /lib/libz.so.1 (0x00007f...)". ld.so is run for that, with our environment but
 * for what is about this process (LD_PRELOAD); the program is not. Local.
 *
 * @param interpreter  the program's ld.so, from fan_elf_interpreter()
 * @param path         of the program, as one would give it to open()
 * @param status       receives how ld.so ended, as waitpid() gives it; negative if unknown. If it
 *                     failed, the text is its message
 * @param error        receives an errno value if it cannot be run
 * @return the text, to be freed; NULL if ld.so cannot be run
 */
char *fan_elf_loaded(const char *interpreter, const char *path, int *status, int *error);

#endif
