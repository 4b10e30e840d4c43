/* Models in memory for the tests of src/formats and src/audit: tensors drawn by the library's own
 * schemes, put into the bytes of a safetensors file. */
#ifndef ALV_TEST_AUDIT_H
#define ALV_TEST_AUDIT_H

#include "test.h"

#include "audit/inspect.h"

enum { DRAFT_TENSORS = 64 };

/* A model that is being put together. */
typedef struct draft {
    int n;
    alv_tensor tensors[DRAFT_TENSORS];
    unsigned char *data[DRAFT_TENSORS]; /* each tensor's elements */
    unsigned char *bytes;               /* of the whole file */
    size_t size;
} draft;

static inline size_t draft_size(const alv_tensor *t)
{
    int64_t count;
    assert_int_equal(alv_tensor_count(&count, t, NULL), ALV_OK);
    return (size_t)count * alv_dtype_size(t->dtype);
}

/* Adds a tensor drawn by a scheme; returns its elements, to be spoiled. */
static inline void *draft_add(draft *d, const char *name, const char *scheme, alv_tensor t,
                              uint64_t seed)
{
    alv_scheme parsed;
    alv_fill how = {0};
    const int i = d->n++;
    assert_true(i < DRAFT_TENSORS);
    snprintf(t.name, sizeof t.name, "%s", name);
    d->tensors[i] = t;
    d->data[i] = calloc(draft_size(&t) + 16, 1);
    assert_int_equal(alv_scheme_parse(&parsed, scheme, NULL), ALV_OK);
    assert_int_equal(alv_init_scratch(&how.scratch_size, &parsed, &t, NULL), ALV_OK);
    how.scratch = aligned_alloc(64, ((size_t)how.scratch_size + 127) / 64 * 64);
    const int64_t count = (int64_t)(draft_size(&t) / alv_dtype_size(t.dtype));
    assert_int_equal(alv_init_fill(d->data[i], 0, count, &parsed, &t, seed, &how, NULL), ALV_OK);
    free(how.scratch);
    return d->data[i];
}

/* A dense weight in torch layout. */
static inline float *draft_dense(draft *d, const char *name, const char *scheme, int64_t out,
                                 int64_t in, uint64_t seed)
{
    return draft_add(d, name, scheme, (alv_tensor){.rank = 2, .shape = {out, in}}, seed);
}

/* The bytes of the file. */
static inline void draft_write(draft *d)
{
    int64_t offsets[DRAFT_TENSORS], total;
    size_t header;
    assert_int_equal(alv_safetensors_layout(offsets, &total, d->tensors, d->n, NULL), ALV_OK);
    assert_int_equal(alv_safetensors_header(NULL, 0, &header, d->tensors, d->n, NULL, 0, NULL),
                     ALV_OK);
    d->size = header + (size_t)total;
    free(d->bytes);
    d->bytes = calloc(d->size + 1, 1);
    assert_int_equal(
        alv_safetensors_header((char *)d->bytes, header, &header, d->tensors, d->n, NULL, 0, NULL),
        ALV_OK);
    for (int i = 0; i < d->n; i++)
        memcpy(d->bytes + header + offsets[i], d->data[i], draft_size(&d->tensors[i]));
}

static inline void draft_free(draft *d)
{
    for (int i = 0; i < d->n; i++) free(d->data[i]);
    free(d->bytes);
    *d = (draft){0};
}

/* What inspect says of a draft; both are freed with look_end. */
typedef struct look {
    alv_checkpoint *model;
    alv_inspection *said;
} look;

static inline look look_at(draft *d)
{
    look l;
    alv_error error = {.message = ""};
    draft_write(d);
    if (alv_checkpoint_read(&l.model, d->bytes, d->size, &error) != ALV_OK)
        fail_msg("%s", error.message);
    const alv_inspect_how how = {.threads = 2};
    assert_int_equal(alv_inspect(&l.said, l.model, &how, NULL), ALV_OK);
    return l;
}

static inline void look_end(look *l)
{
    alv_inspection_free(l->said);
    alv_checkpoint_free(l->model);
}

static inline const alv_inspected *look_named(const look *l, const char *name)
{
    const alv_checkpoint_tensor *t = alv_checkpoint_find(l->model, name);
    assert_non_null(t);
    return &l->said->tensors[t - l->model->tensors];
}

#endif
