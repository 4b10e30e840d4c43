/* Fills: a slice or a box of the tensor that a scheme, a tensor and a seed define.
 *
 * A scheme with a law is alv_dist_fill of it, on the stream of (seed, name of the parameter). A
 * structured scheme makes floats or doubles by itself; here they are rounded to narrower types, a
 * chunk at a time, unless the scheme does that too. Everything is checked before the first byte is
 * written. A box is made piece by piece, each as long as it lies in the tensor without a gap. Where
 * the parts of a fused tensor have laws of their own, each piece is cut again into stretches of one
 * law. */
#include "base/base.h"
#include "dist/round.h"
#include "init/laws.h"

enum { CHUNK = 1024 };

/* A request that has been checked, with what is worked out once for all its slices. */
typedef struct filler {
    alv_init_job job;
    alv_laws laws;
    alv_stream stream;
} filler;

static alv_status check_scratch(const filler *f, const alv_fill *how, alv_error *error)
{
    int64_t need;
    ALV_TRY(alv_init_scratch(&need, f->job.scheme, f->job.tensor, error));
    if (need == 0) return ALV_OK;
    if (!how || !how->scratch || how->scratch_size < need)
        return alv_fail(error, ALV_ERR_MEMORY, "scratch",
                        "%s needs %lld bytes of scratch for %s, and was given %lld",
                        f->job.scheme->init->name, need, f->job.tensor->name,
                        how && how->scratch ? how->scratch_size : 0);
    if ((uintptr_t)how->scratch % 16 != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "scratch", "scratch is not aligned to 16 bytes");
    return ALV_OK;
}

/* Checks what the slices share and, for a scheme that needs the whole tensor, computes it. */
static alv_status begin(filler *f, const alv_scheme *scheme, const alv_tensor *tensor,
                        uint64_t seed, const alv_fill *how, alv_error *error)
{
    f->job = (alv_init_job){scheme, tensor, seed, how ? how->scratch : NULL};
    if (how) {
        f->job.kernels = how->kernels;
        f->job.executor = &how->executor;
    }
    if (scheme->init->law) {
        f->stream = alv_stream_make(seed, tensor->name, NULL);
        return alv_laws_of(&f->laws, scheme, tensor, error);
    }
    ALV_TRY(check_scratch(f, how, error));
    if (scheme->init->prepare) scheme->init->prepare(&f->job);
    return ALV_OK;
}

/* Elements [lo, hi) of a structured scheme. */
static void fill_structured(char *out, int64_t lo, int64_t hi, const filler *f)
{
    const alv_initializer *init = f->job.scheme->init;
    const alv_dtype dtype = f->job.tensor->dtype;
    if (!alv_is_narrow(dtype) || init->rounds) {
        init->fill(out, lo, hi, &f->job);
        return;
    }
    float chunk[CHUNK];
    for (int64_t n; lo < hi; lo += n, out += (size_t)n * alv_dtype_size(dtype)) {
        n = hi - lo < CHUNK ? hi - lo : CHUNK;
        init->fill(chunk, lo, lo + n, &f->job);
        alv_round_array(out, dtype, chunk, n);
    }
}

static void fill_slice(char *out, int64_t lo, int64_t hi, const filler *f)
{
    if (f->job.scheme->init->law)
        alv_laws_fill(out, lo, hi, &f->laws, f->job.tensor->dtype, f->stream, f->job.kernels);
    else
        fill_structured(out, lo, hi, f);
}

static alv_status check_out(const void *out, const alv_tensor *tensor, alv_error *error)
{
    const size_t size = alv_dtype_size(tensor->dtype);
    if (!out) return alv_fail(error, ALV_ERR_ARGUMENT, "out", "NULL argument");
    if ((uintptr_t)out % size != 0)
        return alv_fail(error, ALV_ERR_ARGUMENT, "out",
                        "out is not aligned to the %lld bytes of an element of %s (%s)",
                        (int64_t)size, tensor->name, alv_dtype_name(tensor->dtype));
    return ALV_OK;
}

alv_status alv_init_fill(void *out, int64_t lo, int64_t hi, const alv_scheme *scheme,
                         const alv_tensor *tensor, uint64_t seed, const alv_fill *how,
                         alv_error *error)
{
    int64_t count;
    ALV_TRY(alv_scheme_check(scheme, error));
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    if (lo < 0 || hi < lo || hi > count)
        return alv_fail(error, ALV_ERR_RANGE, "slice",
                        "%lld:%lld is not within the %lld elements of %s", lo, hi, count,
                        tensor->name);
    if (lo == hi) return ALV_OK;
    ALV_TRY(check_out(out, tensor, error));
    filler f;
    ALV_TRY(begin(&f, scheme, tensor, seed, how, error));
    fill_slice(out, lo, hi, &f);
    return ALV_OK;
}

/* The elements of a box, 0 where it is empty. */
static alv_status check_box(int64_t *n, const int64_t *starts, const int64_t *sizes,
                            const alv_tensor *tensor, alv_error *error)
{
    if (tensor->rank > 0 && (!starts || !sizes))
        return alv_fail(error, ALV_ERR_ARGUMENT, starts ? "sizes" : "starts", "NULL argument");
    bool empty = false;
    for (int axis = 0; axis < tensor->rank; axis++) {
        if (starts[axis] < 0 || sizes[axis] < 0 || starts[axis] > tensor->shape[axis] ||
            sizes[axis] > tensor->shape[axis] - starts[axis])
            return alv_fail(error, ALV_ERR_RANGE, "box",
                            "%lld places from %lld leave axis %d of %s, which has %lld",
                            sizes[axis], starts[axis], axis, tensor->name, tensor->shape[axis]);
        empty |= sizes[axis] == 0;
    }
    *n = empty ? 0 : 1; /* at most the tensor's elements, which have been counted */
    for (int axis = 0; axis < tensor->rank && !empty; axis++) *n *= sizes[axis];
    return ALV_OK;
}

/* The axis from which on the box lies in one piece, and the elements of such a piece. */
static int first_whole_axis(int64_t *run, const int64_t *sizes, const alv_tensor *tensor)
{
    int axis = tensor->rank;
    *run = 1;
    while (axis > 0) {
        axis--;
        *run *= sizes[axis];
        if (sizes[axis] != tensor->shape[axis]) break;
    }
    return axis;
}

/* Moves `at`, a place along the first n axes of the box, to the next in row-major order. */
static void advance(int64_t *at, const int64_t *sizes, int n)
{
    for (int axis = n - 1; axis >= 0 && ++at[axis] == sizes[axis]; axis--) at[axis] = 0;
}

alv_status alv_init_fill_box(void *out, const int64_t *starts, const int64_t *sizes,
                             const alv_scheme *scheme, const alv_tensor *tensor, uint64_t seed,
                             const alv_fill *how, alv_error *error)
{
    int64_t n;
    ALV_TRY(alv_scheme_check(scheme, error));
    ALV_TRY(alv_tensor_count(&n, tensor, error));
    ALV_TRY(check_box(&n, starts, sizes, tensor, error));
    if (n == 0) return ALV_OK;
    ALV_TRY(check_out(out, tensor, error));
    filler f;
    ALV_TRY(begin(&f, scheme, tensor, seed, how, error));
    int64_t run, at[ALV_MAX_RANK] = {0};
    const int outer = first_whole_axis(&run, sizes, tensor);
    const size_t bytes = (size_t)run * alv_dtype_size(tensor->dtype);
    char *to = out;
    for (int64_t done = 0; done < n; done += run, to += bytes) {
        int64_t lo = 0;
        for (int axis = 0; axis < tensor->rank; axis++)
            lo = lo * tensor->shape[axis] + starts[axis] + at[axis];
        fill_slice(to, lo, lo + run, &f);
        advance(at, sizes, outer);
    }
    return ALV_OK;
}
