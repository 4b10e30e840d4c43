/* A stable sort in place: insertion in runs of 16, then merges by rotation (Dudzinski and Dydek
 * 1981, Information Processing Letters 12:5), n log^2 n steps and no memory. */
#include "compat/order.h"

static uint64_t key_of(int64_t x)
{
    return (uint64_t)x >> 32;
}

static void reverse(int64_t *x, int64_t n)
{
    for (int64_t i = 0, j = n - 1; i < j; i++, j--) {
        const int64_t t = x[i];
        x[i] = x[j];
        x[j] = t;
    }
}

/* Brings x[middle .. n-1] before x[0 .. middle-1]. */
static void rotate(int64_t *x, int64_t middle, int64_t n)
{
    reverse(x, middle);
    reverse(x + middle, n - middle);
    reverse(x, n);
}

/* How many of a sorted array have a key below `key`, or with `equal` not above. */
static int64_t count_below(const int64_t *x, int64_t n, uint64_t key, bool equal)
{
    int64_t lo = 0;
    while (lo < n) {
        const int64_t at = lo + (n - lo) / 2;
        if (key_of(x[at]) < key || (equal && key_of(x[at]) == key))
            lo = at + 1;
        else
            n = at;
    }
    return lo;
}

/* Merges x[0 .. middle-1] and x[middle .. n-1], both sorted: cuts the longer run in half and the
 * other where that half ends, rotates what lies between, and merges both sides. */
static void merge(int64_t *x, int64_t middle, int64_t n)
{
    while (middle > 0 && middle < n) {
        int64_t a, b;
        if (n == 2) {
            if (key_of(x[1]) < key_of(x[0])) reverse(x, 2);
            return;
        }
        if (middle > n - middle) {
            a = middle / 2;
            b = middle + count_below(x + middle, n - middle, key_of(x[a]), false);
        } else {
            b = middle + (n - middle) / 2;
            a = count_below(x, middle, key_of(x[b]), true);
        }
        rotate(x + a, middle - a, b - a);
        const int64_t cut = a + (b - middle);
        merge(x, a, cut);
        x += cut;
        n -= cut;
        middle = b - cut;
    }
}

void alv_sort_by_key(int64_t *x, int64_t n)
{
    enum { RUN = 16 };
    for (int64_t from = 0; from < n; from += RUN)
        for (int64_t i = from + 1; i < n && i < from + RUN; i++) {
            const int64_t value = x[i];
            int64_t at = i;
            for (; at > from && key_of(x[at - 1]) > key_of(value); at--) x[at] = x[at - 1];
            x[at] = value;
        }
    for (int64_t run = RUN; run < n; run *= 2)
        for (int64_t from = 0; from + run < n; from += 2 * run)
            merge(x + from, run, n - from < 2 * run ? n - from : 2 * run);
}
