/* Convolutions of the oneDNN backend: its primitives, on images with units side by side.
 *
 * Weights change with every step, so each call first puts them in the order that its primitive asks
 * for. The interface of primitives differs between oneDNN 2 and 3; this is that of 2, and with 3
 * convolutions are unfolded as on the portable backend. */
#include "nn/gemm.h"

#include <oneapi/dnnl/dnnl.h>

#if DNNL_VERSION_MAJOR == 2

enum { FORWARD, INPUT, WEIGHT, KINDS };
enum { IMAGE, OUTPUT, PLAIN, BIAS, PACKED, MEMORIES = PACKED + KINDS };

typedef struct conv {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_memory_t memory[MEMORIES]; /* the first four borrow their values from call to call */
    dnnl_primitive_t run[KINDS];
    dnnl_primitive_t reorder[KINDS]; /* of weights: to what FORWARD and INPUT take, from WEIGHT's */
} conv;

static void conv_free(void *one)
{
    conv *c = one;
    if (!c) return;
    for (int k = 0; k < KINDS; k++) {
        if (c->run[k]) dnnl_primitive_destroy(c->run[k]);
        if (c->reorder[k]) dnnl_primitive_destroy(c->reorder[k]);
    }
    for (int m = 0; m < MEMORIES; m++)
        if (c->memory[m]) dnnl_memory_destroy(c->memory[m]);
    if (c->stream) dnnl_stream_destroy(c->stream);
    if (c->engine) dnnl_engine_destroy(c->engine);
    free(c);
}

/* The layouts of a convolution, and its strides and borders. */
typedef struct plan {
    dnnl_memory_desc_t image, output, weight, plain, bias;
    dnnl_dims_t strides, before, after;
} plan;

static bool plan_of(plan *p, const alv_conv *s)
{
    const dnnl_dims_t image = {s->batch, s->in, s->height, s->width};
    const dnnl_dims_t output = {s->batch, s->out, s->out_height, s->out_width};
    const dnnl_dims_t weight = {s->out, s->in, s->kernel, s->kernel}, bias = {s->out};
    const int pad = (s->kernel - 1) / 2;
    for (int i = 0; i < 2; i++) {
        const int64_t in = i ? s->width : s->height, out = i ? s->out_width : s->out_height;
        p->strides[i] = s->stride;
        p->before[i] = pad;
        p->after[i] = (out - 1) * s->stride + s->kernel - in - pad;
    }
    return !dnnl_memory_desc_init_by_tag(&p->image, 4, image, dnnl_f32, dnnl_nhwc) &&
           !dnnl_memory_desc_init_by_tag(&p->output, 4, output, dnnl_f32, dnnl_nhwc) &&
           !dnnl_memory_desc_init_by_tag(&p->weight, 4, weight, dnnl_f32, dnnl_format_tag_any) &&
           !dnnl_memory_desc_init_by_tag(&p->plain, 4, weight, dnnl_f32, dnnl_oihw) &&
           !dnnl_memory_desc_init_by_tag(&p->bias, 1, bias, dnnl_f32, dnnl_a);
}

/* The three primitives' descriptions; those of the gradients follow the first. */
static bool describe(dnnl_primitive_desc_t out[KINDS], const conv *c, const plan *p, bool bias)
{
    dnnl_convolution_desc_t forward, input, weight;
    return !dnnl_convolution_forward_desc_init(
               &forward, dnnl_forward_training, dnnl_convolution_direct, &p->image, &p->weight,
               bias ? &p->bias : NULL, &p->output, p->strides, p->before, p->after) &&
           !dnnl_convolution_backward_data_desc_init(&input, dnnl_convolution_direct, &p->image,
                                                     &p->weight, &p->output, p->strides, p->before,
                                                     p->after) &&
           !dnnl_convolution_backward_weights_desc_init(&weight, dnnl_convolution_direct, &p->image,
                                                        &p->weight, NULL, &p->output, p->strides,
                                                        p->before, p->after) &&
           !dnnl_primitive_desc_create(&out[FORWARD], &forward, NULL, c->engine, NULL) &&
           !dnnl_primitive_desc_create(&out[INPUT], &input, NULL, c->engine, out[FORWARD]) &&
           !dnnl_primitive_desc_create(&out[WEIGHT], &weight, NULL, c->engine, out[FORWARD]);
}

/* Memory for the weights as one primitive has them, and the way between that and plain order. */
static bool pack(conv *c, int kind, const_dnnl_primitive_desc_t desc, const plan *p)
{
    const dnnl_query_t what = kind == WEIGHT ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    const dnnl_memory_desc_t *packed = dnnl_primitive_desc_query_md(desc, what, 0);
    const dnnl_memory_desc_t *from = kind == WEIGHT ? packed : &p->plain;
    const dnnl_memory_desc_t *to = kind == WEIGHT ? &p->plain : packed;
    dnnl_primitive_desc_t reorder = NULL;
    if (!packed ||
        dnnl_memory_create(&c->memory[PACKED + kind], packed, c->engine, DNNL_MEMORY_ALLOCATE) ||
        dnnl_reorder_primitive_desc_create(&reorder, from, c->engine, to, c->engine, NULL))
        return false;
    const bool made = !dnnl_primitive_create(&c->reorder[kind], reorder);
    dnnl_primitive_desc_destroy(reorder);
    return made;
}

static bool furnish(conv *c, const plan *p, bool bias)
{
    dnnl_primitive_desc_t desc[KINDS] = {NULL};
    bool fine = describe(desc, c, p, bias);
    for (int k = 0; fine && k < KINDS; k++)
        fine = !dnnl_primitive_create(&c->run[k], desc[k]) && pack(c, k, desc[k], p);
    for (int k = 0; k < KINDS; k++)
        if (desc[k]) dnnl_primitive_desc_destroy(desc[k]);
    const dnnl_memory_desc_t *const borrowed[] = {&p->image, &p->output, &p->plain, &p->bias};
    for (int m = 0; fine && m < PACKED; m++)
        fine = !dnnl_memory_create(&c->memory[m], borrowed[m], c->engine, DNNL_MEMORY_NONE);
    return fine;
}

/* Whether the one product of an unfolded image is no slower. With AVX-512 it never is: 7 % for 64
 * units, 12 % for 100. Without it is from 17 units on, and 20 % faster where there is no AVX2
 * (bench-step under ONEDNN_MAX_CPU_ISA). */
static bool unfolds_as_well(const alv_conv *shape)
{
    const int isa = (int)dnnl_get_effective_cpu_isa(), wide = dnnl_cpu_isa_avx512_core;
    return shape->kernel == 1 || (shape->in > 16 && (isa & wide) != wide);
}

static void *conv_new(const alv_conv *shape)
{
    plan p;
    if (unfolds_as_well(shape) || !plan_of(&p, shape)) return NULL;
    conv *c = alv_new_array(1, sizeof *c);
    if (!c) return NULL;
    if (!dnnl_engine_create(&c->engine, dnnl_cpu, 0) &&
        !dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags) &&
        furnish(c, &p, shape->bias))
        return c;
    conv_free(c);
    return NULL;
}

static bool borrow(conv *c, int memory, const float *values)
{
    return !dnnl_memory_set_data_handle(c->memory[memory], (void *)(uintptr_t)values);
}

static bool reorder(conv *c, int kind, int from, int to)
{
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, c->memory[from]}, {DNNL_ARG_TO, c->memory[to]}};
    return !dnnl_primitive_execute(c->reorder[kind], c->stream, 2, args);
}

static bool conv_forward(void *one, float *z, const float *x, const float *w, const float *b)
{
    conv *c = one;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, c->memory[IMAGE]},
                                    {DNNL_ARG_WEIGHTS, c->memory[PACKED + FORWARD]},
                                    {DNNL_ARG_DST, c->memory[OUTPUT]},
                                    {DNNL_ARG_BIAS, c->memory[BIAS]}};
    return borrow(c, IMAGE, x) && borrow(c, PLAIN, w) && borrow(c, OUTPUT, z) &&
           (!b || borrow(c, BIAS, b)) && reorder(c, FORWARD, PLAIN, PACKED + FORWARD) &&
           !dnnl_primitive_execute(c->run[FORWARD], c->stream, b ? 4 : 3, args);
}

static bool conv_input(void *one, float *dx, const float *delta, const float *w)
{
    conv *c = one;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_SRC, c->memory[IMAGE]},
                                    {DNNL_ARG_WEIGHTS, c->memory[PACKED + INPUT]},
                                    {DNNL_ARG_DIFF_DST, c->memory[OUTPUT]}};
    return borrow(c, IMAGE, dx) && borrow(c, PLAIN, w) && borrow(c, OUTPUT, delta) &&
           reorder(c, INPUT, PLAIN, PACKED + INPUT) &&
           !dnnl_primitive_execute(c->run[INPUT], c->stream, 3, args);
}

static bool conv_weight(void *one, float *dw, const float *delta, const float *x)
{
    conv *c = one;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, c->memory[IMAGE]},
                                    {DNNL_ARG_DIFF_WEIGHTS, c->memory[PACKED + WEIGHT]},
                                    {DNNL_ARG_DIFF_DST, c->memory[OUTPUT]}};
    return borrow(c, IMAGE, x) && borrow(c, PLAIN, dw) && borrow(c, OUTPUT, delta) &&
           !dnnl_primitive_execute(c->run[WEIGHT], c->stream, 3, args) &&
           reorder(c, WEIGHT, PACKED + WEIGHT, PLAIN);
}

const alv_conv_f32 alv_conv_onednn_f32 = {conv_new, conv_free, conv_forward, conv_input,
                                          conv_weight};

#else

const alv_conv_f32 alv_conv_onednn_f32 = {NULL, NULL, NULL, NULL, NULL};

#endif
