/* SPDX-License-Identifier: BSD-3-Clause */
/** @file last_words.h  Where what a process says as the job is being ended reaches the user. */
#ifndef FAN_LAUNCH_LAST_WORDS_H
#define FAN_LAUNCH_LAST_WORDS_H

/**
 * A descriptor to write to after a signal that ends the job: standard error, unless that is a pipe
 * to a launcher that no longer reads it; then a new one for what is the launcher's own standard
 * error. That is only found where the launcher is an ancestor on this host, of the same user.
 * Local; not async-signal-safe.
 */
int fan_launch_last_words(void);

#endif
