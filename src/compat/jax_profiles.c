/* JAX's profiles. */
#include "compat/jax.h"
#include "compat/profile.h"

#define F32 ALV_BIT(ALV_F32)
#define F64 ALV_BIT(ALV_F64)
#define NARROW (ALV_BIT(ALV_F16) | ALV_BIT(ALV_BF16))
#define EXACT(DRAW, DTYPES) {DRAW, DTYPES, 0, ALV_EXACT_BITS, {"", ""}}
#define CLAIMS                                                                                     \
    EXACT(ALV_COMPAT_UNIFORM, F32 | NARROW), EXACT(ALV_COMPAT_NORMAL, F32 | NARROW),               \
        EXACT(ALV_COMPAT_TRUNCATED, F32 | NARROW), EXACT(ALV_COMPAT_INTEGERS, 0),                  \
        EXACT(ALV_COMPAT_PERMUTATION, 0)
#define FUNCTIONS                                                                                  \
    .seed = alv_jax_seed, .uniform = alv_jax_uniform, .normal = alv_jax_normal,                    \
    .truncated = alv_jax_truncated, .integers = alv_jax_integers,                                  \
    .permutation = alv_jax_permutation, .split = alv_jax_split, .fold_in = alv_jax_fold_in,        \
    .scheme_at = alv_jax_scheme_at
#define F64_CLOSE(DRAW)                                                                            \
    {DRAW,                                                                                         \
     F64,                                                                                          \
     0,                                                                                            \
     ALV_EXACT_CLOSE,                                                                              \
     {[ALV_EN] = "takes the C library's log of doubles: 0.5 % of the values seen differ, by up "   \
                 "to 3 units in the last place; bounds of a truncated normal take XLA's erf, and " \
                 "all its values may",                                                             \
      [ALV_PT] = "usa o log de doubles da biblioteca C: 0,5 % dos valores vistos diferem, em até " \
                 "3 unidades na última casa; os limites de uma normal truncada usam o erf do "     \
                 "XLA, e todos os seus valores podem diferir"}}

#define OLD_NORMAL(DRAW)                                                                           \
    {DRAW,                                                                                         \
     F32 | ALV_BIT(ALV_F16),                                                                       \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "every bit of JAX 0.10.2 with the option off; of 0.4.30 itself 154 of 505280 "    \
                 "values in f32 differ, by 3 units in the last place at most",                     \
      [ALV_PT] = "todos os bits do JAX 0.10.2 com a opção desligada; do próprio 0.4.30, 154 de "   \
                 "505280 valores em f32 diferem, em no máximo 3 unidades na última casa"}}
#define OLD_BF16(DRAW)                                                                             \
    {DRAW,                                                                                         \
     ALV_BIT(ALV_BF16),                                                                            \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "every bit of JAX 0.10.2 with the option off; 0.4.30 itself rounds otherwise, "   \
                 "and a quarter of its uniforms and more of its normals differ",                   \
      [ALV_PT] = "todos os bits do JAX 0.10.2 com a opção desligada; o próprio 0.4.30 arredonda "  \
                 "de outro modo, e um quarto das uniformes e mais das normais diferem"}}

static const alv_jax_rules by_index = {.indexed = true}, paired_words = {.indexed = false};
static const alv_jax_rules wide = {.indexed = true, .wide = true};

const alv_compat alv_compat_jax = {
    .name = "jax",
    .aliases = "jax-partitionable",
    .summary = {[ALV_EN] = "JAX's default keys since 0.5: threefry, partitionable",
                [ALV_PT] = "as chaves padrão do JAX desde 0.5: threefry, particionável"},
    .reproduces =
        "key = jax.random.key(SEED); jax.random.uniform(key, shape, dtype, minval=lo, maxval=hi), "
        "normal(key, shape, dtype) * std + mean, truncated_normal, randint, permutation(key, n); "
        "every draw takes the same key, unsplit",
    .seen = {[ALV_EN] =
                 "JAX 0.10.2 on x86 with fused multiply-add: golden hashes of the five "
                 "draws (five seeds, sizes 1 to 40, 100, 1000, 4097; from one seed also "
                 "1000003) and of 7 initializers, keys split and folded. Of 0.7.2, whose "
                 "log1p is another, 23 of 505280 f32 normals (cut ones alike) differ, by 2 units "
                 "in the last "
                 "place at most, and of 0.5.3 160, by 3; all else that was seen of them was equal.",
             [ALV_PT] =
                 "JAX 0.10.2 em x86 com multiplicação e soma fundidas: hashes dos cinco sorteios "
                 "(cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097; de uma semente também "
                 "1000003) e de 7 esquemas, chaves divididas e derivadas. Da 0.7.2, cujo log1p é "
                 "outro, 23 de 505280 normais em f32 (e as truncadas) diferem, em no máximo 2 "
                 "unidades na última "
                 "casa, e da 0.5.3, 160, em 3; o resto que se viu delas era igual."},
    .rules = &by_index,
    .claims = {CLAIMS},
    .integer_bits = 32,
    FUNCTIONS,
};

const alv_compat alv_compat_jax_x64 = {
    .name = "jax-x64",
    .aliases = "",
    .summary = {[ALV_EN] = "JAX with jax_enable_x64: keys from 64 bits, f64 and int64",
                [ALV_PT] = "JAX com jax_enable_x64: chaves de 64 bits, f64 e int64"},
    .reproduces = "jax.config.update(\"jax_enable_x64\", True), and then as jax",
    .seen = {[ALV_EN] = "JAX 0.10.2 on x86 with fused multiply-add, with x64: golden hashes of the "
                        "five draws (five seeds, sizes 1 to 40, 100, 1000, 4097; from one seed "
                        "also 1000003) and of 7 initializers, keys split and folded.",
             [ALV_PT] =
                 "JAX 0.10.2 em x86 com multiplicação e soma fundidas, com x64: hashes dos cinco "
                 "sorteios (cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097; de uma semente "
                 "também 1000003) e de 7 esquemas, chaves divididas e derivadas."},
    .rules = &wide,
    .claims = {CLAIMS, EXACT(ALV_COMPAT_UNIFORM, F64), F64_CLOSE(ALV_COMPAT_NORMAL),
               F64_CLOSE(ALV_COMPAT_TRUNCATED)},
    FUNCTIONS,
};

const alv_compat alv_compat_jax_original = {
    .name = "jax-original",
    .aliases = "jax@0.4",
    .summary = {[ALV_EN] = "JAX's keys before 0.5, or with jax_threefry_partitionable off",
                [ALV_PT] = "as chaves do JAX antes de 0.5, ou sem jax_threefry_partitionable"},
    .reproduces = "jax.config.update(\"jax_threefry_partitionable\", False), and then as jax",
    .seen =
        {[ALV_EN] =
             "JAX 0.10.2 on x86 with fused multiply-add, with the option off: golden hashes of the "
             "five draws (five seeds, sizes 1 to 40, 100, 1000, 4097; from one seed also 1000003) "
             "and of 7 initializers, keys split and folded. Of 0.4.30: what the table says.",
         [ALV_PT] = "JAX 0.10.2 em x86 com multiplicação e soma fundidas, com a opção desligada: "
                    "hashes dos cinco sorteios (cinco sementes, tamanhos de 1 a 40, 100, 1000, "
                    "4097; de uma semente também 1000003) e de 7 esquemas, chaves divididas e "
                    "derivadas. Da 0.4.30: o que diz a tabela."},
    .rules = &paired_words,
    .claims = {EXACT(ALV_COMPAT_UNIFORM, F32 | ALV_BIT(ALV_F16)), OLD_BF16(ALV_COMPAT_UNIFORM),
               OLD_NORMAL(ALV_COMPAT_NORMAL), OLD_BF16(ALV_COMPAT_NORMAL),
               OLD_NORMAL(ALV_COMPAT_TRUNCATED), OLD_BF16(ALV_COMPAT_TRUNCATED),
               EXACT(ALV_COMPAT_INTEGERS, 0), EXACT(ALV_COMPAT_PERMUTATION, 0)},
    .integer_bits = 32,
    FUNCTIONS,
};
