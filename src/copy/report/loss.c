/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "copy/report/loss.h"

#include <stdio.h>

void fan_copy_loss_describe(const fan_copy_loss *loss, bool kept, char *text, size_t size)
{
    snprintf(text, size, "host %s failed after %d %%: %s%s", loss->host, loss->percent, loss->why,
             kept ? "; --resume goes on there when it is back" : "");
}

json_t *fan_copy_loss_object(const fan_copy_loss *loss, const char *text)
{
    return json_pack("{s:s, s:n, s:n, s:b, s:s, s:n, s:f, s:o}", "host", loss->host, "rank", "path",
                     "ok", 0, "error", text, "note", "seconds", 0.0, "percent",
                     loss->percent < 0 ? json_null() : json_integer(loss->percent));
}
