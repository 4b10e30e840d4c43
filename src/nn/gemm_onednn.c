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

/* dnnl_sgemm fails when it cannot have memory for its packed blocks; the portable product needs
 * none, so it takes over. */
static void forward(float *z, const float *x, const float *w, const float *b, alv_dense d,
                    const alv_workspace_f32 *ws)
{
    for (int64_t i = 0; b && i < d.rows; i++) memcpy(z + i * d.out, b, (size_t)d.out * sizeof *z);
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
