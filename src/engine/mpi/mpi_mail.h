/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file mpi_mail.h  Messages that may come too late, or never.
 *
 * A letter is a chunk in memory of its own, with the number of its broadcast. So nobody has to wait
 * for one that is on its way when a broadcast is given up: it keeps its memory until it has been
 * received. No receive is posted for what might not come: a rank looks whether there is a letter,
 * and then takes it. Letters of a peer come in the order in which they were sent, so one of a later
 * broadcast says that the peer has gone on; it waits here until this rank goes on, too. Those of
 * earlier broadcasts are received and dropped.
 *
 * A peer that does not answer costs the letters that are on their way to it, whose number the
 * caller bounds. One for which MPI reports an error, as of a death, is lost: nothing is sent to it
 * any more.
 *
 * All functions are local. The callers of one mail take turns.
 */
#ifndef FAN_ENGINE_MPI_MPI_MAIL_H
#define FAN_ENGINE_MPI_MPI_MAIL_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct fan_letter {
    int references;
    int64_t bytes; /**< of data */
    struct fan_letter *next_kept;
    /* What travels: */
    struct {
        int64_t broadcast, chunk;
    } head;
    char data[];
} fan_letter;

/** A letter with `references`, each of which fan_letter_drop takes back. NULL: no memory. */
fan_letter *fan_letter_new(int64_t broadcast, int64_t chunk, int64_t bytes, int references);

void fan_letter_drop(fan_letter *letter);

typedef struct fan_mail fan_mail;

/** For the ranks of `comm`, whose error handler returns. NULL: no memory. */
fan_mail *fan_mail_open(MPI_Comm comm, int tag);

/**
 * Begin to send; takes over a reference.
 *
 * @return false: no memory, and nothing has happened
 */
bool fan_mail_send(fan_mail *mail, fan_letter *letter, int peer);

/** Let sends make progress. True if one has ended. */
bool fan_mail_progress(fan_mail *mail);

/** Letters, of any broadcast, that are on their way to a peer. */
int fan_mail_sending(const fan_mail *mail, int peer);

/**
 * The next letter of this broadcast from a peer, with one reference. NULL: none yet, or
 * fan_mail_is_past.
 */
fan_letter *fan_mail_take(fan_mail *mail, int peer, int64_t broadcast);

/** Nothing of this broadcast will come from a peer any more: it has gone on, or is lost. */
bool fan_mail_is_past(const fan_mail *mail, int peer, int64_t broadcast);

/**
 * End it, NULL too. Waits for what is still on its way, at most a second.
 *
 * @return false if that was not enough: messages with this tag may come for ever
 */
bool fan_mail_close(fan_mail *mail);

#endif
