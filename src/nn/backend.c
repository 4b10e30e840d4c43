/* Which implementation of the matrix products a backend's name stands for. */
#include "nn/gemm.h"

#ifdef ALV_PORTABLE_ONLY

const alv_gemm_f32 *alv_gemm_of_f32(alv_backend backend)
{
    (void)backend;
    return &alv_gemm_portable_f32;
}

void alv_backend_prepare_thread(void) {}

void alv_backend_version(char *out, size_t size, alv_backend backend)
{
    (void)backend;
    alv_text_format(out, size, ALV_VERSION);
}

#else

void alv_backend_version(char *out, size_t size, alv_backend backend)
{
    if (backend == ALV_BACKEND_ONEDNN)
        alv_onednn_version(out, size);
    else
        alv_text_format(out, size, ALV_VERSION);
}

const alv_gemm_f32 *alv_gemm_of_f32(alv_backend backend)
{
    return backend == ALV_BACKEND_ONEDNN ? &alv_gemm_onednn_f32 : &alv_gemm_portable_f32;
}

#endif

const alv_gemm_f64 *alv_gemm_of_f64(alv_backend backend)
{
    (void)backend;
    return &alv_gemm_portable_f64;
}

const char *alv_backend_isa(void)
{
    return alv_kernels_best_f32()->isa;
}
