/* Builds the networks of the families.
 *
 * Residual networks with order=pre (He et al. 2016, "Identity mappings"): the stream is never
 * touched, and each branch is norm, activation, weights, as often as it has layers:
 *
 *     x -> x + gain W2 f(norm(W1 f(norm(x))))
 *
 * with one more norm and activation before the head. With order=post (He et al. 2015): weights,
 * norm, and the activation of a branch's last layer after the sum. Where sizes change, the stream
 * passes a convolution of 1 x 1 with a norm of its own (their option B).
 *
 * A transformer's block has two branches, attention and two layers (Radford et al. 2019):
 *
 *     x -> x + O attend(QKV norm(x)),   x -> x + D f(U norm(x))
 *
 * (gated: D (f(G norm(x)) U norm(x))), with one more norm at the end; with order=post the norms
 * follow the sums (Vaswani et al. 2017).
 */
#include "model/family.h"

#include "base/base.h"

static const alv_act_spec none;

/* Where the layers of a network come from, and how it goes on. */
typedef struct maker {
    alv_builder b;
    const alv_family *f;
    int count; /* layers so far, for names */
    int norms;
} maker;

static void name_of(char out[ALV_MAX_NAME], const char *prefix, int index)
{
    alv_text_format(out, ALV_MAX_NAME, "%s%d", prefix, index);
}

/* Weights to `out` units: dense, or a convolution. */
static void add_weights(maker *m, int64_t out, int stride, alv_act_spec act)
{
    char name[ALV_MAX_NAME];
    const bool bias = m->f->norm == ALV_NORM_NONE;
    if (m->f->kind == ALV_FAMILY_MLP) {
        name_of(name, "fc", ++m->count);
        alv_build_dense(&m->b, name, out, false, bias, m->f->act, act);
    } else {
        name_of(name, "conv", ++m->count);
        (m->f->kind == ALV_FAMILY_CONV1D ? alv_build_conv1d : alv_build_conv)(
            &m->b, name, out, m->f->kernel, stride, bias, m->f->act, act);
    }
}

/* The norm of the family, or nothing but the activation. */
static void add_norm(maker *m, alv_act_spec act)
{
    char name[ALV_MAX_NAME];
    if (m->f->norm == ALV_NORM_NONE) {
        if (act.act) alv_build_act(&m->b, act);
        return;
    }
    name_of(name, "norm", ++m->norms);
    alv_build_norm(&m->b, name, m->f->norm, act);
}

/* Weights, then norm and activation. */
static void add_layer(maker *m, int64_t out, int stride, alv_act_spec act)
{
    const bool plain = m->f->norm == ALV_NORM_NONE;
    add_weights(m, out, stride, plain ? act : none);
    if (!plain) add_norm(m, act);
}

/* The stream where a branch changes its sizes. */
static int add_shortcut(maker *m, int start, int64_t out, int stride, int index)
{
    char name[ALV_MAX_NAME];
    const int end = m->b.at;
    alv_build_go_to(&m->b, start);
    name_of(name, "shortcut", index);
    alv_build_conv(&m->b, name, out, 1, stride, m->f->norm == ALV_NORM_NONE, none, none);
    if (m->f->is_post) add_norm(m, none);
    const int stream = m->b.at;
    alv_build_go_to(&m->b, end);
    return stream;
}

static void end_branch(maker *m, int start, int64_t units, int64_t out, int stride, int index)
{
    char name[ALV_MAX_NAME];
    name_of(name, "branch", index);
    if (units != out || stride > 1) start = add_shortcut(m, start, out, stride, index);
    alv_build_add(&m->b, start, m->f->has_gain ? name : NULL, m->f->gain,
                  m->f->is_post ? m->f->act : none);
}

/* One residual branch of f->residual layers, number `index` from 1. */
static void add_branch(maker *m, int64_t out, int stride, int index)
{
    const int start = m->b.at;
    const int64_t units = m->b.units;
    for (int i = 0; i < m->f->residual && m->b.status == ALV_OK; i++) {
        const bool last = i + 1 == m->f->residual;
        if (m->f->is_post) {
            add_layer(m, out, i == 0 ? stride : 1, last ? none : m->f->act);
        } else {
            add_norm(m, m->f->act);
            add_weights(m, out, i == 0 ? stride : 1, none);
        }
    }
    if (m->b.status == ALV_OK) end_branch(m, start, units, out, stride, index);
}

/* The layer before the first branch. */
static void add_stem(maker *m, int64_t out)
{
    if (m->f->is_post)
        add_layer(m, out, 1, m->f->act);
    else
        add_weights(m, out, 1, none);
}

/* What follows the last hidden layer. */
static void add_head(maker *m)
{
    const bool image = m->f->kind != ALV_FAMILY_MLP;
    if (m->f->residual > 0 && !m->f->is_post) add_norm(m, m->f->act);
    if (m->f->tokens > 0 && image)
        alv_build_last(&m->b);
    else if (image)
        alv_build_pool(&m->b, 0, false);
    char name[ALV_MAX_NAME];
    if (image)
        alv_text_format(name, sizeof name, "fc");
    else
        name_of(name, "fc", m->count + 1);
    m->b.column = image || m->f->inner ? 1 : (int)m->f->widths.last.position + 1;
    alv_build_dense(&m->b, name, m->f->outputs, false, true, none, none);
}

/* The hidden layers of mlp and conv: all of them, or a stem and branches. */
static void add_hidden(maker *m)
{
    const alv_family *f = m->f;
    const char *at = f->widths.sizes;
    const bool ends = f->kind == ALV_FAMILY_MLP && !f->inner;
    int64_t index = 0, before = 0, hidden = 0;
    int branches = 0;
    alv_width_run run;
    while (alv_widths_next(&run, &f->widths, &at))
        for (int64_t i = 0; i < run.times && m->b.status == ALV_OK; i++, index++) {
            if (ends && (index == 0 || index == f->widths.n - 1)) continue;
            m->b.column = (int)run.position + 1;
            const int stride =
                f->kind != ALV_FAMILY_MLP && before > 0 && run.width != before ? 2 : 1;
            before = run.width;
            if (f->residual == 0)
                add_layer(m, run.width, stride, f->act);
            else if (hidden == 0)
                add_stem(m, run.width);
            else if ((hidden - 1) % f->residual == 0)
                add_branch(m, run.width, 1, ++branches);
            hidden++;
        }
}

static void add_stages(maker *m)
{
    const int64_t blocks = (m->f->layers - 2) / 6;
    int index = 0;
    add_stem(m, m->f->width);
    for (int stage = 0; stage < 3; stage++)
        for (int64_t block = 0; block < blocks && m->b.status == ALV_OK; block++)
            add_branch(m, (int64_t)m->f->width << stage, stage > 0 && block == 0 ? 2 : 1, ++index);
}

/* `kind`: what the parameter is named after, "block3.qkv". */
static void block_name(char out[ALV_MAX_NAME], int64_t block, const char *kind)
{
    alv_text_format(out, ALV_MAX_NAME, "block%lld.%s", block, kind);
}

static void add_block_norm(maker *m, int64_t block, const char *kind)
{
    char name[ALV_MAX_NAME];
    block_name(name, block, kind);
    if (m->f->norm != ALV_NORM_NONE) alv_build_norm(&m->b, name, m->f->norm, none);
}

static void end_block_branch(maker *m, int64_t block, int start, const char *kind, const char *norm)
{
    char name[ALV_MAX_NAME];
    block_name(name, block, kind);
    alv_build_add(&m->b, start, m->f->has_gain ? name : NULL, m->f->gain, none);
    if (m->f->is_post) add_block_norm(m, block, norm);
}

static void add_attention(maker *m, int64_t block)
{
    char name[ALV_MAX_NAME];
    const int start = m->b.at, d = m->f->embed;
    if (!m->f->is_post) add_block_norm(m, block, "norm1");
    block_name(name, block, "qkv");
    alv_build_qkv(&m->b, name, d, m->f->heads);
    alv_build_attend(&m->b, m->f->heads);
    block_name(name, block, "out");
    alv_build_dense(&m->b, name, d, true, true, none, none);
    end_block_branch(m, block, start, "attention", "norm1");
}

/* What the layer at hand gives, times that of another one through the activation (Shazeer 2020, eq.
 * 5). */
static void add_gate(maker *m, int64_t block, int before)
{
    char name[ALV_MAX_NAME];
    const int up = m->b.at;
    alv_build_go_to(&m->b, before);
    block_name(name, block, "gate");
    alv_build_dense(&m->b, name, (int64_t)m->f->embed * m->f->wider, true, true, m->f->act,
                    m->f->act);
    alv_build_multiply(&m->b, up, none);
}

static void add_feed_forward(maker *m, int64_t block)
{
    char name[ALV_MAX_NAME];
    const int start = m->b.at;
    const int64_t d = m->f->embed;
    if (!m->f->is_post) add_block_norm(m, block, "norm2");
    const int before = m->b.at;
    const alv_act_spec act = m->f->gated ? none : m->f->act;
    block_name(name, block, "up");
    alv_build_dense(&m->b, name, d * m->f->wider, true, true, act, act);
    if (m->f->gated) add_gate(m, block, before);
    block_name(name, block, "down");
    alv_build_dense(&m->b, name, d, true, true, none, none);
    end_block_branch(m, block, start, "forward", "norm2");
}

static void add_blocks(maker *m)
{
    alv_build_embed(&m->b, "embed", m->f->tokens, m->f->embed, true);
    for (int64_t block = 1; block <= m->f->blocks && m->b.status == ALV_OK; block++) {
        add_attention(m, block);
        add_feed_forward(m, block);
    }
    if (!m->f->is_post && m->f->norm != ALV_NORM_NONE)
        alv_build_norm(&m->b, "norm", m->f->norm, none);
    alv_build_last(&m->b);
    alv_build_dense(&m->b, "fc", m->f->outputs, false, true, none, none);
}

static void add_recurrent(maker *m)
{
    const char *at = m->f->widths.sizes;
    char name[ALV_MAX_NAME];
    alv_width_run run;
    alv_build_embed(&m->b, "embed", m->f->tokens, m->f->embed, false);
    while (alv_widths_next(&run, &m->f->widths, &at))
        for (int64_t i = 0; i < run.times && m->b.status == ALV_OK; i++) {
            name_of(name, "lstm", ++m->count);
            alv_build_lstm(&m->b, name, run.width);
        }
    alv_build_last(&m->b);
    alv_build_dense(&m->b, "fc", m->f->outputs, false, true, none, none);
}

static int branches_of(const alv_family *f)
{
    if (f->kind == ALV_FAMILY_RESNET) return (int)((f->layers - 2) / 2);
    if (f->kind == ALV_FAMILY_TRANSFORMER) return (int)(2 * f->blocks);
    if (f->kind == ALV_FAMILY_LSTM) return 0;
    const int64_t ends = f->kind == ALV_FAMILY_MLP && !f->inner ? 2 : 0;
    return f->residual > 0 ? (int)((f->widths.n - ends - 1) / f->residual) : 0;
}

static void add_chain(maker *m)
{
    if (m->f->tokens > 0) alv_build_embed(&m->b, "embed", m->f->tokens, m->f->embed, false);
    add_hidden(m);
    if (m->b.status == ALV_OK) add_head(m);
}

static void add_resnet(maker *m)
{
    add_stages(m);
    if (m->b.status == ALV_OK) add_head(m);
}

/* A chain of dense layers, which alv_model_print reads off the nodes. */
static bool is_dense_chain(const alv_family *f)
{
    return f->kind == ALV_FAMILY_MLP && f->norm == ALV_NORM_NONE && f->residual == 0 &&
           f->tokens == 0;
}

alv_status alv_family_build(alv_model **out, const alv_family *family, alv_error *error)
{
    static void (*const makers[])(maker *m) = {
        [ALV_FAMILY_MLP] = add_chain,          [ALV_FAMILY_CONV] = add_chain,
        [ALV_FAMILY_CONV1D] = add_chain,       [ALV_FAMILY_RESNET] = add_resnet,
        [ALV_FAMILY_TRANSFORMER] = add_blocks, [ALV_FAMILY_LSTM] = add_recurrent,
    };
    maker m = {.f = family};
    alv_build_begin(&m.b, family->channels, family->height, family->width_in, error);
    m.b.depth = branches_of(family);
    m.b.line = m.b.column = 1;
    makers[family->kind](&m);
    if (m.b.status == ALV_OK && !is_dense_chain(family))
        m.b.status = alv_family_print(m.b.model->family, sizeof m.b.model->family, family, error);
    return alv_build_end(out, &m.b);
}
