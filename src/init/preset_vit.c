/* Vision transformer: names and shapes of ViTForImageClassification checkpoints.
 *
 * Schemes: ViTPreTrainedModel's. torch's trunc_normal_ with std 0.02 cuts at the absolute -2 and 2,
 * a hundred deviations away, so that it draws plain normals; the scheme below says so openly. The
 * paper's own JAX code differs (Dosovitskiy et al. 2021: Xavier matrices, positions N(0, 0.02^2),
 * the class token and the head at zero): rules say so where that is wanted. */
#include "init/preset.h"

#include "base/base.h"

enum { LAYERS, WIDTH, HEADS, HIDDEN, IMAGE, PATCH, CHANNELS, CLASSES };

#define NORMAL "trunc_normal_abs(std=0.02)"

static alv_status block(alv_weight_plan *plan, const int64_t *sizes, int64_t index,
                        alv_error *error)
{
    const int64_t d = sizes[WIDTH], h = sizes[HIDDEN] ? sizes[HIDDEN] : 4 * d;
#define LAYER "vit.encoder.layer.%lld."
    const alv_preset_row rows[] = {
        {LAYER "attention.attention.query.weight", {d, d}, NORMAL, .head = d / sizes[HEADS]},
        {LAYER "attention.attention.query.bias", {d}, "zeros", .bias_of = d},
        {LAYER "attention.attention.key.weight", {d, d}, NORMAL, .head = d / sizes[HEADS]},
        {LAYER "attention.attention.key.bias", {d}, "zeros", .bias_of = d},
        {LAYER "attention.attention.value.weight", {d, d}, NORMAL, .head = d / sizes[HEADS]},
        {LAYER "attention.attention.value.bias", {d}, "zeros", .bias_of = d},
        {LAYER "attention.output.dense.weight", {d, d}, NORMAL},
        {LAYER "attention.output.dense.bias", {d}, "zeros", .bias_of = d},
        {LAYER "intermediate.dense.weight", {h, d}, NORMAL},
        {LAYER "intermediate.dense.bias", {h}, "zeros", .bias_of = d},
        {LAYER "output.dense.weight", {d, h}, NORMAL},
        {LAYER "output.dense.bias", {d}, "zeros", .bias_of = h},
        {LAYER "layernorm_before.weight", {d}, "ones"},
        {LAYER "layernorm_before.bias", {d}, "zeros"},
        {LAYER "layernorm_after.weight", {d}, "ones"},
        {LAYER "layernorm_after.bias", {d}, "zeros"},
    };
    return alv_preset_rows(plan, rows, ALV_COUNT(rows), index, 2 * sizes[LAYERS], error);
}

static alv_status check(const int64_t *sizes, alv_error *error)
{
    if (sizes[WIDTH] % sizes[HEADS] != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "heads", "%lld heads do not divide width %lld",
                        sizes[HEADS], sizes[WIDTH]);
    if (sizes[IMAGE] % sizes[PATCH] != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "patch",
                        "patches of %lld do not divide images of %lld", sizes[PATCH], sizes[IMAGE]);
    return ALV_OK;
}

static alv_status build(alv_weight_plan *plan, const int64_t *sizes, const char *model,
                        alv_error *error)
{
    (void)model;
    ALV_TRY(check(sizes, error));
    const int64_t d = sizes[WIDTH], side = sizes[IMAGE] / sizes[PATCH], p = sizes[PATCH];
    const int64_t c = sizes[CHANNELS], classes = sizes[CLASSES];
#define PATCHES "vit.embeddings.patch_embeddings.projection."
    const alv_preset_row first[] = {
        {"vit.embeddings.cls_token", {1, 1, d}, NORMAL},
        {"vit.embeddings.position_embeddings", {1, side * side + 1, d}, NORMAL},
        {PATCHES "weight", {d, c, p, p}, NORMAL, .layer = ALV_LAYER_CONV},
        {PATCHES "bias", {d}, "zeros", .bias_of = c * p * p},
    };
    const alv_preset_row last[] = {
        {"vit.layernorm.weight", {d}, "ones"},
        {"vit.layernorm.bias", {d}, "zeros"},
        {"classifier.weight", {classes, d}, NORMAL},
        {"classifier.bias", {classes}, "zeros", .bias_of = d},
    };
    ALV_TRY(alv_preset_rows(plan, first, ALV_COUNT(first), 0, 2 * sizes[LAYERS], error));
    for (int64_t i = 0; i < sizes[LAYERS]; i++) ALV_TRY(block(plan, sizes, i, error));
    return alv_preset_rows(plan, last, ALV_COUNT(last), 0, 2 * sizes[LAYERS], error);
}

const alv_preset alv_preset_vit = {
    .name = "vit",
    .summary = {[ALV_EN] = "vision transformer, with the sizes of ViT-B/16",
                [ALV_PT] = "vision transformer, com os tamanhos do ViT-B/16"},
    .names = "ViTForImageClassification of transformers 4, as in google/vit-base-patch16-224",
    .citation = "Dosovitskiy et al. (2021), An image is worth 16x16 words, ICLR, arXiv:2010.11929; "
                "transformers, ViTPreTrainedModel",
    .args = {[LAYERS] = {"layers", 12, 1, ALV_MAX_LAYERS, {"blocks", "blocos"}},
             [WIDTH] = {"width", 768, 1, 1 << 20, {"width of the model", "largura do modelo"}},
             [HEADS] = {"heads", 12, 1, 1 << 20, {"heads of attention", "cabeças de atenção"}},
             [HIDDEN] = {"hidden",
                         0,
                         1,
                         1 << 24,
                         {"width of the feed-forward part (default: 4 width)",
                          "largura da parte feed-forward (padrão: 4 width)"}},
             [IMAGE] = {"image", 224, 1, 1 << 16, {"side of an image", "lado da imagem"}},
             [PATCH] = {"patch", 16, 1, 1 << 16, {"side of a patch", "lado de um patch"}},
             [CHANNELS] = {"channels", 3, 1, 1 << 16, {"channels of an image", "canais da imagem"}},
             [CLASSES] = {"classes", 1000, 1, 1 << 24, {"classes", "classes"}}},
    .build = build,
};
