/* Llama: names and shapes of LlamaForCausalLM checkpoints; with fewer kv_heads than heads, grouped
 * queries (Ainslie et al. 2023), as in Llama 2 70B and Llama 3.
 *
 * Schemes: everything N(0, 0.02^2) and norms at 1, LlamaPreTrainedModel's (initializer_range). The
 * papers (Touvron et al. 2023, arXiv:2302.13971 and 2307.09288) do not say how Meta's own runs
 * began. */
#include "init/preset.h"

#include "base/base.h"

enum { LAYERS, WIDTH, HEADS, KV_HEADS, HEAD_WIDTH, HIDDEN, VOCAB, TIED };

#define NORMAL "normal(std=0.02)"

static alv_status block(alv_weight_plan *plan, const int64_t *sizes, int64_t index,
                        alv_error *error)
{
    const int64_t d = sizes[WIDTH], h = sizes[HIDDEN];
    const int64_t head = sizes[HEAD_WIDTH] ? sizes[HEAD_WIDTH] : d / sizes[HEADS];
    const int64_t q = sizes[HEADS] * head;
    const int64_t kv = (sizes[KV_HEADS] ? sizes[KV_HEADS] : sizes[HEADS]) * head;
    const alv_preset_row rows[] = {
        {"model.layers.%lld.self_attn.q_proj.weight", {q, d}, NORMAL, .head = head},
        {"model.layers.%lld.self_attn.k_proj.weight", {kv, d}, NORMAL, .head = head},
        {"model.layers.%lld.self_attn.v_proj.weight", {kv, d}, NORMAL, .head = head},
        {"model.layers.%lld.self_attn.o_proj.weight", {d, q}, NORMAL},
        {"model.layers.%lld.mlp.gate_proj.weight", {h, d}, NORMAL},
        {"model.layers.%lld.mlp.up_proj.weight", {h, d}, NORMAL},
        {"model.layers.%lld.mlp.down_proj.weight", {d, h}, NORMAL},
        {"model.layers.%lld.input_layernorm.weight", {d}, "ones"},
        {"model.layers.%lld.post_attention_layernorm.weight", {d}, "ones"},
    };
    return alv_preset_rows(plan, rows, ALV_COUNT(rows), index, 2 * sizes[LAYERS], error);
}

static alv_status check(const int64_t *sizes, alv_error *error)
{
    if (!sizes[HEAD_WIDTH] && sizes[WIDTH] % sizes[HEADS] != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "heads",
                        "%lld heads do not divide width %lld, and there is no head_width",
                        sizes[HEADS], sizes[WIDTH]);
    if (sizes[KV_HEADS] && sizes[HEADS] % sizes[KV_HEADS] != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "kv_heads",
                        "%lld kv_heads do not divide %lld heads", sizes[KV_HEADS], sizes[HEADS]);
    return ALV_OK;
}

static alv_status build(alv_weight_plan *plan, const int64_t *sizes, const char *model,
                        alv_error *error)
{
    (void)model;
    ALV_TRY(check(sizes, error));
    const int64_t d = sizes[WIDTH], v = sizes[VOCAB];
    const alv_preset_row first = {"model.embed_tokens.weight",
                                  {v, d},
                                  NORMAL,
                                  .layer = sizes[TIED] ? ALV_LAYER_TIED_HEAD : ALV_LAYER_EMBEDDING};
    const int64_t branches = 2 * sizes[LAYERS];
    const alv_preset_row last[] = {{"model.norm.weight", {d}, "ones"},
                                   {"lm_head.weight", {v, d}, NORMAL}};
    ALV_TRY(alv_preset_rows(plan, &first, 1, 0, branches, error));
    for (int64_t i = 0; i < sizes[LAYERS]; i++) ALV_TRY(block(plan, sizes, i, error));
    return alv_preset_rows(plan, last, sizes[TIED] ? 1 : 2, 0, branches, error);
}

const alv_preset alv_preset_llama = {
    .name = "llama",
    .summary = {[ALV_EN] = "Llama, with the sizes of Llama 2 7B",
                [ALV_PT] = "Llama, com os tamanhos do Llama 2 7B"},
    .names = "LlamaForCausalLM of transformers, as in meta-llama/Llama-2-7b-hf",
    .citation = "Touvron et al. (2023), LLaMA: open and efficient foundation language models, "
                "arXiv:2302.13971; transformers, LlamaPreTrainedModel (std 0.02)",
    .args = {[LAYERS] = {"layers", 32, 1, ALV_MAX_LAYERS, {"blocks", "blocos"}},
             [WIDTH] = {"width", 4096, 1, 1 << 20, {"width of the model", "largura do modelo"}},
             [HEADS] = {"heads", 32, 1, 1 << 20, {"heads of the queries", "cabeças das queries"}},
             [KV_HEADS] = {"kv_heads",
                           0,
                           1,
                           1 << 20,
                           {"heads of keys and values (default: heads)",
                            "cabeças de keys e values (padrão: heads)"}},
             [HEAD_WIDTH] = {"head_width",
                             0,
                             1,
                             1 << 20,
                             {"width of a head (default: width / heads)",
                              "largura de uma cabeça (padrão: width / heads)"}},
             [HIDDEN] = {"hidden",
                         11008,
                         1,
                         1 << 24,
                         {"width of the feed-forward part", "largura da parte feed-forward"}},
             [VOCAB] = {"vocab", 32000, 1, 1 << 24, {"tokens", "tokens"}},
             [TIED] = {"tied",
                       0,
                       1,
                       1,
                       {"1: the output layer is the embedding (default: it is not)",
                        "1: a camada de saída é o embedding (padrão: não é)"}}},
    .build = build,
};
