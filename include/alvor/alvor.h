/* libalvor: the first weights of a neural network.
 *
 * Read the headers in this order; each is one idea.
 *
 *   error.h   alv_status and alv_error: how every function reports failure
 *   stream.h  (seed, name, index) -> random bits
 *   kernels.h  the instruction sets that fills are compiled for
 *   dist.h    uniform, normal, truncated normal: density, cdf, moments, fill
 *   act.h     activations and their gains
 *   executor.h  the caller's threads, where a fill can use them
 *   model.h   what a network is: nodes, and parameters with shapes and fans
 *   init.h    the registry of initializers: describe, parse, predict, fill
 *   compat.h  the frameworks' own streams: the very weights of PyTorch, NumPy, ...
 *   theory.h  what a random network does to signals and gradients, before any training
 *   lsuv.h    scales fitted to data, through the caller's network
 *   plan.h    the tensors of a whole model with their schemes; presets
 *   npy.h     NumPy's file format
 *   safetensors.h  the file format of whole models
 *
 * A weight depends only on (scheme, its arguments, shape, dtype, seed, parameter name, element
 * index, stream version): never on threads, instruction set, chunking, compiler or call order.
 *
 *     alv_scheme scheme;
 *     alv_tensor w = {.name = "fc1.weight", .rank = 2, .shape = {256, 784}};
 *     float weights[256 * 784];
 *     alv_error error;
 *     if (alv_scheme_parse(&scheme, "he_normal", &error) ||
 *         alv_init_fill(weights, 0, 256 * 784, &scheme, &w, 42, &error))
 *         puts(error.message);
 *
 * The library prints nothing, never exits, reads no environment, creates no thread and keeps no
 * mutable globals, so that any function may run in any number of threads; fills allocate nothing.
 * Compile it with -ffp-contract=off (the build does): no macro tells a source what the compiler
 * contracts, and fused operations would change the bits. Without -fno-math-errno it needs libm, for
 * square roots of negative numbers. */
#ifndef ALVOR_ALVOR_H
#define ALVOR_ALVOR_H

#define ALV_VERSION "0.1.0"

#include "error.h"
#include "stream.h"
#include "kernels.h"
#include "dist.h"
#include "act.h"
#include "executor.h"
#include "model.h"
#include "init.h"
#include "compat.h"
#include "theory.h"
#include "lsuv.h"
#include "plan.h"
#include "npy.h"
#include "safetensors.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs: ALV_VERSION of the headers that it was built with. */
ALV_API const char *alv_version(void);

#ifdef __cplusplus
}
#endif
#endif
