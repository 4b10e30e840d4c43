/* The portable backend: the project's own product, the same bits everywhere. */
#include "nn/gemm.h"

#define real float
#define FN(name) name##_f32
#include "nn/gemm_portable.inc"
#undef real
#undef FN

#define real double
#define FN(name) name##_f64
#include "nn/gemm_portable.inc"
