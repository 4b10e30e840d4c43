/* The oneDNN backend: dnnl_sgemm, whose C interface is row-major and the same in 2.x and 3.x.
 *
 * oneDNN runs each call on the calling thread's OpenMP team, and two teams that spin on the same
 * cores starve each other: alv_backend_prepare_thread holds a trial's thread to a team of one. */
#include "nn/gemm.h"

#include <oneapi/dnnl/dnnl.h>

/* The one function of OpenMP that is needed, declared here because Debian's Clang comes without
 * omp.h; the runtime is the one that oneDNN itself brings. */
void omp_set_num_threads(int n);

void alv_backend_prepare_thread(void)
{
    omp_set_num_threads(1);
}

void alv_onednn_version(char *out, size_t size)
{
    const dnnl_version_t *version = dnnl_version();
    alv_text_format(out, size, "%d.%d.%d", version->major, version->minor, version->patch);
}

/* The forward product is the one of the three whose right side lies across. To up to 100 units,
 * from 16 rows on, oneDNN 2.6 takes half again to nine times as long for it as for x w without ^T
 * (64 rows from 100 to 100 units: 8.3 us and 5.7). So one side is transposed first: the weights
 * where they are few or the rows many, z = x (w^T), else the inputs, z^T = w (x^T), a block of them
 * at a time. To more units only many rows gain, a twentieth, where the weights are few. */
enum {
    SCRATCH = ALV_GEMM_SCRATCH,
    NARROW = 100,
    SOME_ROWS = 16,
    MANY_ROWS = 192,
    FEW_WEIGHTS = 20000,
    MORE_WEIGHTS = 32768 /* fit into the scratch whole */
};

/* Every row of z begins as the biases; NULL: nothing. */
static void begin_rows(float *z, const float *b, alv_dense d)
{
    for (int64_t i = 0; b && i < d.rows; i++) memcpy(z + i * d.out, b, (size_t)d.out * sizeof *z);
}

/* The least of `depth` and what the room has for lines of `width`, whole registers. */
static int64_t block_of(int64_t depth, int64_t room, int64_t width)
{
    const int64_t most = room / width & ~(int64_t)15;
    return depth < most ? depth : most;
}

static bool with_weights_turned(float *z, const float *x, const float *w, const float *b,
                                alv_dense d, const alv_workspace_f32 *ws)
{
    const int64_t block = block_of(d.in, SCRATCH, d.out);
    begin_rows(z, b, d);
    for (int64_t k = 0, n; k < d.in; k += n) {
        n = d.in - k < block ? d.in - k : block;
        ws->kernels->turn(ws->scratch, d.out, w + k, d.in, d.out, n);
        if (dnnl_sgemm('N', 'N', d.rows, d.out, n, 1, x + k, d.in, ws->scratch, d.out,
                       b || k > 0 ? 1 : 0, z, d.out))
            return false;
    }
    return true;
}

static bool with_inputs_turned(float *z, const float *x, const float *w, const float *b,
                               alv_dense d, const alv_workspace_f32 *ws)
{
    float *across = ws->scratch, *turned = across + d.out * d.rows;
    const int64_t block = block_of(d.in, SCRATCH - d.out * d.rows, d.rows);
    for (int64_t j = 0; b && j < d.out; j++)
        for (int64_t i = 0; i < d.rows; i++) across[j * d.rows + i] = b[j];
    for (int64_t k = 0, n; k < d.in; k += n) {
        n = d.in - k < block ? d.in - k : block;
        ws->kernels->turn(turned, d.rows, x + k, d.in, d.rows, n);
        if (dnnl_sgemm('N', 'N', d.out, d.rows, n, 1, w + k, d.in, turned, d.rows,
                       b || k > 0 ? 1 : 0, across, d.rows))
            return false;
    }
    ws->kernels->turn(z, d.out, across, d.rows, d.out, d.rows);
    return true;
}

/* False where nothing is gained, or oneDNN failed. */
static bool with_one_turned(float *z, const float *x, const float *w, const float *b, alv_dense d,
                            const alv_workspace_f32 *ws)
{
    const bool many = d.rows > MANY_ROWS, narrow = d.out <= NARROW;
    if (d.rows < SOME_ROWS || (!narrow && (!many || d.in * d.out > MORE_WEIGHTS))) return false;
    return many || d.in * d.out <= FEW_WEIGHTS ? with_weights_turned(z, x, w, b, d, ws)
                                               : with_inputs_turned(z, x, w, b, d, ws);
}

/* dnnl_sgemm fails when it cannot have memory for its packed blocks; the portable product needs
 * none, so it takes over. */
static void forward(float *z, const float *x, const float *w, const float *b, alv_dense d,
                    const alv_workspace_f32 *ws)
{
    if (with_one_turned(z, x, w, b, d, ws)) return;
    begin_rows(z, b, d);
    if (dnnl_sgemm('N', 'T', d.rows, d.out, d.in, 1, x, d.in, w, d.in, b ? 1 : 0, z, d.out))
        alv_gemm_portable_f32.forward(z, x, w, b, d, ws);
}

static void input(float *dx, const float *delta, const float *w, alv_dense d,
                  const alv_workspace_f32 *ws)
{
    if (dnnl_sgemm('N', 'N', d.rows, d.in, d.out, 1, delta, d.out, w, d.in, 0, dx, d.in))
        alv_gemm_portable_f32.input(dx, delta, w, d, ws);
}

static void weight(float *dw, const float *delta, const float *x, float alpha, float beta,
                   alv_dense d, const alv_workspace_f32 *ws)
{
    if (dnnl_sgemm('T', 'N', d.out, d.in, d.rows, alpha, delta, d.out, x, d.in, beta, dw, d.in))
        alv_gemm_portable_f32.weight(dw, delta, x, alpha, beta, d, ws);
}

const alv_gemm_f32 alv_gemm_onednn_f32 = {forward, input, weight, &alv_conv_onednn_f32};
