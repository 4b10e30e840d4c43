/* ResNet 18, 34, 50, 101 and 152: names and shapes of torchvision, running statistics included, but
 * without the integer num_batches_tracked, which torch supplies itself when it is missing.
 *
 * Schemes: torchvision's, convolutions he_normal with fan_out and batch norms at 1 and 0 (He et al.
 * 2015, eq. 14); the classifier is torch's default linear layer. torch
 * counts no stride into its fans, so the plan states none. The last norm of each branch at
 * zero (Goyal et al. 2017, section 5.1) is a rule: "layer*.bn3.weight" or "layer*.bn2.weight". */
#include "init/preset.h"

#include "base/base.h"

enum { LAYERS, CLASSES, CHANNELS, WIDTH };

typedef struct family {
    int64_t layers;
    int64_t blocks[4];
    bool bottleneck; /* 1 x 1, 3 x 3, 1 x 1 to four times the width; else two 3 x 3 */
} family;

static const family families[] = {
    {18, {2, 2, 2, 2}, false},  {34, {3, 4, 6, 3}, false},  {50, {3, 4, 6, 3}, true},
    {101, {3, 4, 23, 3}, true}, {152, {3, 8, 36, 3}, true},
};

/* Where the tensors go, and what they all state. */
typedef struct target {
    alv_weight_plan *plan;
    int64_t branches;
    alv_error *error;
} target;

/* A convolution without bias and its batch norm: "<at>conv1", "<at>bn1". */
static alv_status add_conv(const target *to, const char *at, const char *conv, const char *norm,
                           const int64_t shape[4])
{
    static const char *const parts[] = {"weight", "bias", "running_mean", "running_var"};
    static const char *const schemes[] = {"ones", "zeros", "zeros", "ones"};
    char name[ALV_MAX_NAME];
    alv_text_format(name, sizeof name, "%s%s.weight", at, conv);
    const alv_preset_row weight = {name,
                                   {shape[0], shape[1], shape[2], shape[3]},
                                   "he_normal(mode=fan_out)",
                                   .layer = ALV_LAYER_CONV};
    ALV_TRY(alv_preset_rows(to->plan, &weight, 1, 0, to->branches, to->error));
    for (int i = 0; i < ALV_COUNT(parts); i++) {
        alv_text_format(name, sizeof name, "%s%s.%s", at, norm, parts[i]);
        const alv_preset_row row = {name, {shape[0]}, schemes[i]};
        ALV_TRY(alv_preset_rows(to->plan, &row, 1, 0, to->branches, to->error));
    }
    return ALV_OK;
}

/* One block from `in` channels, and the projection of its shortcut where sizes change. */
static alv_status add_block(const target *to, const char *at, bool bottleneck, int64_t in,
                            int64_t planes, bool shrinks)
{
    const int64_t out = bottleneck ? 4 * planes : planes;
    const int64_t narrow[4] = {planes, in, 1, 1}, widen[4] = {out, planes, 1, 1};
    const int64_t middle[4] = {planes, planes, 3, 3}, first[4] = {planes, in, 3, 3};
    const int64_t shortcut[4] = {out, in, 1, 1};
    ALV_TRY(add_conv(to, at, "conv1", "bn1", bottleneck ? narrow : first));
    ALV_TRY(add_conv(to, at, "conv2", "bn2", middle));
    if (bottleneck) ALV_TRY(add_conv(to, at, "conv3", "bn3", widen));
    if (!shrinks && in == out) return ALV_OK;
    return add_conv(to, at, "downsample.0", "downsample.1", shortcut);
}

static alv_status build(alv_weight_plan *plan, const int64_t *sizes, const char *model,
                        alv_error *error)
{
    (void)model;
    const family *f = NULL;
    for (int i = 0; i < ALV_COUNT(families); i++)
        if (families[i].layers == sizes[LAYERS]) f = &families[i];
    if (!f)
        return alv_fail(error, ALV_ERR_ARGUMENT, "layers",
                        "there is no ResNet of %lld layers: 18, 34, 50, 101 or 152", sizes[LAYERS]);
    const int64_t branches = f->blocks[0] + f->blocks[1] + f->blocks[2] + f->blocks[3];
    const target to = {plan, branches, error};
    ALV_TRY(add_conv(&to, "", "conv1", "bn1", (int64_t[4]){sizes[WIDTH], sizes[CHANNELS], 7, 7}));
    int64_t in = sizes[WIDTH], planes = sizes[WIDTH];
    for (int stage = 0; stage < 4; stage++, planes *= 2)
        for (int64_t i = 0; i < f->blocks[stage]; i++) {
            char at[32];
            alv_text_format(at, sizeof at, "layer%d.%lld.", stage + 1, i);
            ALV_TRY(add_block(&to, at, f->bottleneck, in, planes, stage > 0 && i == 0));
            in = f->bottleneck ? 4 * planes : planes;
        }
    const alv_preset_row last[] = {{"fc.weight", {sizes[CLASSES], in}, "torch_default"},
                                   {"fc.bias", {sizes[CLASSES]}, "torch_default", .bias_of = in}};
    return alv_preset_rows(plan, last, ALV_COUNT(last), 0, branches, error);
}

const alv_preset alv_preset_resnet = {
    .name = "resnet",
    .summary = {[ALV_EN] = "ResNet of 18, 34, 50, 101 or 152 layers",
                [ALV_PT] = "ResNet de 18, 34, 50, 101 ou 152 camadas"},
    .names = "torchvision.models.resnet50 and its relatives",
    .citation = "He, Zhang, Ren & Sun (2016), Deep residual learning for image recognition, CVPR; "
                "torchvision, models/resnet.py",
    .args =
        {[LAYERS] = {"layers", 50, 18, 152, {"18, 34, 50, 101 or 152", "18, 34, 50, 101 ou 152"}},
         [CLASSES] = {"classes", 1000, 1, 1 << 24, {"classes", "classes"}},
         [CHANNELS] = {"channels", 3, 1, 1 << 16, {"channels of an image", "canais da imagem"}},
         [WIDTH] = {"width",
                    64,
                    1,
                    1 << 16,
                    {"channels of the first stage", "canais do primeiro estágio"}}},
    .build = build,
};
