/* Batches for the engine: an array of a file, or data drawn to match moments. */
#include "audit/doctor.h"
#include "base/base.h"
#include "math/math.h"
#include "stream/rng.h"

/* The axes of a sample in the file's order: those of the graph's data but for the samples'. */
static int sample_axes(int64_t shape[3], const alv_engine *e)
{
    const alv_model *m = e->model;
    const int rank = e->file->graph ? e->file->data_rank : 2;
    if (m->tokens > 0 || rank == 2) {
        shape[0] = m->inputs;
        return 1;
    }
    if (e->sequence) {
        shape[0] = m->height;
        shape[1] = m->inputs / m->height;
        return 2;
    }
    shape[1] = m->height;
    shape[2] = m->width;
    shape[0] = m->inputs / (m->height > 0 ? (int64_t)m->height * m->width : 1);
    return rank - 1;
}

/* Where the file has samples second, after the positions. */
static bool fits(int64_t *rows, const alv_engine *e, const alv_checkpoint_tensor *t)
{
    int64_t shape[3];
    const int axes = sample_axes(shape, e), samples = e->file->time_first ? 1 : 0;
    if (t->rank != axes + 1 || t->fortran || !t->bytes) return false;
    for (int a = 0, k = 0; a < t->rank; a++)
        if (a != samples && t->shape[a] != shape[k++]) return false;
    *rows = t->shape[samples];
    return *rows >= 2;
}

static bool decode(double *out, const alv_checkpoint_tensor *t, int64_t at)
{
    if (t->dtype < 0) return alv_checkpoint_decode_whole(out, t, at, at + 1);
    alv_checkpoint_decode(out, t, at, at + 1);
    return true;
}

/* Element i of sample r, as the engine orders a sample: units before positions. */
static int64_t place(const alv_engine *e, int64_t rows, int64_t r, int64_t i)
{
    const alv_model *m = e->model;
    const bool tokens = m->tokens > 0;
    const int64_t positions = tokens ? m->inputs : e->sequence ? m->height : 1;
    const int64_t units = m->inputs / positions;
    if (!e->sequence) return r * m->inputs + i;
    const int64_t p = i % positions, u = i / positions;
    return (e->file->time_first ? p * rows + r : r * positions + p) * units + u;
}

alv_status alv_batch_given(float **out, int64_t *rows, const alv_engine *e,
                           const alv_checkpoint_tensor *t, alv_error *error)
{
    int64_t all = 0;
    *out = NULL;
    if (!fits(&all, e, t)) return ALV_OK;
    const int64_t n = all < *rows ? all : *rows, inputs = e->model->inputs;
    float *x = alv_new_array((size_t)(n * inputs), sizeof *x);
    if (!x) return alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for the batch");
    for (int64_t k = 0; k < n * inputs; k++) {
        double value;
        if (!decode(&value, t, place(e, all, k / inputs, k % inputs))) return free(x), ALV_OK;
        x[k] = (float)value;
    }
    *rows = n;
    *out = x;
    return ALV_OK;
}

alv_status alv_batch_drawn(float **out, int64_t rows, const alv_engine *e, alv_flow_input input,
                           alv_error *error)
{
    const int64_t n = rows * e->model->inputs, tokens = e->model->tokens;
    const double std = alv_sqrt(alv_max(input.square - input.mean * input.mean, 0));
    float *x = alv_new_array((size_t)n, sizeof *x);
    if (!x) return alv_fail(error, ALV_ERR_MEMORY, "data", "no memory for the batch");
    alv_rng rng = alv_rng_make(0, "doctor");
    for (int64_t k = 0; k < n; k++)
        x[k] = tokens > 0 ? (float)alv_rng_below(&rng, (uint64_t)tokens)
                          : (float)(input.mean + std * alv_rng_normal(&rng));
    *out = x;
    return ALV_OK;
}
