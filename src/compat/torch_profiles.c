/* PyTorch's profiles: versions that draw differently, with and without AVX2. */
#include "compat/profile.h"
#include "compat/torch.h"

#define F32 ALV_BIT(ALV_F32)
#define F64 ALV_BIT(ALV_F64)
#define NARROW (ALV_BIT(ALV_F16) | ALV_BIT(ALV_BF16))

/* Claims that several profiles make. */
#define EXACT(DRAW, DTYPES, LEAST) {DRAW, DTYPES, LEAST, ALV_EXACT_BITS, {"", ""}}
#define ORDERS EXACT(ALV_COMPAT_INTEGERS, 0, 0), EXACT(ALV_COMPAT_PERMUTATION, 0, 0)
#define NORMAL_F64                                                                                 \
    {ALV_COMPAT_NORMAL,                                                                            \
     F64,                                                                                          \
     0,                                                                                            \
     ALV_EXACT_CLOSE,                                                                              \
     {[ALV_EN] = "the last bits are those of the C library's log, sin and cos of doubles: "        \
                 "differs by a few units in the last place",                                       \
      [ALV_PT] = "os últimos bits são os de log, sin e cos de doubles da biblioteca C: difere "    \
                 "em algumas unidades na última casa"}}
#define NORMAL_FEW(DTYPES)                                                                         \
    {ALV_COMPAT_NORMAL,                                                                            \
     DTYPES,                                                                                       \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "fewer than 16 elements are computed in double with the C library's functions "   \
                 "and rounded: a value differs about once in 10^8",                                \
      [ALV_PT] = "menos de 16 elementos são calculados em double com as funções da biblioteca C "  \
                 "e arredondados: um valor difere cerca de uma vez em 10^8"}}
#define REJECTION                                                                                  \
    {ALV_COMPAT_TRUNCATED,                                                                         \
     F32,                                                                                          \
     0,                                                                                            \
     ALV_EXACT_NEARLY,                                                                             \
     {[ALV_EN] = "where the bounds keep more than 30 % of the normal; else refused",               \
      [ALV_PT] = "onde os limites mantêm mais de 30 % da normal; senão, é recusado"}}
#define NO_ERFINV                                                                                  \
    {ALV_COMPAT_TRUNCATED,                                                                         \
     F32 | F64 | NARROW,                                                                           \
     0,                                                                                            \
     ALV_EXACT_NOT,                                                                                \
     {[ALV_EN] = "trunc_normal_ before 2.12 takes erfinv from Intel's MKL in the official wheels " \
                 "and from the C library elsewhere; neither can be reproduced",                    \
      [ALV_PT] = "antes da 2.12, trunc_normal_ usa o erfinv da MKL da Intel nos pacotes oficiais " \
                 "e o da biblioteca C nos demais; nenhum pode ser reproduzido"}}
#define CLAIMS(TRUNCATED)                                                                          \
    {EXACT(ALV_COMPAT_UNIFORM, F32 | F64 | NARROW, 0),                                             \
     ORDERS,                                                                                       \
     EXACT(ALV_COMPAT_NORMAL, F32 | NARROW, 16),                                                   \
     NORMAL_FEW(F32 | NARROW),                                                                     \
     NORMAL_F64,                                                                                   \
     TRUNCATED}
#define FUNCTIONS                                                                                  \
    .seed = alv_torch_seed, .uniform = alv_torch_uniform, .normal = alv_torch_normal,              \
    .truncated = alv_torch_truncated, .integers = alv_torch_integers,                              \
    .permutation = alv_torch_permutation, .scheme_at = alv_torch_scheme_at, .modules = true,       \
    .reproduces = "torch.manual_seed(SEED); torch.rand, randn, randint, randperm; torch.nn.init; " \
                  "the constructors of torch.nn"

static const alv_torch_rules rules = {
    .fused = true, .fused_normal = true, .log1p = true, .half_open = true, .one_word = 28};
static const alv_torch_rules rules_2_12 = {.fused = true,
                                           .narrow = ALV_TORCH_CAST_SCALAR,
                                           .log1p = true,
                                           .half_open = true,
                                           .one_word = 28};
static const alv_torch_rules rules_2_7 = {
    .fused = true, .narrow = ALV_TORCH_PER_STEP, .log1p = true, .one_word = 28};
static const alv_torch_rules rules_1 = {
    .fused = true, .narrow = ALV_TORCH_PER_STEP_1, .one_word = 32};
static const alv_torch_rules rules_scalar = {
    .fused_normal = true, .log1p = true, .half_open = true, .one_word = 28};
static const alv_torch_rules rules_scalar_2_12 = {
    .narrow = ALV_TORCH_CAST_SCALAR, .log1p = true, .half_open = true, .one_word = 28};
static const alv_torch_rules rules_scalar_2_7 = {
    .narrow = ALV_TORCH_PER_STEP, .log1p = true, .one_word = 28};
static const alv_torch_rules rules_scalar_1 = {.narrow = ALV_TORCH_PER_STEP_1, .one_word = 32};

const alv_compat alv_compat_torch = {
    .name = "torch",
    .aliases = "pytorch torch@2 torch@2.13 torch@2.14 torch@2.15",
    .summary = {[ALV_EN] = "PyTorch on x86 processors with AVX2, current versions; its f32 "
                           "uniforms and normals are those of every version since 1.13",
                [ALV_PT] = "PyTorch em processadores x86 com AVX2, versões atuais; as uniformes e "
                           "normais em f32 são as de todas as versões desde a 1.13"},
    .seen = {[ALV_EN] =
                 "Golden hashes of torch 2.15.0 from PyPI (uniform, normal, truncated, integers, "
                 "permutations; five seeds, sizes 1 to 40, 100, 1000, 4097, 1000003), of 30 "
                 "modules and 18 initializers; DataLoader's order. All but the order of torch "
                 "2.13.0, too. "
                 "f64 normals: up to 3 units in the last place, 6 % of values.",
             [ALV_PT] = "Hashes do torch 2.15.0 do PyPI (uniformes, normais, truncadas, inteiros, "
                        "permutações; cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097, "
                        "1000003), de 30 módulos e 18 esquemas; a ordem do DataLoader. Tudo, menos "
                        "a ordem, também do torch 2.13.0. Normais em "
                        "f64: até 3 unidades na última casa, 6 % dos valores."},
    .claims = CLAIMS(REJECTION),
    .rules = &rules,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_2_12 = {
    .name = "torch@2.12",
    .aliases = "",
    .summary = {[ALV_EN] = "PyTorch 2.12 with AVX2: 16-bit normals by the C library's functions",
                [ALV_PT] =
                    "PyTorch 2.12 com AVX2: normais de 16 bits pelas funções da biblioteca C"},
    .seen =
        {[ALV_EN] =
             "Golden hashes of torch 2.12.1 from PyPI (uniform, normal, truncated, integers, "
             "permutations; five seeds, sizes 1 to 40, 100, 1000, 4097, 1000003), of 30 modules "
             "and 18 initializers. f64 normals: up to 3 units in the last place, 6 % of values.",
         [ALV_PT] = "Hashes do torch 2.12.1 do PyPI (uniformes, normais, truncadas, inteiros, "
                    "permutações; cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097, 1000003), "
                    "de 30 módulos e 18 esquemas. Normais em f64: até 3 unidades na última casa, 6 "
                    "% dos valores."},
    .claims = CLAIMS(REJECTION),
    .rules = &rules_2_12,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_2_7 = {
    .name = "torch@2.7",
    .aliases = "torch@2.10",
    .summary = {[ALV_EN] = "PyTorch 2.7 to 2.10 with AVX2: 16-bit types are drawn in themselves",
                [ALV_PT] =
                    "PyTorch 2.7 a 2.10 com AVX2: os tipos de 16 bits são sorteados neles mesmos"},
    .seen = {[ALV_EN] = "Golden hashes of torch 2.7.1 from PyPI (uniform, normal, integers, "
                        "permutations; five seeds, sizes 1 to 40, 100, 1000, 4097, 1000003), of 30 "
                        "modules and 18 initializers. f64 normals: up to 3 units in the last "
                        "place, 6 % of values. Of 2.10.0: 40 elements in 16-bit types. 2.6.0 takes "
                        "one word for integers from ranges below 2^32, not 2^28.",
             [ALV_PT] = "Hashes do torch 2.7.1 do PyPI (uniformes, normais, inteiros, permutações; "
                        "cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097, 1000003), de 30 "
                        "módulos e 18 esquemas. Normais em f64: até 3 unidades na última casa, 6 % "
                        "dos valores. Da 2.10.0: 40 elementos em tipos de 16 bits. A 2.6.0 usa uma "
                        "palavra para inteiros de intervalos abaixo de 2^32, e não de 2^28."},
    .claims = CLAIMS(NO_ERFINV),
    .rules = &rules_2_7,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_1 = {
    .name = "torch@1.13",
    .aliases = "torch@1",
    .summary = {[ALV_EN] = "PyTorch 1.13 with AVX2", [ALV_PT] = "PyTorch 1.13 com AVX2"},
    .seen = {[ALV_EN] = "Golden hashes of Debian 12's torch 1.13.1 (uniform, normal, integers, "
                        "permutations; five seeds, sizes 1 to 40, 100, 1000, 4097, 1000003), of 30 "
                        "modules and 18 initializers; DataLoader's order. f64 normals: up to 3 "
                        "units in the last place, 6 % of values. Of 2.10.0: 40 elements in 16-bit "
                        "types. 2.6.0 differs only "
                        "in integers from ranges of 2^28 and more.",
             [ALV_PT] = "Hashes do torch 1.13.1 do Debian 12 (uniformes, normais, inteiros, "
                        "permutações; cinco sementes, tamanhos de 1 a 40, 100, 1000, 4097, "
                        "1000003), de 30 módulos e 18 esquemas; a ordem do DataLoader. Normais em "
                        "f64: até 3 unidades na última casa, 6 % dos valores. Da 2.10.0: 40 "
                        "elementos em tipos de 16 bits. A 2.6.0 "
                        "só difere em inteiros de intervalos de 2^28 ou mais."},
    .claims = CLAIMS(NO_ERFINV),
    .rules = &rules_1,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_scalar = {
    .name = "torch-scalar",
    .aliases = "torch-scalar@2.13 torch-scalar@2.14 torch-scalar@2.15",
    .summary = {[ALV_EN] = "PyTorch on x86 processors without AVX2, with the GNU C library",
                [ALV_PT] = "PyTorch em processadores x86 sem AVX2, com a biblioteca C GNU"},
    .seen = {[ALV_EN] = "Golden hashes of torch 2.15.0 from PyPI with ATEN_CPU_CAPABILITY=default "
                        "(uniform, normal, truncated, integers, permutations; five seeds, sizes 1 "
                        "to 40, 100, 1000, 4097, 1000003), of 30 modules and 18 initializers. f64 "
                        "normals: up to 3 units in the last place, 6 % of values.",
             [ALV_PT] =
                 "Hashes do torch 2.15.0 do PyPI com ATEN_CPU_CAPABILITY=default (uniformes, "
                 "normais, truncadas, inteiros, permutações; cinco sementes, tamanhos de 1 a 40, "
                 "100, 1000, 4097, 1000003), de 30 módulos e 18 esquemas. Normais em f64: até 3 "
                 "unidades na última casa, 6 % dos valores."},
    .claims = CLAIMS(REJECTION),
    .rules = &rules_scalar,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_scalar_2_12 = {
    .name = "torch-scalar@2.12",
    .aliases = "",
    .summary = {[ALV_EN] = "PyTorch 2.12 without AVX2, with the GNU C library",
                [ALV_PT] = "PyTorch 2.12 sem AVX2, com a biblioteca C GNU"},
    .seen = {[ALV_EN] = "Golden hashes of torch 2.12.1 from PyPI with ATEN_CPU_CAPABILITY=default "
                        "(uniform, normal, truncated, integers, permutations; five seeds, sizes 1 "
                        "to 40, 100, 1000, 4097, 1000003), of 30 modules and 18 initializers. f64 "
                        "normals: up to 3 units in the last place, 6 % of values.",
             [ALV_PT] =
                 "Hashes do torch 2.12.1 do PyPI com ATEN_CPU_CAPABILITY=default (uniformes, "
                 "normais, truncadas, inteiros, permutações; cinco sementes, tamanhos de 1 a 40, "
                 "100, 1000, 4097, 1000003), de 30 módulos e 18 esquemas. Normais em f64: até 3 "
                 "unidades na última casa, 6 % dos valores."},
    .claims = CLAIMS(REJECTION),
    .rules = &rules_scalar_2_12,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_scalar_2_7 = {
    .name = "torch-scalar@2.7",
    .aliases = "",
    .summary = {[ALV_EN] = "PyTorch 2.7 without AVX2, with the GNU C library",
                [ALV_PT] = "PyTorch 2.7 sem AVX2, com a biblioteca C GNU"},
    .seen = {[ALV_EN] = "Golden hashes of torch 2.7.1 from PyPI with ATEN_CPU_CAPABILITY=default "
                        "(uniform, normal, integers, permutations; five seeds, sizes 1 to 40, 100, "
                        "1000, 4097, 1000003), of 30 modules and 18 initializers. f64 normals: up "
                        "to 3 units in the last place, 6 % of values.",
             [ALV_PT] = "Hashes do torch 2.7.1 do PyPI com ATEN_CPU_CAPABILITY=default (uniformes, "
                        "normais, inteiros, permutações; cinco sementes, tamanhos de 1 a 40, 100, "
                        "1000, 4097, 1000003), de 30 módulos e 18 esquemas. Normais em f64: até 3 "
                        "unidades na última casa, 6 % dos valores."},
    .claims = CLAIMS(NO_ERFINV),
    .rules = &rules_scalar_2_7,
    FUNCTIONS,
};

const alv_compat alv_compat_torch_scalar_1 = {
    .name = "torch-scalar@1.13",
    .aliases = "torch-scalar@1",
    .summary = {[ALV_EN] = "PyTorch 1.13 without AVX2, with the GNU C library",
                [ALV_PT] = "PyTorch 1.13 sem AVX2, com a biblioteca C GNU"},
    .seen = {[ALV_EN] =
                 "Golden hashes of Debian 12's torch 1.13.1 with ATEN_CPU_CAPABILITY=default "
                 "(uniform, normal, integers, permutations; five seeds, sizes 1 to 40, 100, 1000, "
                 "4097, 1000003), of 30 modules and 18 initializers. f64 normals: up to 3 units in "
                 "the last place, 6 % of values.",
             [ALV_PT] = "Hashes do torch 1.13.1 do Debian 12 com ATEN_CPU_CAPABILITY=default "
                        "(uniformes, normais, inteiros, permutações; cinco sementes, tamanhos de 1 "
                        "a 40, 100, 1000, 4097, 1000003), de 30 módulos e 18 esquemas. Normais em "
                        "f64: até 3 unidades na última casa, 6 % dos valores."},
    .claims = CLAIMS(NO_ERFINV),
    .rules = &rules_scalar_1,
    FUNCTIONS,
};
