/* The one include of a test: cmocka, and comparisons that say how far off they are. */
#ifndef ALV_TEST_H
#define ALV_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* |a - b| <= tolerance * max(1, |b|). */
#define assert_near(a, b, tolerance) assert_near_at((a), (b), (tolerance), #a, __FILE__, __LINE__)

static inline void assert_near_at(double a, double b, double tolerance, const char *what,
                                  const char *file, int line)
{
    double scale = fabs(b) > 1 ? fabs(b) : 1;
    if (fabs(a - b) <= tolerance * scale) return;
    print_error("%s = %.17g, wanted %.17g (off by %.3g, allowed %.3g)\n", what, a, b, fabs(a - b),
                tolerance * scale);
    _fail(file, line);
}

#endif
