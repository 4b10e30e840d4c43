/* The frameworks' own random streams: the very weights of PyTorch, NumPy, JAX and others.
 *
 * A profile names a stream and says what it reproduces, how exactly, and with what it was compared;
 * a generator draws from it in the framework's order. Unlike alvor's own stream these have an
 * order: what is drawn depends on what was drawn before, and no slice can be made without the rest.
 *
 *     const alv_compat *torch = alv_compat_find("torch");
 *     alv_compat_rng rng;
 *     float w[256 * 784];
 *     if (alv_compat_seed(&rng, torch, 42, &error) ||
 *         alv_compat_normal(w, ALV_F32, 256 * 784, 0, 1, &rng, &error))
 *         puts(error.message);          // torch.manual_seed(42); torch.randn(256, 784)
 *
 * Bits do not depend on the machine, the compiler or the instruction set. docs/compat.md. */
#ifndef ALVOR_COMPAT_H
#define ALVOR_COMPAT_H

#include "init.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ALV_MERSENNE_WORDS 624
#define ALV_MAX_COMPAT_CLAIMS 12

/* How well a draw is reproduced. */
typedef enum alv_exactness {
    ALV_EXACT_NOT = 0,    /* not offered; the note says why */
    ALV_EXACT_CLOSE = 1,  /* within what the note states */
    ALV_EXACT_NEARLY = 2, /* every bit but in rare values; the note says how rare */
    ALV_EXACT_BITS = 3    /* every bit */
} alv_exactness;

typedef enum alv_compat_draw {
    ALV_COMPAT_UNIFORM = 0,
    ALV_COMPAT_NORMAL = 1,
    ALV_COMPAT_TRUNCATED = 2,
    ALV_COMPAT_INTEGERS = 3,
    ALV_COMPAT_PERMUTATION = 4,
    ALV_COMPAT_DRAWS = 5
} alv_compat_draw;

/* What a profile says of one draw in some element types. */
typedef struct alv_compat_claim {
    alv_compat_draw draw;
    unsigned dtypes; /* bit d for alv_dtype d; of integers and permutations 0: they have none */
    int64_t least;   /* of arrays of at least so many elements */
    alv_exactness exactness;
    const char *note[ALV_LANGS]; /* why not exact, or ""; never NULL */
} alv_compat_claim;

typedef struct alv_compat alv_compat;

/* MT19937. */
typedef struct alv_mersenne {
    uint32_t state[ALV_MERSENNE_WORDS];
    int next; /* word of the state that comes next; ALV_MERSENNE_WORDS: renew first */
} alv_mersenne;

/* A generator: the caller's, plain values, copied freely; one belongs to one thread. Only `kernels`
 * is for the caller to write. */
typedef struct alv_compat_rng {
    const alv_compat *profile;
    const alv_kernels *kernels; /* the instruction set, which changes no bit; NULL: the best */
    alv_mersenne mt;
    uint64_t state[4]; /* of the generators that need less; of JAX and MLX the key in the first, of
                          TensorFlow the two seeds, of Keras the seed */
    double spare;      /* the second normal of a pair */
    bool has_spare;
    uint32_t half; /* of a 64-bit word */
    bool has_half;
} alv_compat_rng;

/* One row of the table. Rows and their texts (UTF-8) live as long as the program. */
struct alv_compat {
    const char *name;    /* "torch@1.13" */
    const char *aliases; /* space-separated, "" if none */
    const char *summary[ALV_LANGS];
    const char *reproduces;      /* the framework's own lines, for `alvor explain` */
    const char *seen[ALV_LANGS]; /* what it was compared with, and how */
    alv_compat_claim claims[ALV_MAX_COMPAT_CLAIMS]; /* ends at the first whose note[0] is NULL */
    /* Callers use alv_compat_seed and its kin, which check around these. n > 0 and the claims have
     * been looked up; a draw that no claim offers may be NULL. */
    const void *rules; /* of the family's file: what differs between its versions */
    void (*seed)(alv_compat_rng *rng, uint64_t seed);
    void (*uniform)(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    alv_compat_rng *rng);
    void (*normal)(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                   alv_compat_rng *rng);
    alv_status (*truncated)(void *out, alv_dtype dtype, int64_t n, const alv_dist *law,
                            alv_compat_rng *rng, alv_error *error);
    void (*integers)(int64_t *out, int64_t n, int64_t lo, int64_t hi, alv_compat_rng *rng);
    void (*permutation)(int64_t *out, int64_t n, alv_compat_rng *rng);
    int integer_bits; /* bounds of integers are signed numbers of so many bits; 0: 64 */
    /* Streams of keys only, else NULL: n keys out of one, and a key replaced. */
    alv_status (*split)(alv_compat_rng *outs, int64_t n, const alv_compat_rng *from,
                        alv_error *error);
    void (*fold_in)(alv_compat_rng *rng, uint32_t data);
    /* Its initializers, by index; NULL after the last. They have only a name, aliases, texts and
     * arguments: alv_compat_init draws them. */
    const alv_initializer *(*scheme_at)(int index);
    bool modules; /* whether alv_compat_module_draw knows its order of draws */
};

ALV_API int alv_compat_count(void);
ALV_API const alv_compat *alv_compat_at(int index);          /* NULL outside [0, count) */
ALV_API const alv_compat *alv_compat_find(const char *name); /* by name or alias; NULL if none */

/* What the profile says of drawing n elements of a type (of integers and permutations the type is
 * ignored); NULL where it says nothing: it does not offer it. */
ALV_API const alv_compat_claim *alv_compat_claim_of(const alv_compat *profile, alv_compat_draw draw,
                                                    alv_dtype dtype, int64_t n);
ALV_API const char *alv_compat_draw_name(alv_compat_draw draw); /* "truncated normal"; or NULL */

/* Begins the stream: torch.manual_seed(seed), numpy.random.default_rng(seed), jax.random.key(seed).
 * Every seed is fine; a framework that takes fewer bits takes the low ones, as it does itself.
 * ALV_ERR_ARGUMENT for NULL. */
ALV_API alv_status alv_compat_seed(alv_compat_rng *rng, const alv_compat *profile, uint64_t seed,
                                   alv_error *error);

/* Draw n elements of `dtype` into out, as one call of the framework on a contiguous array of n
 * elements does: the same n in two calls is another draw. n >= 0; 0 draws nothing. lo <= hi; std >=
 * 0. ALV_ERR_UNSUPPORTED where the profile does not offer it, with the reason; ALV_ERR_ARGUMENT for
 * NULL and for parameters that are not finite or reversed; nothing is written then. */
ALV_API alv_status alv_compat_uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                                      alv_compat_rng *rng, alv_error *error);
ALV_API alv_status alv_compat_normal(void *out, alv_dtype dtype, int64_t n, double mean, double std,
                                     alv_compat_rng *rng, alv_error *error);
/* The normal before truncation has mean and std; lo and hi are values, not deviations. */
ALV_API alv_status alv_compat_truncated(void *out, alv_dtype dtype, int64_t n, double mean,
                                        double std, double lo, double hi, alv_compat_rng *rng,
                                        alv_error *error);
/* Whole numbers in [lo, hi), lo < hi. */
ALV_API alv_status alv_compat_integers(int64_t *out, int64_t n, int64_t lo, int64_t hi,
                                       alv_compat_rng *rng, alv_error *error);
/* An order of 0 .. n-1. */
ALV_API alv_status alv_compat_permutation(int64_t *out, int64_t n, alv_compat_rng *rng,
                                          alv_error *error);
/* The order in which a shuffling torch.utils.data.DataLoader visits n samples in its next epoch.
 * Takes two numbers from the generator, as the loader does. PyTorch's profiles only. */
ALV_API alv_status alv_compat_epoch(int64_t *out, int64_t n, alv_compat_rng *rng, alv_error *error);

/* The CUDA device that a generator of torch-cuda draws on, for arrays that depend on it: its
 * streaming multiprocessors, and the threads that fit each (cudaDeviceProp's multiProcessorCount
 * and maxThreadsPerMultiProcessor: 1024 to 2048 on those known). ALV_ERR_UNSUPPORTED for other
 * streams, ALV_ERR_RANGE. */
ALV_API alv_status alv_compat_device(alv_compat_rng *rng, int multiprocessors, int threads_each,
                                     alv_error *error);

/* Keys. JAX, TensorFlow: a draw takes every word from the key and leaves it, so that the same draw
 * again gives the same numbers. fold_in replaces the key, as jax.random.fold_in(key, data) and
 * tf.random.fold_in do; split writes n generators (outs[0] may be rng itself), as
 * jax.random.split(key, n) and tf.random.split (of int32 seeds), n below 2^31. Keras: split gives
 * the generators of the n initializers without a seed that are made first after
 * keras.utils.set_random_seed(seed); it has no fold_in. NumPy's PCG64:
 * the first n children that the generator spawns, as default_rng(seed).spawn(n), whatever it has
 * drawn. ALV_ERR_UNSUPPORTED for other streams; ALV_ERR_ARGUMENT. */
ALV_API alv_status alv_compat_fold_in(alv_compat_rng *rng, uint32_t data, alv_error *error);
ALV_API alv_status alv_compat_split(alv_compat_rng *outs, int64_t n, const alv_compat_rng *rng,
                                    alv_error *error);

/* Parses the name of one of the profile's initializers with arguments, as alv_scheme_parse does:
 * "kaiming_uniform(a=0.2, mode=fan_out)". The same statuses. */
ALV_API alv_status alv_compat_scheme_parse(alv_scheme *out, const alv_compat *profile,
                                           const char *text, alv_error *error);
/* Draws the whole tensor (its shape and dtype count, in torch's layout) by a scheme of the rng's
 * profile, computing bounds in the framework's own order of operations. ALV_ERR_SHAPE for a shape
 * that the framework refuses, ALV_ERR_UNSUPPORTED as above; the rng may have advanced then. */
ALV_API alv_status alv_compat_init(void *out, const alv_scheme *scheme, const alv_tensor *tensor,
                                   alv_compat_rng *rng, alv_error *error);

/* What can be said of such a fill: the claim of what it draws; NULL for one that draws nothing. */
ALV_API const alv_compat_claim *alv_compat_scheme_claim(const alv_compat *profile,
                                                        const alv_scheme *scheme, alv_dtype dtype,
                                                        int64_t n);

/* The parameters of PyTorch modules, and the order in which their constructors draw. */
typedef struct alv_compat_module alv_compat_module;

/* Parses "Linear(784, 256), ReLU, Linear(256, 10)": calls of torch.nn's constructors, of which a
 * list is a Sequential. Names are those of state_dict(): "0.weight", or "weight" where one module
 * stands alone. Arguments as in Python, in order or by name; those that change no parameter
 * (stride=2) may be given and are not checked. ALV_ERR_SYNTAX, ALV_ERR_UNKNOWN_NAME,
 * ALV_ERR_ARGUMENT, ALV_ERR_RANGE with the byte position; ALV_ERR_MEMORY. The caller owns *out. */
ALV_API alv_status alv_compat_module_new(alv_compat_module **out, const char *text, alv_dtype dtype,
                                         alv_error *error);
ALV_API void alv_compat_module_free(alv_compat_module *module); /* NULL is fine */
/* Its parameters in the order of state_dict(), NULL outside [0, count). */
ALV_API int alv_compat_module_count(const alv_compat_module *module);
ALV_API const alv_tensor *alv_compat_module_param(const alv_compat_module *module, int index);
/* Draws all parameters; outs[i] has room for parameter i. ALV_ERR_UNSUPPORTED where the rng's
 * profile has no modules. */
ALV_API alv_status alv_compat_module_draw(void *const *outs, const alv_compat_module *module,
                                          alv_compat_rng *rng, alv_error *error);
/* The weakest claim among the draws, as for a scheme. */
ALV_API const alv_compat_claim *alv_compat_module_claim(const alv_compat *profile,
                                                        const alv_compat_module *module);
/* The names of the constructors, for a list; NULL outside. */
ALV_API const char *alv_compat_module_name(int index);

#ifdef __cplusplus
}
#endif
#endif
