/* Numbers to text and back, correctly rounded, without a locale. */
#include "base/base.h"

#include <stdio.h>

size_t alv_number_parse(double *out, const char *text, size_t length)
{
    char copy[64];
    if (length >= sizeof copy) length = sizeof copy - 1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    char *end;
    *out = strtod(copy, &end);
    return (size_t)(end - copy);
}

size_t alv_number_print(char *out, double x, int digits)
{
    if (digits > 0) return (size_t)snprintf(out, 32, "%.*g", digits, x);
    for (int d = 1; d <= 17; d++) {
        snprintf(out, 32, "%.*g", d, x);
        if (strtod(out, NULL) == x) break;
    }
    return strlen(out);
}
