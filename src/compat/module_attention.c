/* Constructors of attention and of transformer layers. */
#include "compat/module.h"
#include "math/math.h"

static alv_module_value one(int64_t value)
{
    return (alv_module_value){.v = {value}, .n = 1};
}

/* Queries, keys and values by Xavier: one matrix, or three where keys or values have other sizes.
 */
static alv_status projections(int first[3], int *n, const alv_module_builder *b)
{
    static const char *const names[] = {"q_proj_weight", "k_proj_weight", "v_proj_weight"};
    const int64_t e = b->args[0].v[0];
    const int64_t k = b->args[6].v[0] < 0 ? e : b->args[6].v[0];
    const int64_t v = b->args[7].v[0] < 0 ? e : b->args[7].v[0];
    if (k == e && v == e) {
        *n = 1;
        return alv_build_param(first, b, "in_proj_weight", 2, (int64_t[]){3 * e, e});
    }
    *n = 3;
    for (int i = 0; i < 3; i++)
        ALV_TRY(
            alv_build_param(&first[i], b, names[i], 2, (int64_t[]){e, (int64_t[]){e, k, v}[i]}));
    return ALV_OK;
}

static alv_status draw_xavier(const alv_module_builder *b, int param)
{
    const int64_t *shape = b->module->params[param].shape;
    return alv_build_step(b, ALV_STEP_UNIFORM, param,
                          alv_torch_xavier_bound((double)shape[1], (double)shape[0]), 0);
}

/* embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim. The parameters stand
 * before those of out_proj, which is built, and drawn, first; its bias is drawn, then zeroed. */
static alv_status attention(const alv_module_builder *b)
{
    const int64_t e = b->args[0].v[0], heads = b->args[1].v[0];
    const bool bias = b->args[3].v[0], extra = b->args[4].v[0];
    const int64_t token[] = {1, 1, e};
    const alv_module_value linear[] = {one(e), one(e), one(bias)};
    int weights[3], n, in_bias = 0, keys[2] = {0, 0};
    if (e < 1 || e > INT64_MAX / 3 || heads < 1 || e % heads)
        return alv_build_fail(b, ALV_ERR_ARGUMENT, "embed_dim must be divisible by num_heads");
    ALV_TRY(projections(weights, &n, b));
    if (bias) ALV_TRY(alv_build_param(&in_bias, b, "in_proj_bias", 1, (int64_t[]){3 * e}));
    if (extra) ALV_TRY(alv_build_param(&keys[0], b, "bias_k", 3, token));
    if (extra) ALV_TRY(alv_build_param(&keys[1], b, "bias_v", 3, token));
    ALV_TRY(alv_build_child(b, "out_proj", "Linear", linear));
    for (int i = 0; i < n; i++) ALV_TRY(draw_xavier(b, weights[i]));
    if (bias) ALV_TRY(alv_build_step(b, ALV_STEP_CONSTANT, in_bias, 0, 0));
    if (bias) ALV_TRY(alv_build_step(b, ALV_STEP_CONSTANT, b->module->n_params - 1, 0, 0));
    for (int i = 0; extra && i < 2; i++)
        ALV_TRY(
            alv_build_step(b, ALV_STEP_NORMAL, keys[i], alv_sqrt(2 / ((double)e + (double)e)), 0));
    return ALV_OK;
}

/* Attention (a decoder has two), two dense layers, and norms. */
static alv_status layer(const alv_module_builder *b, int attentions)
{
    static const char *const attention_names[] = {"self_attn", "multihead_attn"};
    static const char *const norm_names[] = {"norm1", "norm2", "norm3"};
    const int64_t d = b->args[0].v[0], wide = b->args[2].v[0], bias = b->args[8].v[0];
    const alv_module_value self[] = {one(d), b->args[1], one(0),  one(bias),
                                     one(0), one(0),     one(-1), one(-1)};
    const alv_module_value up[] = {one(d), one(wide), one(bias)};
    const alv_module_value down[] = {one(wide), one(d), one(bias)};
    const alv_module_value norm[] = {one(d), one(0), one(1), one(bias)};
    for (int i = 0; i < attentions; i++)
        ALV_TRY(alv_build_child(b, attention_names[i], "MultiheadAttention", self));
    ALV_TRY(alv_build_child(b, "linear1", "Linear", up));
    ALV_TRY(alv_build_child(b, "linear2", "Linear", down));
    for (int i = 0; i <= attentions; i++)
        ALV_TRY(alv_build_child(b, norm_names[i], "LayerNorm", norm));
    return ALV_OK;
}

static alv_status encoder_layer(const alv_module_builder *b)
{
    return layer(b, 1);
}

static alv_status decoder_layer(const alv_module_builder *b)
{
    return layer(b, 2);
}

/* Copies of the parameters [first, end), under layers.1, layers.2, ...: nothing is drawn. */
static alv_status copies(const alv_module_builder *b, int first, int64_t n)
{
    const int end = b->module->n_params, skip = (int)strlen(b->prefix) + (int)strlen("layers.0.");
    for (int64_t layer_at = 1; layer_at < n; layer_at++)
        for (int i = first; i < end; i++) {
            const alv_tensor t = b->module->params[i];
            char name[2 * ALV_MAX_NAME];
            int param;
            alv_text_format(name, sizeof name, "layers.%lld.%s", layer_at, t.name + skip);
            ALV_TRY(alv_build_param(&param, b, name, t.rank, t.shape));
            ALV_TRY(alv_build_step(b, ALV_STEP_COPY, param, 0, i));
        }
    return ALV_OK;
}

/* A layer, num_layers, norm. */
static alv_status stack(const alv_module_builder *b)
{
    const int first = b->module->n_params;
    const int64_t n = b->args[1].v[0];
    if (n < 1) return alv_build_fail(b, ALV_ERR_RANGE, "num_layers must be at least 1");
    ALV_TRY(alv_build_text(b, "layers.0", b->args[0].text));
    ALV_TRY(copies(b, first, n));
    return b->args[2].text ? alv_build_text(b, "norm", b->args[2].text) : ALV_OK;
}

/* One half of nn.Transformer: prefix + name, with copies and a last norm. */
static alv_status half(const alv_module_builder *b, const char *name, const char *kind, int64_t n)
{
    const alv_module_value *a = b->args;
    const alv_module_value args[] = {a[0],   a[1],   a[4],   one(0), one(0),
                                     one(0), one(0), one(0), one(1)};
    const alv_module_value norm[] = {a[0], one(0), one(1), one(1)};
    char prefix[2 * ALV_MAX_NAME];
    alv_module_builder inside = *b;
    const int first = b->module->n_params;
    if (n < 1) return alv_build_fail(b, ALV_ERR_RANGE, "both halves need a layer");
    alv_text_format(prefix, sizeof prefix, "%s%s.", b->prefix, name);
    inside.prefix = prefix;
    ALV_TRY(alv_build_child(&inside, "layers.0", kind, args));
    ALV_TRY(copies(&inside, first, n));
    return alv_build_child(&inside, "norm", "LayerNorm", norm);
}

/* Both halves; then every matrix is drawn again by Xavier. */
static alv_status transformer(const alv_module_builder *b)
{
    const int first = b->module->n_params;
    ALV_TRY(half(b, "encoder", "TransformerEncoderLayer", b->args[2].v[0]));
    ALV_TRY(half(b, "decoder", "TransformerDecoderLayer", b->args[3].v[0]));
    for (int i = first; i < b->module->n_params; i++)
        if (b->module->params[i].rank > 1) ALV_TRY(draw_xavier(b, i));
    return ALV_OK;
}

#define REQUIRED(NAME) {NAME, ALV_ARG_SIZE, true, 0}
#define SIZE(NAME, OTHERWISE) {NAME, ALV_ARG_SIZE, false, OTHERWISE}
#define BOOL(NAME, OTHERWISE) {NAME, ALV_ARG_BOOL, false, OTHERWISE}
#define ANY(NAME) {NAME, ALV_ARG_ANY, false, 0}
#define LAYER_ARGS                                                                                 \
    {REQUIRED("d_model"), REQUIRED("nhead"), SIZE("dim_feedforward", 2048),                        \
     ANY("dropout"),      ANY("activation"), ANY("layer_norm_eps"),                                \
     ANY("batch_first"),  ANY("norm_first"), BOOL("bias", true)}
#define STACK_ARGS(LAYER)                                                                          \
    {{LAYER, ALV_ARG_MODULE, true, 0},                                                             \
     REQUIRED("num_layers"),                                                                       \
     {"norm", ALV_ARG_MODULE, false, 0},                                                           \
     ANY("enable_nested_tensor"),                                                                  \
     ANY("mask_check")}

const alv_module_kind alv_modules_attention[] = {
    {"MultiheadAttention",
     0,
     {REQUIRED("embed_dim"), REQUIRED("num_heads"), ANY("dropout"), BOOL("bias", true),
      BOOL("add_bias_kv", false), ANY("add_zero_attn"), SIZE("kdim", -1), SIZE("vdim", -1),
      ANY("batch_first")},
     attention},
    {"TransformerEncoderLayer", 0, LAYER_ARGS, encoder_layer},
    {"TransformerDecoderLayer", 0, LAYER_ARGS, decoder_layer},
    {"TransformerEncoder", 0, STACK_ARGS("encoder_layer"), stack},
    {"TransformerDecoder", 0, STACK_ARGS("decoder_layer"), stack},
    {"Transformer",
     0,
     {SIZE("d_model", 512), SIZE("nhead", 8), SIZE("num_encoder_layers", 6),
      SIZE("num_decoder_layers", 6), SIZE("dim_feedforward", 2048), ANY("dropout"),
      ANY("activation"), ANY("batch_first"), ANY("norm_first")},
     transformer},
    {0},
};
