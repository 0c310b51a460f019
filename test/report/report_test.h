/* What every test of the report includes. */
#ifndef TEST_REPORT_REPORT_TEST_H
#define TEST_REPORT_REPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/report_int.h"
#include "sample.h"

#endif
