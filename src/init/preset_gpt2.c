/* GPT-2: names and shapes of the released checkpoints as transformers stores them, without the
 * causal masks, which are constants and no parameters; the output layer is the token embedding.
 *
 * Its linear layers are Conv1D, that is (in, out). Schemes: everything N(0, 0.02^2), and the
 * matrices that end a residual branch divided by sqrt(2 layers) (Radford et al. 2019, section 2.3,
 * and GPT2PreTrainedModel._init_weights in transformers). OpenAI's released code differs: it draws
 * wpe with 0.01 and does not scale the residual matrices; a rule says so where that is wanted. */
#include "init/preset.h"

#include "base/base.h"

enum { LAYERS, WIDTH, HEADS, VOCAB, CONTEXT, HIDDEN };

#define NORMAL "normal(std=0.02)"

static alv_status block(alv_weight_plan *plan, const int64_t *sizes, int64_t index,
                        alv_error *error)
{
    const int64_t d = sizes[WIDTH], h = sizes[HIDDEN] ? sizes[HIDDEN] : 4 * d;
    char residual[64];
    alv_text_format(residual, sizeof residual, "residual_normal(std=0.02, layers=%lld)",
                    sizes[LAYERS]);
    const alv_preset_row rows[] = {
        {"h.%lld.ln_1.weight", {d}, "ones"},
        {"h.%lld.ln_1.bias", {d}, "zeros"},
        {"h.%lld.attn.c_attn.weight",
         {d, 3 * d},
         NORMAL,
         ALV_LAYOUT_KERAS,
         .parts = {d, d, d},
         .head = d / sizes[HEADS]},
        {"h.%lld.attn.c_attn.bias", {3 * d}, "zeros", .bias_of = d, .parts = {d, d, d}},
        {"h.%lld.attn.c_proj.weight", {d, d}, residual, ALV_LAYOUT_KERAS},
        {"h.%lld.attn.c_proj.bias", {d}, "zeros", .bias_of = d},
        {"h.%lld.ln_2.weight", {d}, "ones"},
        {"h.%lld.ln_2.bias", {d}, "zeros"},
        {"h.%lld.mlp.c_fc.weight", {d, h}, NORMAL, ALV_LAYOUT_KERAS},
        {"h.%lld.mlp.c_fc.bias", {h}, "zeros", .bias_of = d},
        {"h.%lld.mlp.c_proj.weight", {h, d}, residual, ALV_LAYOUT_KERAS},
        {"h.%lld.mlp.c_proj.bias", {d}, "zeros", .bias_of = h},
    };
    return alv_preset_rows(plan, rows, ALV_COUNT(rows), index, 2 * sizes[LAYERS], error);
}

static alv_status build(alv_weight_plan *plan, const int64_t *sizes, const char *model,
                        alv_error *error)
{
    (void)model;
    const int64_t d = sizes[WIDTH];
    if (d % sizes[HEADS] != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "heads", "%lld heads do not divide width %lld",
                        sizes[HEADS], d);
    const alv_preset_row first[] = {
        {"wte.weight", {sizes[VOCAB], d}, NORMAL, .layer = ALV_LAYER_TIED_HEAD},
        {"wpe.weight", {sizes[CONTEXT], d}, NORMAL, .layer = ALV_LAYER_EMBEDDING}};
    const alv_preset_row last[] = {{"ln_f.weight", {d}, "ones"}, {"ln_f.bias", {d}, "zeros"}};
    ALV_TRY(alv_preset_rows(plan, first, ALV_COUNT(first), 0, 2 * sizes[LAYERS], error));
    for (int64_t i = 0; i < sizes[LAYERS]; i++) ALV_TRY(block(plan, sizes, i, error));
    return alv_preset_rows(plan, last, ALV_COUNT(last), 0, 2 * sizes[LAYERS], error);
}

const alv_preset alv_preset_gpt2 = {
    .name = "gpt2",
    .summary =
        {[ALV_EN] = "GPT-2, with small's sizes", [ALV_PT] = "GPT-2, com os tamanhos do small"},
    .names = "openai-community/gpt2 on the Hugging Face hub",
    .citation = "Radford et al. (2019), Language models are unsupervised multitask learners, "
                "section 2.3; transformers, GPT2PreTrainedModel",
    .args = {[LAYERS] = {"layers", 12, 1, ALV_MAX_LAYERS, {"blocks", "blocos"}},
             [WIDTH] = {"width", 768, 1, 1 << 20, {"width of the model", "largura do modelo"}},
             [HEADS] = {"heads", 12, 1, 1 << 20, {"heads of attention", "cabeças de atenção"}},
             [VOCAB] = {"vocab", 50257, 1, 1 << 24, {"tokens", "tokens"}},
             [CONTEXT] = {"context", 1024, 1, 1 << 24, {"positions", "posições"}},
             [HIDDEN] = {"hidden",
                         0,
                         1,
                         1 << 24,
                         {"width of the feed-forward part (default: 4 width)",
                          "largura da parte feed-forward (padrão: 4 width)"}}},
    .build = build,
};
