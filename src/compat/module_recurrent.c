/* Constructors of recurrent layers: every parameter uniform within 1 / sqrt(hidden_size), in the
 * order of registration. */
#include "compat/module.h"

/* One direction of one layer. */
typedef struct gates {
    int64_t inputs, rows, back, hidden, projected; /* rows: of all gates; back: what is fed back */
    bool bias;
    const char *suffix;
} gates;

static alv_status add(const alv_module_builder *b, const char *name, const char *suffix, int rank,
                      const int64_t *shape, double bound)
{
    char whole[48];
    alv_text_format(whole, sizeof whole, "%s%s", name, suffix);
    return alv_build_drawn(b, whole, rank, shape, ALV_STEP_UNIFORM, bound);
}

static alv_status direction(const alv_module_builder *b, const gates *g)
{
    const double bound = alv_torch_inverse_sqrt((double)g->hidden);
    ALV_TRY(add(b, "weight_ih", g->suffix, 2, (int64_t[]){g->rows, g->inputs}, bound));
    ALV_TRY(add(b, "weight_hh", g->suffix, 2, (int64_t[]){g->rows, g->back}, bound));
    if (g->bias) ALV_TRY(add(b, "bias_ih", g->suffix, 1, &g->rows, bound));
    if (g->bias) ALV_TRY(add(b, "bias_hh", g->suffix, 1, &g->rows, bound));
    if (g->projected == 0) return ALV_OK;
    return add(b, "weight_hr", g->suffix, 2, (int64_t[]){g->projected, g->hidden}, bound);
}

static alv_status rows_of(int64_t *rows, const alv_module_builder *b, int64_t hidden)
{
    if (!alv_mul_i64(rows, b->kind->axes, hidden))
        return alv_build_fail(b, ALV_ERR_OVERFLOW, "hidden_size is too large");
    return ALV_OK;
}

/* input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size. */
static alv_status layers(const alv_module_builder *b)
{
    const int64_t hidden = b->args[1].v[0], n = b->args[2].v[0], projected = b->args[7].v[0];
    const int directions = b->args[6].v[0] ? 2 : 1;
    gates g = {.inputs = b->args[0].v[0], .hidden = hidden, .projected = projected};
    if (projected > 0 && projected >= hidden)
        return alv_build_fail(b, ALV_ERR_RANGE, "proj_size must be below hidden_size");
    if (hidden > INT64_MAX / 2) return alv_build_fail(b, ALV_ERR_OVERFLOW, "hidden_size");
    ALV_TRY(rows_of(&g.rows, b, hidden));
    g.back = projected > 0 ? projected : hidden;
    g.bias = b->args[3].v[0];
    for (int64_t layer = 0; layer < n; layer++, g.inputs = g.back * directions)
        for (int reverse = 0; reverse < directions; reverse++) {
            char suffix[32];
            alv_text_format(suffix, sizeof suffix, "_l%lld%s", layer, reverse ? "_reverse" : "");
            g.suffix = suffix;
            ALV_TRY(direction(b, &g));
        }
    return ALV_OK;
}

/* input_size, hidden_size, bias. */
static alv_status cell(const alv_module_builder *b)
{
    const int64_t hidden = b->args[1].v[0];
    gates g = {.inputs = b->args[0].v[0], .hidden = hidden, .back = hidden, .suffix = ""};
    ALV_TRY(rows_of(&g.rows, b, hidden));
    g.bias = b->args[2].v[0];
    return direction(b, &g);
}

#define LAYERS(NAME, GATES)                                                                        \
    {NAME,                                                                                         \
     GATES,                                                                                        \
     {{"input_size", ALV_ARG_SIZE, true, 0},                                                       \
      {"hidden_size", ALV_ARG_SIZE, true, 0},                                                      \
      {"num_layers", ALV_ARG_SIZE, false, 1},                                                      \
      {"bias", ALV_ARG_BOOL, false, 1},                                                            \
      {"batch_first", ALV_ARG_ANY, false, 0},                                                      \
      {"dropout", ALV_ARG_ANY, false, 0},                                                          \
      {"bidirectional", ALV_ARG_BOOL, false, 0},                                                   \
      {"proj_size", ALV_ARG_SIZE, false, 0},                                                       \
      {"nonlinearity", ALV_ARG_ANY, false, 0}},                                                    \
     layers}
#define CELL(NAME, GATES)                                                                          \
    {NAME,                                                                                         \
     GATES,                                                                                        \
     {{"input_size", ALV_ARG_SIZE, true, 0},                                                       \
      {"hidden_size", ALV_ARG_SIZE, true, 0},                                                      \
      {"bias", ALV_ARG_BOOL, false, 1},                                                            \
      {"nonlinearity", ALV_ARG_ANY, false, 0}},                                                    \
     cell}

const alv_module_kind alv_modules_recurrent[] = {
    LAYERS("RNN", 1),
    LAYERS("LSTM", 4),
    LAYERS("GRU", 3),
    CELL("RNNCell", 1),
    CELL("LSTMCell", 4),
    CELL("GRUCell", 3),
    {0},
};
