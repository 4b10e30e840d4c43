/* Fills for bench/wasm.sh, which times them under node: n elements of a law into a buffer. */
#include "alvor/dist.h"

static float buffer[1 << 16];

/* kind 0: uniform, 1: normal, 2: normal cut at two deviations. Returns a sum, so that no compiler
 * leaves the work out. */
__attribute__((export_name("fill"))) double fill(int kind, int n, unsigned seed)
{
    const alv_dist dists[] = {alv_dist_uniform(-0.1, 0.1), alv_dist_normal(0, 0.1),
                              alv_dist_truncated(0, 0.1, -0.2, 0.2)};
    const alv_stream stream = alv_stream_make(seed, "bench", NULL);
    if (kind < 0 || kind > 2 || n < 1 || n > 1 << 16) return -1;
    if (alv_dist_fill(buffer, ALV_F32, 0, n, &dists[kind], stream, NULL, NULL)) return -1;
    return (double)buffer[0] + (double)buffer[n - 1];
}
