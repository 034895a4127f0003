/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file unit_main.h  What the main of every unit test does: run the tests in this process, print
 * TAP.
 */
#ifndef FAN_TESTS_UNIT_MAIN_H
#define FAN_TESTS_UNIT_MAIN_H

#include <check.h>

/** Run `count` tests under the name `name`. Returns the exit status of the program. */
static inline int unit_main(const char *name, const TTest *const *tests, int count)
{
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 0); /* the harness has one */
    for (int i = 0; i < count; i++)
        tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}

#endif
