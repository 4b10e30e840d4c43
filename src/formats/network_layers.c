/* The layers of a YAML, kind by kind: what they take where nothing is said, and what they can be
 * fed. */
#include "base/base.h"
#include "formats/network_part.h"
#include "model/family.h"

static const alv_act_spec none;

/* The layer's activation; where it names none, `usual`. */
static alv_status read_act(alv_act_spec *out, alv_network_maker *m, const alv_yaml_layer *y,
                           alv_act_spec usual)
{
    alv_error inner;
    *out = usual;
    if (!y->activation) return ALV_OK;
    *out = none;
    if (strcmp(y->activation, "none") == 0) return ALV_OK;
    const alv_status status = alv_act_parse(out, y->activation, &inner);
    if (status == ALV_OK) return ALV_OK;
    return alv_network_fail(m, status, "activation", "activation: %s", inner.message);
}

static alv_status read_norm(alv_norm *out, alv_network_maker *m, const alv_yaml_layer *y)
{
    *out = ALV_NORM_NONE;
    if (!y->norm) return ALV_OK;
    for (int i = 0; alv_norm_names[i]; i++)
        if (strcmp(alv_norm_names[i], y->norm) == 0) return *out = (alv_norm)i, ALV_OK;
    return alv_network_fail(m, ALV_ERR_UNKNOWN_NAME, "norm", "norm is none, batch, layer or rms");
}

/* What layers with weights have in common. */
typedef struct shape {
    int64_t out;
    int kernel, stride;
    alv_norm norm;
    bool bias;
    alv_act_spec act;
} shape;

static alv_status read_shape(shape *s, alv_network_maker *m, const alv_yaml_layer *y)
{
    int64_t kernel = 3, stride = 1;
    s->out = m->is_last ? m->hints.outputs : 0;
    if (!y->out && !m->is_last)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, "layer",
                                "%s needs 'out': only the last layer has as many units as classes",
                                y->layer);
    ALV_TRY(alv_network_size(&s->out, m, "out", y->out, ALV_MAX_WIDTH));
    ALV_TRY(alv_network_size(&kernel, m, "kernel", y->kernel, 99));
    ALV_TRY(alv_network_size(&stride, m, "stride", y->stride, 99));
    if (kernel % 2 == 0)
        return alv_network_fail(m, ALV_ERR_RANGE, "kernel", "the side of a kernel is odd");
    s->kernel = (int)kernel;
    s->stride = (int)stride;
    ALV_TRY(read_norm(&s->norm, m, y));
    s->bias = y->bias ? *y->bias : s->norm == ALV_NORM_NONE;
    ALV_TRY(read_act(&s->act, m, y, m->is_last ? none : m->act));
    m->takes_act = m->takes_act || (!y->activation && !m->is_last && !m->yaml->activation);
    return ALV_OK;
}

/* The norm behind weights, if they have one, numbered among all norms without names. */
static alv_status end_weights(alv_network_maker *m, const shape *s, const char *label)
{
    char name[ALV_MAX_NAME];
    if (s->norm == ALV_NORM_NONE) return m->b.status;
    alv_text_format(name, sizeof name, "%s.norm", label);
    alv_build_norm(&m->b, name, s->norm, s->act);
    return m->b.status;
}

static bool is_data(const alv_network_maker *m)
{
    return m->b.at < 0;
}

alv_status alv_network_dense(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    shape s;
    ALV_TRY(read_shape(&s, m, y));
    const bool each = y->each && *y->each && m->b.height > 0;
    if (each && is_data(m))
        return alv_network_fail(m, ALV_ERR_SHAPE, "each",
                                "a dense layer takes the data whole, not each position");
    alv_build_dense(&m->b, label, s.out, each, s.bias, s.act,
                    s.norm == ALV_NORM_NONE ? s.act : none);
    return end_weights(m, &s, label);
}

static alv_status add_conv(alv_network_maker *m, const alv_yaml_layer *y, const char *label,
                           bool line)
{
    shape s;
    ALV_TRY(read_shape(&s, m, y));
    if (m->b.height < 1)
        return alv_network_fail(m, ALV_ERR_SHAPE, "layer",
                                line ? "conv1d takes a sequence, and is fed %lld features: give "
                                       "input: [channels, length]"
                                     : "conv takes images, and is fed %lld features",
                                m->b.units);
    if (line && m->b.width != 1)
        return alv_network_fail(m, ALV_ERR_SHAPE, "layer",
                                "conv1d takes a sequence, and is fed images of %d x %d",
                                m->b.height, m->b.width);
    (line ? alv_build_conv1d : alv_build_conv)(&m->b, label, s.out, s.kernel, s.stride, s.bias,
                                               s.act, s.norm == ALV_NORM_NONE ? s.act : none);
    return m->b.status == ALV_OK ? end_weights(m, &s, label) : m->b.status;
}

alv_status alv_network_conv(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    return add_conv(m, y, label, false);
}

alv_status alv_network_conv1d(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    return add_conv(m, y, label, true);
}

/* What follows weights, and cannot come first. */
static alv_status check_fed_by_layer(const alv_network_maker *m, const alv_yaml_layer *y)
{
    if (!is_data(m)) return ALV_OK;
    return alv_network_fail(m, ALV_ERR_SHAPE, "layer", "%s follows a layer, not the data",
                            y->layer);
}

static alv_status check_sequence(const alv_network_maker *m, const alv_yaml_layer *y)
{
    ALV_TRY(check_fed_by_layer(m, y));
    if (m->b.height > 0 && m->b.width == 1) return ALV_OK;
    return alv_network_fail(m, ALV_ERR_SHAPE, "layer", "%s takes a sequence", y->layer);
}

alv_status alv_network_norm(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    alv_norm norm;
    alv_act_spec act;
    ALV_TRY(check_fed_by_layer(m, y));
    ALV_TRY(read_norm(&norm, m, y));
    ALV_TRY(read_act(&act, m, y, none));
    if (norm == ALV_NORM_NONE)
        return alv_network_fail(m, ALV_ERR_ARGUMENT, "norm", "a norm is batch, layer or rms");
    alv_build_norm(&m->b, label, norm, act);
    return m->b.status;
}

alv_status alv_network_act(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    alv_act_spec act;
    (void)label;
    ALV_TRY(check_fed_by_layer(m, y));
    ALV_TRY(read_act(&act, m, y, none));
    alv_build_act(&m->b, act);
    return m->b.status;
}

static alv_status add_pool(alv_network_maker *m, const alv_yaml_layer *y, bool largest)
{
    int64_t window = 0;
    ALV_TRY(check_fed_by_layer(m, y));
    ALV_TRY(alv_network_size(&window, m, "window", y->window, 1 << 15));
    if (m->b.height < 1)
        return alv_network_fail(m, ALV_ERR_SHAPE, "layer", "%s takes an image or a sequence",
                                y->layer);
    if (window > m->b.height || window > m->b.width)
        return alv_network_fail(m, ALV_ERR_SHAPE, "window",
                                "windows of %lld x %lld do not fit %d x %d positions", window,
                                window, m->b.height, m->b.width);
    alv_build_pool(&m->b, (int)window, largest);
    return m->b.status;
}

alv_status alv_network_mean_pool(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    (void)label;
    return add_pool(m, y, false);
}

alv_status alv_network_max_pool(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    (void)label;
    return add_pool(m, y, true);
}

static alv_status read_gain(double *out, const alv_network_maker *m, const alv_yaml_layer *y)
{
    *out = 1;
    if (!y->gain) return ALV_OK;
    const size_t n = strlen(y->gain);
    if (alv_number_parse(out, y->gain, n) == n && *out >= -1e6 && *out <= 1e6) return ALV_OK;
    return alv_network_fail(m, ALV_ERR_RANGE, "gain", "gain: '%s' is no number from -1e6 to 1e6",
                            y->gain);
}

/* The layer that `with` names, its sizes those of what is at hand, or one position of as many units
 * (`shared`). */
static alv_status find_with(int *out, alv_network_maker *m, const alv_yaml_layer *y, bool shared)
{
    ALV_TRY(check_fed_by_layer(m, y));
    ALV_TRY(alv_network_find(out, m, "with", y->with));
    const int at = m->b.at, height = m->b.height, width = m->b.width;
    const int64_t units = m->b.units;
    alv_build_go_to(&m->b, *out);
    const bool same = m->b.height == height && m->b.width == width;
    if (m->b.units != units || !(same || (shared && m->b.height == 0)))
        return alv_network_fail(m, ALV_ERR_SHAPE, "with",
                                "'%s' has %lld units at %d x %d, and this %lld at %d x %d", y->with,
                                m->b.units, m->b.height, m->b.width, units, height, width);
    if (*out < 0 && (height > 0 || shared))
        return alv_network_fail(m, ALV_ERR_UNSUPPORTED, "with",
                                "the data cannot be %s: begin with a layer",
                                shared ? "a factor" : "added as images");
    alv_build_go_to(&m->b, at);
    return ALV_OK;
}

alv_status alv_network_add(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    int other = 0;
    double gain;
    alv_act_spec act;
    ALV_TRY(find_with(&other, m, y, false));
    ALV_TRY(read_gain(&gain, m, y));
    ALV_TRY(read_act(&act, m, y, none));
    alv_build_add(&m->b, other, y->gain ? label : NULL, gain, act);
    return m->b.status;
}

alv_status alv_network_multiply(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    int other = 0;
    alv_act_spec act;
    (void)label;
    ALV_TRY(find_with(&other, m, y, true));
    ALV_TRY(read_act(&act, m, y, none));
    alv_build_multiply(&m->b, other, act);
    return m->b.status;
}

alv_status alv_network_embed(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    int64_t out = 0;
    ALV_TRY(alv_network_size(&out, m, "out", y->out, 1 << 20));
    if (m->hints.tokens < 1 || !is_data(m))
        return alv_network_fail(m, ALV_ERR_SHAPE, "layer",
                                "an embedding looks up the tokens of the data, as of a text");
    alv_build_embed(&m->b, label, m->hints.tokens, out, y->positions && *y->positions);
    return m->b.status;
}

alv_status alv_network_attention(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    int64_t out = m->b.units, heads = 4;
    ALV_TRY(check_sequence(m, y));
    ALV_TRY(alv_network_size(&out, m, "out", y->out, 1 << 24));
    ALV_TRY(alv_network_size(&heads, m, "heads", y->heads, 1 << 20));
    if (out % heads != 0 || out > 1 << 24)
        return alv_network_fail(m, ALV_ERR_SHAPE, y->heads ? "heads" : "layer",
                                "%lld heads do not divide %lld units", heads, out);
    alv_build_qkv(&m->b, label, out, (int)heads);
    alv_build_attend(&m->b, (int)heads);
    return m->b.status;
}

alv_status alv_network_lstm(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    int64_t out = 0;
    ALV_TRY(check_sequence(m, y));
    ALV_TRY(alv_network_size(&out, m, "out", y->out, 1 << 24));
    alv_build_lstm(&m->b, label, out);
    return m->b.status;
}

alv_status alv_network_last(alv_network_maker *m, const alv_yaml_layer *y, const char *label)
{
    (void)label;
    ALV_TRY(check_sequence(m, y));
    alv_build_last(&m->b);
    return m->b.status;
}
