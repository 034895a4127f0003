/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "fanout.h"

int fanout_api_version(void)
{
    return FANOUT_API_VERSION;
}

const char *fanout_version(void)
{
    return PACKAGE_VERSION;
}
