/* PyTorch's uniform_ on CUDA devices, as its source and CUDA's headers define it.
 *
 * aten/src/ATen/native/cuda/DistributionTemplates.h, curand_philox4x32_x.h. A grid of blocks of 256
 * threads runs over the elements, four for each thread and turn; a thread's words come from Philox
 * with the thread in the counter's upper half. Only how many threads fit the device depends on it,
 * so arrays of no more elements than that are the same on all. Normals take the device's own
 * approximation of sines, which is not documented. */
#include "alvor/stream.h"
#include "base/base.h"
#include "compat/fused.h"
#include "compat/profile.h"
#include "compat/torch.h"

enum { BLOCK = 256, LANES = 4 };

typedef struct cuda_rules {
    int64_t threads; /* that run at once: multiprocessors times threads of each; 0: the state's */
} cuda_rules;

/* The state: seed, how many words each thread has taken, and the device's threads if named. */
static void seed(alv_compat_rng *rng, uint64_t number)
{
    rng->state[0] = number;
    rng->state[1] = 0;
}

static void uniform(void *out, alv_dtype dtype, int64_t n, double lo, double hi,
                    alv_compat_rng *rng)
{
    const int64_t fixed = ((const cuda_rules *)rng->profile->rules)->threads;
    const int64_t most = fixed ? fixed : (int64_t)rng->state[2];
    const int64_t wanted = n / BLOCK + (n % BLOCK != 0);
    const int64_t threads = BLOCK * (wanted < most / BLOCK ? wanted : most / BLOCK);
    const uint32_t key[2] = {(uint32_t)rng->state[0], (uint32_t)(rng->state[0] >> 32)};
    const float from = (float)lo, to = (float)hi, width = to - from;
    float *x = out;
    (void)dtype;
    for (int64_t i = 0; i < n; i++) {
        const int64_t in_turn = i % (LANES * threads), thread = in_turn % threads;
        const uint64_t turn = rng->state[1] / LANES + (uint64_t)(i / (LANES * threads));
        const uint32_t counter[4] = {(uint32_t)turn, (uint32_t)(turn >> 32), (uint32_t)thread,
                                     (uint32_t)((uint64_t)thread >> 32)};
        uint32_t words[LANES];
        alv_philox4x32(words, counter, key);
        const float unit = alv_fmaf((float)words[in_turn / threads], 0x1p-32f, 0x1p-33f);
        const float value = alv_fmaf(unit, width, from);
        x[i] = value == to ? from : value;
    }
    rng->state[1] += (uint64_t)((n - 1) / (LANES * threads) + 1) * LANES;
}

enum { SMALL = 40960 };

#define F32 ALV_BIT(ALV_F32)
#define UNIFORM                                                                                    \
    {ALV_COMPAT_UNIFORM,                                                                           \
     F32,                                                                                          \
     0,                                                                                            \
     ALV_EXACT_CLOSE,                                                                              \
     {[ALV_EN] = "exact by PyTorch's source and CUDA's headers, but no device was at hand to "     \
                 "compare with",                                                                   \
      [ALV_PT] = "exato segundo o código do PyTorch e os cabeçalhos da CUDA, mas não havia "       \
                 "dispositivo com que comparar"}}
#define TOO_LARGE                                                                                  \
    {ALV_COMPAT_UNIFORM,                                                                           \
     F32,                                                                                          \
     SMALL + 1,                                                                                    \
     ALV_EXACT_NOT,                                                                                \
     {[ALV_EN] = "more than 40960 elements depend on how many threads the device runs: name it, "  \
                 "as in torch-cuda-a100, or say them, as in --device 108x2048",                    \
      [ALV_PT] =                                                                                   \
          "mais de 40960 elementos dependem de quantas threads o dispositivo executa: "            \
          "indique-o, como em torch-cuda-a100, ou diga quantas, como em --device 108x2048"}}
#define NORMAL                                                                                     \
    {ALV_COMPAT_NORMAL,                                                                            \
     F32 | ALV_BIT(ALV_F64) | ALV_BIT(ALV_F16) | ALV_BIT(ALV_BF16),                                \
     0,                                                                                            \
     ALV_EXACT_NOT,                                                                                \
     {[ALV_EN] = "normals take sines from the device's own approximation, whose bits are not "     \
                 "documented",                                                                     \
      [ALV_PT] = "as normais usam senos da aproximação do próprio dispositivo, cujos bits não "    \
                 "são documentados"}}
#define SEEN                                                                                       \
    .seen = {[ALV_EN] = "No device: the first values of torch.rand from seed 0 as people printed " \
                        "them, to four digits, and Philox's known answers",                        \
             [ALV_PT] = "Nenhum dispositivo: os primeiros valores de torch.rand da semente 0, "    \
                        "como foram publicados, com quatro dígitos, e as respostas conhecidas do " \
                        "Philox"}
#define FUNCTIONS                                                                                  \
    .reproduces = "torch.manual_seed(SEED); torch.rand(..., device=\"cuda\"), uniform_, "          \
                  "torch.nn.init.xavier_uniform_, kaiming_uniform_",                               \
    .seed = seed, .uniform = uniform, .scheme_at = alv_torch_scheme_at, SEEN
#define DEVICE(ID, NAME, THREADS, ALIASES, TEXT)                                                   \
    static const cuda_rules rules_##ID = {THREADS};                                                \
    const alv_compat alv_compat_torch_cuda_##ID = {                                                \
        .name = NAME,                                                                              \
        .aliases = ALIASES,                                                                        \
        .summary = {[ALV_EN] = "PyTorch's uniforms on " TEXT,                                      \
                    [ALV_PT] = "as uniformes do PyTorch em " TEXT},                                \
        .rules = &rules_##ID,                                                                      \
        .claims = {UNIFORM, NORMAL},                                                               \
        FUNCTIONS,                                                                                 \
    }

static const cuda_rules any = {SMALL};

const alv_compat alv_compat_torch_cuda = {
    .name = "torch-cuda",
    .aliases = "",
    .summary = {[ALV_EN] = "PyTorch's uniforms on CUDA devices as large as a T4 or larger, in "
                           "arrays of up to 40960 elements",
                [ALV_PT] = "as uniformes do PyTorch em dispositivos CUDA do tamanho de uma T4 ou "
                           "maiores, em arranjos de até 40960 elementos"},
    .rules = &any,
    .claims = {TOO_LARGE, UNIFORM, NORMAL},
    FUNCTIONS,
};

DEVICE(t4, "torch-cuda-t4", 40 * 1024, "", "T4 (40 x 1024)");
DEVICE(rtx4090, "torch-cuda-rtx4090", 128 * 1536, "", "RTX 4090 (128 x 1536)");
DEVICE(a100, "torch-cuda-a100", 108 * 2048, "", "A100 (108 x 2048)");
DEVICE(h100, "torch-cuda-h100", 132 * 2048, "torch-cuda-h200", "H100 SXM, H200 (132 x 2048)");

/* A device that the caller describes. */
static const cuda_rules by_state = {0};
static const alv_compat described = {
    .name = "torch-cuda",
    .aliases = "",
    .summary = {[ALV_EN] = "PyTorch's uniforms on a CUDA device",
                [ALV_PT] = "as uniformes do PyTorch em um dispositivo CUDA"},
    .rules = &by_state,
    .claims = {UNIFORM, NORMAL},
    FUNCTIONS,
};

alv_status alv_compat_device(alv_compat_rng *rng, int multiprocessors, int threads_each,
                             alv_error *error)
{
    if (!rng || !rng->profile) return alv_fail(error, ALV_ERR_ARGUMENT, "compat", "NULL argument");
    if (rng->profile != &alv_compat_torch_cuda && rng->profile != &described)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "device",
                        "%s does not depend on a device: torch-cuda does", rng->profile->name);
    if (multiprocessors < 1 || multiprocessors > 4096)
        return alv_fail(error, ALV_ERR_RANGE, "device", "%d multiprocessors: 1 to 4096",
                        multiprocessors);
    if (threads_each < BLOCK || threads_each > 65536 || threads_each % 32)
        return alv_fail(error, ALV_ERR_RANGE, "device",
                        "%d threads of each multiprocessor: a multiple of 32 from %d to 65536",
                        threads_each, (int)BLOCK);
    rng->profile = &described;
    rng->state[2] = (uint64_t)multiprocessors * (uint64_t)(threads_each / BLOCK * BLOCK);
    return ALV_OK;
}
