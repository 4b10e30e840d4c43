/* Constructors of layers that look at one position: dense, convolutions, embeddings, norms. */
#include "compat/module.h"

/* Weight by kaiming_uniform_(a=sqrt(5)), then bias within 1 / sqrt(fan_in). */
static alv_status weight_and_bias(const alv_module_builder *b, int rank, const int64_t *shape,
                                  int64_t outputs, bool bias)
{
    double fan_in = 1;
    for (int i = 1; i < rank; i++) fan_in *= (double)shape[i];
    ALV_TRY(alv_build_drawn(b, "weight", rank, shape, ALV_STEP_UNIFORM,
                            alv_torch_kaiming_sqrt5(fan_in)));
    if (!bias) return ALV_OK;
    return alv_build_drawn(b, "bias", 1, &outputs, ALV_STEP_UNIFORM,
                           alv_torch_inverse_sqrt(fan_in));
}

static alv_status linear(const alv_module_builder *b)
{
    const int64_t shape[] = {b->args[1].v[0], b->args[0].v[0]};
    return weight_and_bias(b, 2, shape, shape[0], b->args[2].v[0]);
}

static alv_status bilinear(const alv_module_builder *b)
{
    const int64_t shape[] = {b->args[2].v[0], b->args[0].v[0], b->args[1].v[0]};
    const double bound = alv_torch_inverse_sqrt((double)shape[1]);
    ALV_TRY(alv_build_drawn(b, "weight", 3, shape, ALV_STEP_UNIFORM, bound));
    if (!b->args[3].v[0]) return ALV_OK;
    return alv_build_drawn(b, "bias", 1, shape, ALV_STEP_UNIFORM, bound);
}

/* Arguments: inputs, outputs, kernel, groups, bias, as `at` says where; swapped: transposed. */
static alv_status convolution(const alv_module_builder *b, int groups_at, int bias_at, bool swapped)
{
    int64_t shape[ALV_MAX_RANK], in = b->args[0].v[0], out = b->args[1].v[0];
    const int64_t groups = b->args[groups_at].v[0];
    const alv_module_value *kernel = &b->args[2];
    if (groups < 1 || in % groups || out % groups)
        return alv_build_fail(b, ALV_ERR_ARGUMENT, "groups must divide both channels");
    if (kernel->n != 1 && kernel->n != b->kind->axes)
        return alv_build_fail(b, ALV_ERR_ARGUMENT, "kernel_size has another number of axes");
    shape[0] = swapped ? in : out;
    shape[1] = (swapped ? out : in) / groups;
    for (int i = 0; i < b->kind->axes; i++) shape[2 + i] = kernel->v[kernel->n > 1 ? i : 0];
    return weight_and_bias(b, 2 + b->kind->axes, shape, out, b->args[bias_at].v[0]);
}

static alv_status conv(const alv_module_builder *b)
{
    return convolution(b, 6, 7, false);
}

static alv_status conv_transposed(const alv_module_builder *b)
{
    return convolution(b, 6, 7, true);
}

static alv_status embedding(const alv_module_builder *b)
{
    const int64_t shape[] = {b->args[0].v[0], b->args[1].v[0]},
                  padding = b->args[b->kind->axes].v[0];
    int param;
    ALV_TRY(alv_build_param(&param, b, "weight", 2, shape));
    ALV_TRY(alv_build_step(b, ALV_STEP_NORMAL, param, 1, 0));
    if (padding < 0) return ALV_OK;
    if (padding >= shape[0])
        return alv_build_fail(b, ALV_ERR_RANGE, "padding_idx must be a row of the table");
    return alv_build_step(b, ALV_STEP_ZERO_ROW, param, 0, padding);
}

/* Ones and zeros. */
static alv_status affine(const alv_module_builder *b, const alv_module_value *size, bool weight,
                         bool bias)
{
    if (!weight) return ALV_OK;
    ALV_TRY(alv_build_drawn(b, "weight", size->n, size->v, ALV_STEP_CONSTANT, 1));
    return bias ? alv_build_drawn(b, "bias", size->n, size->v, ALV_STEP_CONSTANT, 0) : ALV_OK;
}

static alv_status layer_norm(const alv_module_builder *b)
{
    return affine(b, &b->args[0], b->args[2].v[0], b->args[3].v[0]);
}

static alv_status batch_norm(const alv_module_builder *b)
{
    return affine(b, &b->args[0], b->args[3].v[0], true);
}

static alv_status group_norm(const alv_module_builder *b)
{
    return affine(b, &b->args[1], b->args[3].v[0], true);
}

static alv_status rms_norm(const alv_module_builder *b)
{
    return affine(b, &b->args[0], b->args[2].v[0], false);
}

/* Its first value, 0.25, is the only one that is read. */
static alv_status prelu(const alv_module_builder *b)
{
    return alv_build_drawn(b, "weight", 1, b->args[0].v, ALV_STEP_CONSTANT, 0.25);
}

static alv_status nothing(const alv_module_builder *b)
{
    (void)b;
    return ALV_OK;
}

#define REQUIRED(NAME) {NAME, ALV_ARG_SIZE, true, 0}
#define SIZES(NAME) {NAME, ALV_ARG_SIZES, true, 0}
#define SIZE(NAME, OTHERWISE) {NAME, ALV_ARG_SIZE, false, OTHERWISE}
#define BOOL(NAME, OTHERWISE) {NAME, ALV_ARG_BOOL, false, OTHERWISE}
#define ANY(NAME) {NAME, ALV_ARG_ANY, false, 0}
#define CONV(NAME, AXES)                                                                           \
    {NAME,                                                                                         \
     AXES,                                                                                         \
     {REQUIRED("in_channels"), REQUIRED("out_channels"), SIZES("kernel_size"), ANY("stride"),      \
      ANY("padding"), ANY("dilation"), SIZE("groups", 1), BOOL("bias", true),                      \
      ANY("padding_mode")},                                                                        \
     conv}
#define CONV_TRANSPOSED(NAME, AXES)                                                                \
    {NAME,                                                                                         \
     AXES,                                                                                         \
     {REQUIRED("in_channels"), REQUIRED("out_channels"), SIZES("kernel_size"), ANY("stride"),      \
      ANY("padding"), ANY("output_padding"), SIZE("groups", 1), BOOL("bias", true),                \
      ANY("dilation"), ANY("padding_mode")},                                                       \
     conv_transposed}
#define BATCH_NORM(NAME)                                                                           \
    {NAME,                                                                                         \
     0,                                                                                            \
     {REQUIRED("num_features"), ANY("eps"), ANY("momentum"), BOOL("affine", true),                 \
      ANY("track_running_stats")},                                                                 \
     batch_norm}
#define NOTHING(NAME) {NAME, 0, {{0}}, nothing}

const alv_module_kind alv_modules_plain[] = {
    {"Linear", 0, {REQUIRED("in_features"), REQUIRED("out_features"), BOOL("bias", true)}, linear},
    {"Bilinear",
     0,
     {REQUIRED("in1_features"), REQUIRED("in2_features"), REQUIRED("out_features"),
      BOOL("bias", true)},
     bilinear},
    CONV("Conv1d", 1),
    CONV("Conv2d", 2),
    CONV("Conv3d", 3),
    CONV_TRANSPOSED("ConvTranspose1d", 1),
    CONV_TRANSPOSED("ConvTranspose2d", 2),
    CONV_TRANSPOSED("ConvTranspose3d", 3),
    {"Embedding",
     2,
     {REQUIRED("num_embeddings"), REQUIRED("embedding_dim"), SIZE("padding_idx", -1),
      ANY("max_norm"), ANY("norm_type"), ANY("scale_grad_by_freq"), ANY("sparse")},
     embedding},
    {"EmbeddingBag",
     9,
     {REQUIRED("num_embeddings"), REQUIRED("embedding_dim"), ANY("max_norm"), ANY("norm_type"),
      ANY("scale_grad_by_freq"), ANY("mode"), ANY("sparse"), ANY("_weight"),
      ANY("include_last_offset"), SIZE("padding_idx", -1)},
     embedding},
    {"LayerNorm",
     0,
     {SIZES("normalized_shape"), ANY("eps"), BOOL("elementwise_affine", true), BOOL("bias", true)},
     layer_norm},
    {"GroupNorm",
     0,
     {REQUIRED("num_groups"), REQUIRED("num_channels"), ANY("eps"), BOOL("affine", true)},
     group_norm},
    {"RMSNorm",
     0,
     {SIZES("normalized_shape"), ANY("eps"), BOOL("elementwise_affine", true)},
     rms_norm},
    BATCH_NORM("BatchNorm1d"),
    BATCH_NORM("BatchNorm2d"),
    BATCH_NORM("BatchNorm3d"),
    {"PReLU", 0, {SIZE("num_parameters", 1)}, prelu},
    NOTHING("ReLU"),
    NOTHING("Tanh"),
    NOTHING("Sigmoid"),
    NOTHING("GELU"),
    NOTHING("SiLU"),
    NOTHING("ELU"),
    NOTHING("SELU"),
    NOTHING("LeakyReLU"),
    NOTHING("ReLU6"),
    NOTHING("Mish"),
    NOTHING("Softplus"),
    NOTHING("Hardtanh"),
    NOTHING("Hardswish"),
    NOTHING("Softmax"),
    NOTHING("LogSoftmax"),
    NOTHING("Dropout"),
    NOTHING("Dropout1d"),
    NOTHING("Dropout2d"),
    NOTHING("Flatten"),
    NOTHING("Identity"),
    NOTHING("MaxPool1d"),
    NOTHING("MaxPool2d"),
    NOTHING("AvgPool1d"),
    NOTHING("AvgPool2d"),
    NOTHING("AdaptiveAvgPool1d"),
    NOTHING("AdaptiveAvgPool2d"),
    NOTHING("Upsample"),
    {0},
};
