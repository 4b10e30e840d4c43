/* Mimetic attention: pairs of matrices whose product begins near a multiple of the identity.
 *
 * In trained vision transformers the product of query and key has a positive diagonal, that of
 * value and output a negative one. With rows for outputs and d for the width of the model, Trockman
 * & Kolter (2023) draw the products,
 *
 *     W_query^T W_key = alpha Z + beta I,    W_out W_value = alpha Z - beta I,    Z_ij ~ N(0, 1/d)
 *
 * and factor them by singular values, cut to the rank of a head. Here a tensor is made from its own
 * name alone and cannot see its partner, so both are made of a frame O (n x d, Haar) that belongs
 * to the name which they share, and of noise G (of N(0, 1/d)) that belongs to one of them:
 *
 *     key, value:  W = c O
 *     query:       W = (alpha G + beta O) / c        W_query^T W_key = alpha G^T O + beta O^T O
 *     out:         W = (alpha G - beta O^T) / c      W_out W_value = alpha G O - beta O^T O
 *
 * with c^2 = sqrt(alpha^2 + beta^2), which gives both the same variance, c^2 / d. Where n = d, O is
 * orthogonal, O^T O = I and G O has the law of Z: the products are the paper's. We depart from it
 * for the n < d rows of a head: O^T O projects on a random subspace, where the paper keeps the n
 * largest singular values of a full draw. Over the heads of a square matrix the projections add up
 * to the identity. */
#include "init/mimetic.h"

#include "base/base.h"
#include "linalg/haar.h"
#include "math/math.h"
#include "model/matrix.h"
#include "model/parts.h"

/* The frame of a pair. */
typedef struct frame {
    int64_t n, d;         /* rows and columns */
    int64_t begin, drawn; /* its elements in the scratch */
    alv_stream stream;    /* without a seed */
} frame;

/* One matrix of the tensor: noise and a multiple of a frame. */
typedef struct side {
    int index;            /* of its frame */
    bool across;          /* the frame's rows belong to the matrix's columns */
    int64_t share;        /* heads of the matrix that use one of the frame */
    double noise, factor; /* deviation of the noise, factor of the frame */
} side;

typedef struct mimetic {
    alv_matrix_view view;
    alv_parts parts;
    side sides[3]; /* one for each part */
    frame frames[2];
    int n_frames;
    int64_t head;        /* rows of a head */
    int64_t work, bytes; /* elements that drawing takes besides the frames; bytes of all */
} mimetic;

static bool writes(const alv_scheme *scheme)
{
    return scheme->init == &alv_init_mimetic_vo;
}

static bool is_fused(const alv_scheme *scheme)
{
    return !writes(scheme) && scheme->args[ALV_MIMETIC_MATRIX] == ALV_MIMETIC_QKV;
}

/* What the names of a pair have in common: all but the last `up` components. */
static void stem_of(char out[ALV_MAX_NAME], const char *name, int up)
{
    size_t end = strlen(name);
    for (; up > 0 && end > 0; up--)
        while (end > 0 && name[--end] != '.' && name[end] != '/') {
        }
    memcpy(out, name, end);
    out[end] = 0;
}

static alv_status check(const alv_scheme *scheme, const mimetic *m, const alv_tensor *tensor,
                        alv_error *error)
{
    const int matrices = is_fused(scheme) ? 3 : 1;
    if (m->view.n_kernel > 0 || (m->view.count > 0 && m->view.count != matrices))
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        is_fused(scheme) ? "matrix=qkv fills queries, keys and values: the tensor "
                                           "states no three parts, or groups, copies or a kernel"
                                         : "%s fills one plain matrix: split fused parts, groups "
                                           "and copies first, or give matrix=qkv",
                        scheme->init->name);
    if (is_fused(scheme) && tensor->parts[1] != tensor->parts[2])
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "there are %lld rows of keys and %lld of values", tensor->parts[1],
                        tensor->parts[2]);
    if (scheme->args[ALV_MIMETIC_ALPHA] == 0 && scheme->args[ALV_MIMETIC_BETA] == 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "alpha", "alpha and beta are both 0");
    if (is_fused(scheme) && scheme->args[ALV_MIMETIC_VALUE_ALPHA] == 0 &&
        scheme->args[ALV_MIMETIC_VALUE_BETA] == 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "value_alpha",
                        "value_alpha and value_beta are both 0");
    return ALV_OK;
}

/* `units` are shared by heads. */
static alv_status check_share(const mimetic *m, const side *s, const alv_tensor *tensor,
                              int64_t units, alv_error *error)
{
    if (s->share > 1 && m->head < 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "head",
                        "share = %lld asks for the rows of a head, and %s states none", s->share,
                        tensor->name);
    if (s->share > 1 && units % m->head != 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name, "heads of %lld do not divide %lld",
                        m->head, units);
    if (s->share > 1 && units / m->head % s->share != 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "share = %lld does not divide %lld heads", s->share, units / m->head);
    return ALV_OK;
}

static alv_status too_large(const alv_tensor *tensor, alv_error *error)
{
    return alv_fail(error, ALV_ERR_OVERFLOW, tensor->name,
                    "the scratch memory for %s does not fit 63 bits", tensor->name);
}

/* Appends a frame of n rows and d columns; its index is m->n_frames before. */
static alv_status add_frame(mimetic *m, const char *stem, const alv_initializer *init, int64_t n,
                            int64_t d, const alv_tensor *tensor, alv_error *error)
{
    const int64_t rows = n < d ? n : d, columns = n < d ? d : n;
    const int i = m->n_frames++;
    frame f = {.n = n, .d = d, .stream = alv_stream_make(0, stem, init->name)};
    if (rows > 0) {
        int64_t work = INT64_MAX;
        if (columns < INT64_MAX / 1024 &&
            alv_mul_i64(&f.drawn, rows, alv_haar_stride(columns) + 16))
            work = alv_haar_work(rows, columns);
        if (i > 0) f.begin = m->frames[i - 1].begin + m->frames[i - 1].drawn;
        if (work > INT64_MAX / 32 || f.drawn > INT64_MAX / 32) return too_large(tensor, error);
        m->work = m->work > work ? m->work : work;
    }
    m->frames[i] = f;
    m->bytes = (f.begin + f.drawn + m->work) * (tensor->dtype == ALV_F64 ? 8 : 4);
    return ALV_OK;
}

/* c of the pair with these scales. */
static double root_of(double alpha, double beta)
{
    return alv_sqrt(alv_sqrt(alpha * alpha + beta * beta));
}

/* A key or value: a multiple of the frame alone. */
static side owner(int index, double alpha, double beta)
{
    return (side){.index = index, .share = 1, .factor = root_of(alpha, beta)};
}

/* Its partner, with the noise; across for what writes to the stream. */
static side partner(int index, bool across, int64_t share, int64_t d, double alpha, double beta)
{
    const double c = root_of(alpha, beta);
    return (side){.index = index,
                  .across = across,
                  .share = share,
                  .noise = d == 0 ? 0 : alpha / (c * alv_sqrt((double)d)),
                  .factor = across ? -beta / c : beta / c};
}

static alv_status make_fused(mimetic *m, const char *stem, const alv_scheme *scheme,
                             const alv_tensor *tensor, alv_error *error)
{
    const double *args = scheme->args;
    const int64_t queries = tensor->parts[0], keys = tensor->parts[1], d = m->view.columns;
    const int64_t share = m->view.count > 0 ? queries / keys : 1;
    if (m->view.count > 0 && queries % keys != 0)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%lld rows of keys do not divide %lld of queries", keys, queries);
    m->sides[0] = partner(0, false, share, d, args[ALV_MIMETIC_ALPHA], args[ALV_MIMETIC_BETA]);
    m->sides[1] = owner(0, args[ALV_MIMETIC_ALPHA], args[ALV_MIMETIC_BETA]);
    m->sides[2] = owner(1, args[ALV_MIMETIC_VALUE_ALPHA], args[ALV_MIMETIC_VALUE_BETA]);
    ALV_TRY(check_share(m, &m->sides[0], tensor, queries, error));
    ALV_TRY(add_frame(m, stem, &alv_init_mimetic_qk, keys, d, tensor, error));
    return add_frame(m, stem, &alv_init_mimetic_vo, keys, d, tensor, error);
}

static alv_status make_single(mimetic *m, const char *stem, const alv_scheme *scheme,
                              const alv_tensor *tensor, alv_error *error)
{
    const double *args = scheme->args;
    const bool across = writes(scheme) && args[ALV_MIMETIC_MATRIX] == ALV_MIMETIC_OUT;
    const bool owns =
        args[ALV_MIMETIC_MATRIX] == (writes(scheme) ? ALV_MIMETIC_VALUE : ALV_MIMETIC_KEY);
    const int64_t units = across ? m->view.columns : m->view.rows;
    const int64_t d = across ? m->view.rows : m->view.columns;
    m->sides[0] = owns ? owner(0, args[ALV_MIMETIC_ALPHA], args[ALV_MIMETIC_BETA])
                       : partner(0, across, (int64_t)args[ALV_MIMETIC_SHARE], d,
                                 args[ALV_MIMETIC_ALPHA], args[ALV_MIMETIC_BETA]);
    ALV_TRY(check_share(m, &m->sides[0], tensor, units, error));
    return add_frame(m, stem, scheme->init, units / m->sides[0].share, d, tensor, error);
}

static alv_status make(mimetic *out, const alv_scheme *scheme, const alv_tensor *tensor,
                       alv_error *error)
{
    mimetic m = {.head = (int64_t)scheme->args[ALV_MIMETIC_HEAD]};
    alv_tensor plain = *tensor;
    alv_axes axes;
    if (tensor->role == ALV_ROLE_BIAS || tensor->rank < 2)
        return alv_fail(error, ALV_ERR_SHAPE, tensor->name,
                        "%s is no matrix: mimetic weights need 2 axes", tensor->name);
    ALV_TRY(alv_init_whole(scheme->args[ALV_MIMETIC_UP], "up", error));
    ALV_TRY(alv_init_whole(scheme->args[ALV_MIMETIC_SHARE], "share", error));
    ALV_TRY(alv_init_whole(scheme->args[ALV_MIMETIC_HEAD], "head", error));
    if (m.head == 0) m.head = tensor->head;
    plain.head = 0;
    ALV_TRY(alv_matrix_view_make(&m.view, &plain, error));
    ALV_TRY(check(scheme, &m, tensor, error));
    ALV_TRY(alv_axes_of(&axes, tensor, error));
    alv_parts_of(&m.parts, tensor, &axes);
    char stem[ALV_MAX_NAME];
    stem_of(stem, tensor->name, (int)scheme->args[ALV_MIMETIC_UP]);
    ALV_TRY((is_fused(scheme) ? make_fused : make_single)(&m, stem, scheme, tensor, error));
    *out = m;
    return ALV_OK;
}

alv_status alv_mimetic_moments(double *mean, double *variance, const alv_scheme *scheme,
                               const alv_tensor *tensor, alv_error *error)
{
    mimetic m;
    ALV_TRY(make(&m, scheme, tensor, error));
    double sum = 0, rows = 0;
    for (int i = 0; i < m.parts.n && m.view.count > 0; i++) {
        const side *s = &m.sides[i];
        const frame *f = &m.frames[s->index];
        const double longer = (double)(f->n > f->d ? f->n : f->d);
        const double part = (double)alv_matrix_rows(&m.view, i);
        rows += part;
        if (longer > 0) sum += part * (s->noise * s->noise + s->factor * s->factor / longer);
    }
    *mean = 0;
    *variance = rows > 0 ? sum / rows : 0;
    return ALV_OK;
}

alv_status alv_mimetic_scratch(int64_t *bytes, const alv_scheme *scheme, const alv_tensor *tensor,
                               alv_error *error)
{
    mimetic m;
    ALV_TRY(make(&m, scheme, tensor, error));
    *bytes = m.bytes;
    return ALV_OK;
}

void alv_mimetic_prepare(const alv_init_job *job)
{
    mimetic m;
    if (make(&m, job->scheme, job->tensor, NULL) != ALV_OK || m.bytes == 0) return;
    const bool f64 = job->tensor->dtype == ALV_F64;
    const frame *last = &m.frames[m.n_frames - 1];
    char *scratch = job->scratch, *work = scratch + (last->begin + last->drawn) * (f64 ? 8 : 4);
    for (const frame *f = m.frames; f <= last; f++) {
        const alv_haar haar = {.rows = f->n < f->d ? f->n : f->d,
                               .columns = f->n < f->d ? f->d : f->n,
                               .f64 = f64,
                               .stream = {.key = job->seed, .name = f->stream.name}};
        if (haar.rows > 0)
            alv_haar_fill(scratch + f->begin * (f64 ? 8 : 4), work, &haar, job->kernels,
                          job->executor);
    }
}

/* Where the frame's element for a place of the tensor lies in the scratch. */
static int64_t drawn_at(const mimetic *m, const side *s, alv_matrix_place place)
{
    const frame *f = &m->frames[s->index];
    const int64_t unit = s->across ? place.column : place.row;
    const int64_t column = s->across ? place.row : place.column;
    int64_t row = unit;
    if (s->share > 1) row = unit / (m->head * s->share) * m->head + unit % m->head;
    return f->begin + (f->n <= f->d ? row * alv_haar_stride(f->d) + column
                                    : column * alv_haar_stride(f->n) + row);
}

/* Elements [lo, hi), all of one matrix. */
static void fill_side(void *out, int64_t lo, int64_t hi, const mimetic *m, const side *s,
                      const alv_init_job *job)
{
    const bool f64 = job->tensor->dtype == ALV_F64;
    const alv_dist noise = alv_dist_normal(0, s->noise);
    alv_dist_fill(out, f64 ? ALV_F64 : ALV_F32, lo, hi, &noise,
                  alv_stream_make(job->seed, job->tensor->name, NULL), job->kernels, NULL);
    for (int64_t i = lo; i < hi; i++) {
        const int64_t from = drawn_at(m, s, alv_matrix_locate(&m->view, i));
        if (f64)
            ((double *)out)[i - lo] += s->factor * ((const double *)job->scratch)[from];
        else
            ((float *)out)[i - lo] += (float)s->factor * ((const float *)job->scratch)[from];
    }
}

void alv_mimetic_fill(void *out, int64_t lo, int64_t hi, const alv_init_job *job)
{
    mimetic m;
    if (make(&m, job->scheme, job->tensor, NULL) != ALV_OK) return;
    const int64_t size = job->tensor->dtype == ALV_F64 ? 8 : 4;
    for (int64_t end; lo < hi; out = (char *)out + (end - lo) * size, lo = end) {
        const int part = alv_parts_at(&end, &m.parts, lo);
        end = end < hi ? end : hi;
        fill_side(out, lo, end, &m, &m.sides[part], job);
    }
}
