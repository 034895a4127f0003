/* SPDX-License-Identifier: BSD-3-Clause */
#include "config.h"

#include "hdf5/common/errors.h"

#include "hdf5/objects/reason.h"

#include <mpi.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t class_lock = PTHREAD_MUTEX_INITIALIZER;
static hid_t error_class = H5I_INVALID_HID, major = H5I_INVALID_HID, minor = H5I_INVALID_HID;

/* Registers it again if the program has closed HDF5 meanwhile, which closes identifiers. */
static void register_class(void)
{
    pthread_mutex_lock(&class_lock);
    if (error_class < 0 || H5Iis_valid(error_class) <= 0) {
        error_class = H5Eregister_class("fanout", "libfanout_hdf5", PACKAGE_VERSION);
        major = H5Ecreate_msg(error_class, H5E_MAJOR, "Collective access to a file");
        minor = H5Ecreate_msg(error_class, H5E_MINOR, "Failed on some rank");
    }
    pthread_mutex_unlock(&class_lock);
}

/*
 * If a program uses the error interface of HDF5 1.6, its function cannot be asked for, and errors
 * are printed as they occur.
 */
void fan_h5_errors_begin(fan_h5_errors *errors, const char *function)
{
    unsigned second_version = 0;
    *errors = (fan_h5_errors){.function = function, .stack = H5I_INVALID_HID};
    register_class();
    H5Eauto_is_v2(H5E_DEFAULT, &second_version);
    if (second_version) {
        H5Eget_auto2(H5E_DEFAULT, &errors->print, &errors->print_data);
        H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    }
    H5Eclear2(H5E_DEFAULT);
}

herr_t fan_h5_errors_end(fan_h5_errors *errors)
{
    bool good = fan_h5_good(errors);
    if (!good && errors->stack >= 0)
        H5Eset_current_stack(errors->stack);
    if (!good)
        H5Epush2(H5E_DEFAULT, __FILE__, errors->function, __LINE__, error_class, major, minor, "%s",
                 errors->text);
    if (errors->print != NULL) {
        H5Eset_auto2(H5E_DEFAULT, errors->print, errors->print_data);
        if (!good)
            errors->print(H5E_DEFAULT, errors->print_data);
    }
    return good ? 0 : -1;
}

void fan_h5_errors_keep_quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

bool fan_h5_fail(fan_h5_errors *errors, const char *format, ...)
{
    if (!fan_h5_good(errors))
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(errors->text, sizeof errors->text, format, arguments);
    va_end(arguments);
    return false;
}

bool fan_h5_fail_by_hdf5(fan_h5_errors *errors, const char *format, ...)
{
    if (!fan_h5_good(errors))
        return false;
    char reason[FAN_H5_TEXT_BYTES / 2];
    fan_h5_reason(reason, sizeof reason);
    errors->stack = H5Eget_current_stack();
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(errors->text, sizeof errors->text, format, arguments);
    va_end(arguments);
    size_t used = strlen(errors->text);
    snprintf(errors->text + used, sizeof errors->text - used, ": %s", reason);
    return false;
}

bool fan_h5_fail_by_mpi(fan_h5_errors *errors, int code, const char *what)
{
    char reason[MPI_MAX_ERROR_STRING] = "";
    int length;
    MPI_Error_string(code, reason, &length);
    return fan_h5_fail(errors, "%s: %s", what, reason);
}
