/* Prints elements of a stream as hexadecimal bits, for comparison with a second implementation:
 *     dump_stream KIND DTYPE SEED NAME PURPOSE LO HI MEAN STD LO HI     (PURPOSE "-": none) */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alvor/dist.h"

enum { MOST = 1 << 16 };

static alv_dist make(const char *kind, const double p[4])
{
    alv_dist dist = {.mean = p[0], .std = p[1], .lo = p[2], .hi = p[3]};
    static const char *const kinds[] = {"constant", "uniform", "normal", "truncated"};
    for (int i = 0; i < 4; i++)
        if (strcmp(kind, kinds[i]) == 0) dist.kind = (alv_dist_kind)i;
    return dist;
}

int main(int argc, char **argv)
{
    if (argc != 12) return 2;
    static uint32_t f32[MOST];
    static uint64_t f64[MOST];
    static uint16_t f16[MOST];
    static uint8_t f8[MOST];
    void *const rooms[] = {f32, f64, f16, f16, f8, f8};
    int dtype = 0;
    while (alv_dtype_name((alv_dtype)dtype) && strcmp(argv[2], alv_dtype_name((alv_dtype)dtype)))
        dtype++;
    const char *purpose = strcmp(argv[5], "-") == 0 ? NULL : argv[5];
    alv_stream stream = alv_stream_make(strtoull(argv[3], NULL, 10), argv[4], purpose);
    int64_t lo = strtoll(argv[6], NULL, 10), hi = strtoll(argv[7], NULL, 10);
    double p[4];
    for (int i = 0; i < 4; i++) p[i] = strtod(argv[8 + i], NULL);
    if (hi < lo || hi - lo > MOST || !alv_dtype_size((alv_dtype)dtype)) return 2;

    alv_dist dist = make(argv[1], p);
    alv_error error;
    if (alv_dist_fill(rooms[dtype], (alv_dtype)dtype, lo, hi, &dist, stream, NULL, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    for (int64_t i = 0; i < hi - lo; i++)
        if (dtype == ALV_F64)
            printf("%016" PRIx64 "\n", f64[i]);
        else if (dtype == ALV_F32)
            printf("%08" PRIx32 "\n", f32[i]);
        else if (alv_dtype_size((alv_dtype)dtype) == 2)
            printf("%04x\n", f16[i]);
        else
            printf("%02x\n", f8[i]);
    return 0;
}
