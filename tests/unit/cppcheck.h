/* SPDX-License-Identifier: BSD-3-Clause */
/** @file cppcheck.h  Macros that cppcheck would not understand. */
#define FAN_MPI_SONAME "libmpi.so.0"
#define LIST_HEAD(name, type)                                                                      \
    struct {                                                                                       \
        struct type *first;                                                                        \
    }
#define LIST_HEAD_INITIALIZER(head)                                                                \
    {                                                                                              \
        0                                                                                          \
    }
#define LIST_ENTRY(type)                                                                           \
    struct {                                                                                       \
        struct type *next;                                                                         \
    }
#define LIST_FOREACH(variable, head, field)                                                        \
    for ((variable) = (head)->first; (variable); (variable) = (variable)->field.next)
#define STAILQ_HEAD(name, type)                                                                    \
    struct {                                                                                       \
        struct type *first;                                                                        \
    }
#define STAILQ_ENTRY(type)                                                                         \
    struct {                                                                                       \
        struct type *next;                                                                         \
    }
