/* Recurrent layers: the biases of their gates, and torch's one scale for everything.
 *
 * A cell c' = f c + i g with f = sigmoid(b) forgets at the rate 1 - f = 1 / (1 + e^b): at b = 0 it
 * halves what it holds at every step, at 1 it keeps 73 % (Gers et al. 2000; Jozefowicz et al.
 * 2015). Read backwards, a memory of T steps needs 1 - f = 1/T, b = log(T - 1); chrono
 * initialization draws T over the range of the task, b_f ~ log U(1, Tmax - 1), and lets in what it
 * lets go, b_i = -b_f (Tallec & Ollivier 2018). In a GRU the update gate is both at once, and here
 * a positive bias keeps: h' = (1 - z) n + z h, as torch, Keras and ONNX write it. */
#include "init/family.h"

#include "base/base.h"
#include "math/math.h"
#include "model/layer.h"

/* Orders of the fused gates: which holds on to the state, and which lets the input in (-1: the same
 * one). ifgo is torch's, Keras's (i f c o) and cuDNN's; igfo TensorFlow 1's and Haiku's; iofc and
 * zrh ONNX's; rzn torch's, and zrh Keras's, of a GRU. */
#define ORDER_CHOICES "ifgo igfo iofc rzn zrh"
static const struct {
    int gates, keep, input;
} orders[] = {{4, 1, 0}, {4, 2, 0}, {4, 2, 0}, {3, 1, -1}, {3, 0, -1}};

enum { VALUE, ORDER };       /* of forget_bias */
enum { TMAX, CHRONO_ORDER }; /* of chrono: the order is the second argument of both */

#define ORDER_ARG                                                                                  \
    {.name = "order",                                                                              \
     .value = 0,                                                                                   \
     .lo = 0,                                                                                      \
     .hi = 4,                                                                                      \
     .choices = ORDER_CHOICES,                                                                     \
     .help = {[ALV_EN] = "gates as the framework fuses them: LSTM ifgo (torch, Keras), igfo "      \
                         "(Haiku), iofc (ONNX); GRU rzn (torch), zrh (Keras, ONNX)",               \
              [ALV_PT] = "portas na ordem do framework: LSTM ifgo (torch, Keras), igfo (Haiku), "  \
                         "iofc (ONNX); GRU rzn (torch), zrh (Keras, ONNX)"}}

/* Whether the parts that the tensor states, if any, are `gates` of equal size. */
static bool parts_are_gates(const alv_tensor *tensor, int gates)
{
    const int parts = alv_tensor_part_count(tensor);
    for (int i = 1; i < parts; i++)
        if (tensor->parts[i] != tensor->parts[0]) return false;
    return parts == 1 || parts == gates;
}

/* Units of one gate; refuses what is not a vector of whole gates. */
static alv_status gate_size(int64_t *units, const alv_scheme *scheme, const alv_tensor *tensor,
                            alv_error *error)
{
    const int gates = orders[(int)scheme->args[ORDER]].gates;
    if (tensor->rank != 1 || tensor->shape[0] % gates != 0 || !parts_are_gates(tensor, gates))
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s fills the bias of %d fused gates, one axis whose size they divide",
                        scheme->init->name, gates);
    *units = tensor->shape[0] / gates;
    return ALV_OK;
}

static int64_t units_of(const alv_init_job *job)
{
    return job->tensor->shape[0] / orders[(int)job->scheme->args[ORDER]].gates;
}

/* The part of [lo, hi) that lies in gate number `gate`, counted from that gate's first element. */
static void gate_range(int64_t *from, int64_t *to, int64_t lo, int64_t hi, int gate, int64_t units)
{
    const int64_t first = gate * units, last = first + units;
    *from = (lo > first ? lo : first) - first;
    *to = (hi < last ? hi : last) - first;
}

static void clear(void *out, int64_t n, const alv_tensor *tensor)
{
    memset(out, 0, (size_t)n * (tensor->dtype == ALV_F64 ? sizeof(double) : sizeof(float)));
}

static void put(void *out, int64_t i, double value, const alv_tensor *tensor)
{
    if (tensor->dtype == ALV_F64)
        ((double *)out)[i] = value;
    else
        ((float *)out)[i] = (float)value;
}

static alv_status forget_moments(double *mean, double *variance, const alv_scheme *scheme,
                                 const alv_tensor *tensor, alv_error *error)
{
    int64_t units;
    ALV_TRY(gate_size(&units, scheme, tensor, error));
    const double value = scheme->args[VALUE];
    if (alv_fabs(value) > alv_dtype_max(tensor->dtype))
        return alv_fail(error, ALV_ERR_OVERFLOW, "value", "value = %g does not fit %s", value,
                        alv_dtype_name(tensor->dtype));
    const double share = 1.0 / orders[(int)scheme->args[ORDER]].gates;
    *mean = share * value;
    *variance = share * (1 - share) * value * value;
    return ALV_OK;
}

static void forget_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    const int keep = orders[(int)job->scheme->args[ORDER]].keep;
    const int64_t units = units_of(job);
    int64_t from, to;
    clear(out, hi - lo, job->tensor);
    gate_range(&from, &to, lo, hi, keep, units);
    for (int64_t k = from; k < to; k++)
        put(out, keep * units + k - lo, job->scheme->args[VALUE], job->tensor);
}

/* With U on [1, a]: E log U = (a log a - a + 1) / (a - 1), and E log^2 U = (a log^2 a - 2 a log a +
 * 2 a - 2) / (a - 1). */
static alv_status chrono_moments(double *mean, double *variance, const alv_scheme *scheme,
                                 const alv_tensor *tensor, alv_error *error)
{
    int64_t units;
    ALV_TRY(gate_size(&units, scheme, tensor, error));
    const int order = (int)scheme->args[CHRONO_ORDER];
    const double a = scheme->args[TMAX] - 1, log_a = alv_log(a), share = 1.0 / orders[order].gates;
    const double first = (a * log_a - a + 1) / (a - 1);
    const double second = (a * log_a * log_a - 2 * a * log_a + 2 * a - 2) / (a - 1);
    const bool both = orders[order].input >= 0;
    *mean = both ? 0 : share * first;
    *variance = (both ? 2 : 1) * share * second - *mean * *mean;
    return ALV_OK;
}

/* sign log U of the units of one gate that lie in [lo, hi). Unit k draws element k of the stream in
 * every gate, so that the two gates of a unit agree whatever the slice. */
static void chrono_gate(void *out, int64_t lo, int64_t hi, int gate, double sign,
                        const alv_init_job *job)
{
    enum { CHUNK = 128 };
    double chunk[CHUNK];
    const bool f64 = job->tensor->dtype == ALV_F64;
    const alv_dist law = alv_dist_uniform(1, job->scheme->args[TMAX] - 1);
    const alv_stream stream = alv_stream_make(job->seed, job->tensor->name, NULL);
    const int64_t units = units_of(job);
    int64_t from, to;
    gate_range(&from, &to, lo, hi, gate, units);
    for (int64_t n; from < to; from += n) {
        n = to - from < CHUNK ? to - from : CHUNK;
        alv_dist_fill(chunk, f64 ? ALV_F64 : ALV_F32, from, from + n, &law, stream, job->kernels,
                      NULL);
        for (int64_t k = 0; k < n; k++) {
            double u = f64 ? chunk[k] : ((const float *)chunk)[k];
            put(out, gate * units + from + k - lo, sign * alv_log(u), job->tensor);
        }
    }
}

static void chrono_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    const int order = (int)job->scheme->args[CHRONO_ORDER];
    clear(out, hi - lo, job->tensor);
    chrono_gate(out, lo, hi, orders[order].keep, 1, job);
    if (orders[order].input >= 0) chrono_gate(out, lo, hi, orders[order].input, -1, job);
}

enum { HIDDEN, CELL };

static alv_status torch_rnn_law(alv_dist *out, const alv_scheme *scheme, const alv_tensor *tensor,
                                alv_error *error)
{
    static const int gates[] = {4, 3, 1};
    const int n = gates[(int)scheme->args[CELL]];
    double hidden = scheme->args[HIDDEN];
    ALV_TRY(alv_init_whole(hidden, "hidden", error));
    if (hidden == 0 && tensor->rank > 0) {
        alv_axes axes;
        int64_t outputs = 0;
        ALV_TRY(alv_axes_of(&axes, tensor, error));
        if (!alv_axes_size(&outputs, tensor, axes.out) || outputs % n != 0 ||
            !parts_are_gates(tensor, n))
            return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                            "%s: %lld outputs in %d parts are not %d gates; give cell or hidden",
                            scheme->init->name, outputs, alv_tensor_part_count(tensor), n);
        hidden = (double)(outputs / n);
    }
    if (hidden == 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s divides by the hidden size, which is 0 here", scheme->init->name);
    const double r = alv_sqrt(1 / hidden);
    *out = alv_dist_uniform(-r, r);
    return ALV_OK;
}

const alv_initializer alv_init_forget_bias = {
    .name = "forget_bias",
    .aliases = "lstm_bias",
    .summary = {[ALV_EN] = "gate biases at 0, but the forget gate's at 1",
                [ALV_PT] = "vieses das portas em 0, exceto a de esquecimento, em 1"},
    .formula = "b = value in the forget gate (of a GRU: the update gate), else 0",
    .density = "nothing is drawn; one element in 4 (of a GRU, in 3) is value",
    .when = {[ALV_EN] = "The bias of an LSTM (or GRU) whose gates lie fused in one vector. At 0 "
                        "the cell halves what it holds at every step; at 1 it keeps 73 %, and "
                        "gradients reach back in time from the first step on. Jozefowicz et al. "
                        "find that 1 closes most of the gap between LSTM and GRU.",
             [ALV_PT] = "O viés de uma LSTM (ou GRU) cujas portas ficam juntas em um vetor. Em 0, "
                        "a célula perde metade do que guarda a cada passo; em 1, mantém 73 %, e os "
                        "gradientes voltam no tempo desde o primeiro passo. Jozefowicz et al. "
                        "constatam que 1 desfaz quase toda a diferença entre LSTM e GRU."},
    .dangers = {[ALV_EN] = "The order of the gates differs between frameworks, and the wrong one "
                           "opens another gate without any error. torch and cuDNN add two bias "
                           "vectors: with this in both the sum is 2, so give one of them zeros. "
                           "Memories of hundreds of steps need more: chrono. torch leaves "
                           "its forget gate near 0; Keras sets 1.",
                [ALV_PT] = "A ordem das portas muda entre frameworks, e a ordem errada abre outra "
                           "porta sem nenhum aviso. torch e cuDNN somam dois vetores de viés: com "
                           "este em ambos, a soma é 2; dê zeros a um deles. Memórias de centenas "
                           "de passos pedem mais: chrono. O torch deixa a porta de esquecimento "
                           "perto de 0; o Keras usa 1."},
    .pytorch = "torch.nn.init.zeros_(b); torch.nn.init.ones_(b[hidden:2 * hidden])",
    .keras = NULL,
    .jax = "lambda key, shape, dtype: jax.numpy.zeros(shape, dtype).at[h:2 * h].set(1)",
    .gates = true,
    .elsewhere = "zeros",
    .citation = "Gers, Schmidhuber & Cummins (2000), Learning to forget: continual prediction with "
                "LSTM, Neural Computation 12:2451-2471; Jozefowicz, Zaremba & Sutskever (2015), An "
                "empirical exploration of recurrent network architectures, ICML, PMLR 37:2342-2350",
    .args = {[VALUE] = {.name = "value",
                        .value = 1,
                        .lo = -DBL_MAX,
                        .hi = DBL_MAX,
                        .help = {[ALV_EN] = "the bias of the gate that keeps the state",
                                 [ALV_PT] = "o viés da porta que mantém o estado"}},
             [ORDER] = ORDER_ARG},
    .moments = forget_moments,
    .fill = forget_fill,
};

const alv_initializer alv_init_chrono = {
    .name = "chrono",
    .aliases = "",
    .summary = {[ALV_EN] = "gate biases for memories of 2 to tmax steps",
                [ALV_PT] = "vieses das portas para memórias de 2 a tmax passos"},
    .formula = "u ~ U(1, tmax - 1) for each unit; forget gate: b = log u, input gate: b = -log u, "
               "others 0; GRU: update gate b = log u",
    .density = "forget gate: p(b) = exp(b) / (tmax - 2), 0 <= b <= log(tmax - 1)",
    .when = {[ALV_EN] = "LSTMs and GRUs whose task has dependencies of known range: with tmax its "
                        "longest, in steps, the units begin with memories spread over that range "
                        "instead of all forgetting alike.",
             [ALV_PT] = "LSTMs e GRUs em tarefas com dependências de alcance conhecido: sendo tmax "
                        "o mais longo, em passos, as unidades começam com memórias espalhadas por "
                        "esse alcance, em vez de todas esquecerem igualmente."},
    .dangers = {[ALV_EN] = "A tmax far beyond the task closes the input gates (at 1000 to about "
                           "0.002): learning starts late. The order of the gates must be the "
                           "framework's. Where two bias vectors are added (torch, cuDNN), the "
                           "other takes zeros. In a GRU whose update gate lets the new state in, "
                           "as in the original paper, the sign is the opposite.",
                [ALV_PT] = "Um tmax muito maior que o da tarefa fecha as portas de entrada (com "
                           "1000, até cerca de 0.002): o aprendizado demora a começar. A ordem das "
                           "portas deve ser a do framework. Onde dois vetores de viés se somam "
                           "(torch, cuDNN), o outro recebe zeros. Em uma GRU cuja porta de "
                           "atualização deixa entrar o novo estado, como no artigo original, o "
                           "sinal se inverte."},
    .pytorch = "b[h:2 * h] = torch.empty(h).uniform_(1, tmax - 1).log(); b[:h] = -b[h:2 * h]",
    .keras = NULL,
    .jax = NULL,
    .gates = true,
    .elsewhere = "zeros",
    .citation = "Tallec & Ollivier (2018), Can recurrent neural networks warp time?, ICLR, "
                "arXiv:1804.11188",
    .args = {[TMAX] = {.name = "tmax",
                       .value = 100,
                       .lo = 3,
                       .hi = 1e9,
                       .shown = true,
                       .help = {[ALV_EN] = "longest dependency, in steps",
                                [ALV_PT] = "dependência mais longa, em passos"}},
             [CHRONO_ORDER] = ORDER_ARG},
    .moments = chrono_moments,
    .fill = chrono_fill,
};

const alv_initializer alv_init_torch_rnn = {
    .name = "torch_rnn",
    .aliases = "",
    .summary = {[ALV_EN] = "torch's LSTM, GRU and RNN: everything U(-1, 1) / sqrt(hidden)",
                [ALV_PT] = "LSTM, GRU e RNN do torch: tudo U(-1, 1) / sqrt(hidden)"},
    .formula = "w ~ U(-r, r), r = 1 / sqrt(hidden); std = r / sqrt(3); hidden = outputs / gates",
    .density = "p(w) = 1 / (2 r), |w| <= r",
    .when = {[ALV_EN] = "To begin as torch begins, and as the baseline that others must beat: "
                        "input weights, recurrent weights and biases alike. cell says how many "
                        "gates are fused in the outputs.",
             [ALV_PT] = "Para começar como o torch começa, e como a referência que as outras "
                        "precisam superar: pesos de entrada, pesos recorrentes e vieses, todos "
                        "iguais. cell diz quantas portas estão juntas nas saídas."},
    .dangers = {[ALV_EN] = "The recurrent matrix has a spectral radius near 0.58 (1 / sqrt(3)) and "
                           "so forgets; the forget gate begins near 0 and halves the cell at every "
                           "step; the input's own fan-in is ignored. Orthogonal recurrent weights "
                           "and forget_bias are the usual cure.",
                [ALV_PT] = "A matriz recorrente tem raio espectral próximo de 0.58 (1 / sqrt(3)) e "
                           "por isso esquece; a porta de esquecimento começa perto de 0 e reduz a "
                           "célula à metade a cada passo; o fan-in da entrada é ignorado. Pesos "
                           "recorrentes ortogonais e forget_bias são o remédio habitual."},
    .pytorch = "torch.nn.init.uniform_(w, -1 / math.sqrt(hidden), 1 / math.sqrt(hidden))",
    .keras = "keras.initializers.RandomUniform(-1 / math.sqrt(hidden), 1 / math.sqrt(hidden))",
    .jax = NULL,
    .gates = true,
    .elsewhere = "torch_default",
    .citation = "PyTorch documentation of torch.nn.RNN, LSTM and GRU: all weights and biases are "
                "initialized from U(-sqrt(k), sqrt(k)), k = 1 / hidden_size",
    .args = {[HIDDEN] = {.name = "hidden",
                         .value = 0,
                         .lo = 0,
                         .hi = 1e9,
                         .help = {[ALV_EN] = "units of the hidden state; 0: outputs / gates",
                                  [ALV_PT] = "unidades do estado oculto; 0: saídas / portas"}},
             [CELL] = {.name = "cell",
                       .value = 0,
                       .lo = 0,
                       .hi = 2,
                       .choices = "lstm gru rnn",
                       .help = {[ALV_EN] = "which cell: 4, 3 or 1 gates",
                                [ALV_PT] = "qual célula: 4, 3 ou 1 portas"}}},
    .biases = true,
    .fused = true,
    .law = torch_rnn_law,
};
