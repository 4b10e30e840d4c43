/* Two workers fill half a tensor each, and get the bytes that one would. */
#include <alvor/alvor.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 1000, COLUMNS = 300, N = ROWS * COLUMNS, HALF = N / 2 };

static float whole[N], halves[N];

int main(void)
{
    alv_tensor w = {.name = "encoder.weight", .rank = 2, .shape = {ROWS, COLUMNS}};
    alv_scheme scheme;
    alv_error error;
    if (alv_scheme_parse(&scheme, "trunc_normal_rel(std=0.02)", &error) ||
        alv_init_fill(whole, 0, N, &scheme, &w, 7, NULL, &error) ||
        alv_init_fill(halves + HALF, HALF, N, &scheme, &w, 7, NULL, &error) || /* in any order */
        alv_init_fill(halves, 0, HALF, &scheme, &w, 7, NULL, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    int same = memcmp(whole, halves, sizeof whole) == 0;
    printf("the halves %s the whole\n", same ? "are" : "ARE NOT");
    return same ? 0 : 1;
}
