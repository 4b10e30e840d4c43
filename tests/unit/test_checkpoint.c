/* Model files as tensors: every format against bytes laid out by hand; decoders against the
 * library's own; kinds by names; and every truncation and a byte changed at every place, none of
 * which may crash or be taken for more than it holds. */
#include "audit_fixture.h"
#include "model_bytes.h"

#include "dist/round.h"
#include "formats/kind.h"

static void decodes_every_value_of_the_narrow_types(void **state)
{
    (void)state;
    static const alv_dtype types[] = {ALV_F16, ALV_BF16, ALV_F8_E4M3FN, ALV_F8_E5M2};
    for (int k = 0; k < 4; k++)
        for (uint32_t bits = 0; bits < (k < 2 ? 65536u : 256u); bits++) {
            unsigned char raw[2] = {(unsigned char)bits, (unsigned char)(bits >> 8)};
            const alv_checkpoint_tensor t = {
                .dtype = types[k], .item = k < 2 ? 2 : 1, .count = 1, .bytes = raw};
            const double wanted = alv_widen(types[k], bits);
            double x;
            alv_checkpoint_decode(&x, &t, 0, 1);
            assert_true(x == wanted || (isnan(x) && isnan(wanted)));
        }
    const unsigned char big[] = {0xc0, 0x20, 0, 0};
    const alv_checkpoint_tensor t = {
        .dtype = ALV_F32, .item = 4, .big = true, .count = 1, .bytes = big};
    double x;
    alv_checkpoint_decode(&x, &t, 0, 1);
    assert_true(x == -2.5);
}

static void reads_npz_and_npy(void **state)
{
    (void)state;
    const bytes npz = make_npz(), npy = make_npy();
    alv_checkpoint *model;
    assert_int_equal(alv_checkpoint_read(&model, npz.at, npz.n, NULL), ALV_OK);
    assert_string_equal(model->format->name, "npz");
    assert_int_equal(model->n, 2);
    static const char *const names[] = {"layer/kernel", "layer/other"};
    for (int k = 0; k < 2; k++) {
        const alv_checkpoint_tensor *t = alv_checkpoint_find(model, names[k]);
        double x[6];
        assert_non_null(t);
        assert_int_equal(t->rank, 2);
        assert_int_equal(t->shape[1], 3);
        alv_checkpoint_decode(x, t, 0, 6);
        for (int i = 0; i < 6; i++) assert_true(x[i] == i);
        if (k == 0) assert_true(t->bytes == npz.at + t->at); /* mapped, not copied */
    }
    assert_null(alv_checkpoint_find(model, "layer"));
    assert_int_equal(alv_checkpoint_find(model, "layer/kernel")->what.layout, ALV_LAYOUT_KERAS);
    alv_checkpoint_free(model);
    assert_int_equal(alv_checkpoint_read(&model, npy.at, npy.n, NULL), ALV_OK);
    assert_string_equal(model->tensors[0].name, "model");
    alv_checkpoint_free(model);
}

static void reads_gguf(void **state)
{
    (void)state;
    const bytes gguf = make_gguf();
    alv_checkpoint *model;
    double x[6];
    assert_int_equal(alv_checkpoint_read(&model, gguf.at, gguf.n, NULL), ALV_OK);
    const alv_checkpoint_tensor *q = alv_checkpoint_find(model, "blk.0.attn_q.weight");
    const alv_checkpoint_tensor *down = alv_checkpoint_find(model, "blk.0.ffn_down.weight");
    assert_true(q->rank == 2 && q->shape[0] == 2 && q->shape[1] == 3);
    assert_string_equal(q->kind->name, "attention");
    alv_checkpoint_decode(x, q, 0, 6);
    for (int i = 0; i < 6; i++) assert_true(x[i] == i);
    assert_string_equal(down->type, "Q8_0");
    assert_true(down->dtype < 0 && down->size == 34 && down->ends_branch);
    alv_checkpoint_free(model);
}

/* Whatever the bytes: an error with a position inside the file, or tensors inside it. */
static void try_bytes(const unsigned char *from, size_t n)
{
    unsigned char *copy = malloc(n + 1); /* so that the sanitizer sees the end */
    memcpy(copy, from, n);
    alv_checkpoint *model;
    alv_error error = {.position = -1};
    if (alv_checkpoint_read(&model, copy, n, &error) != ALV_OK) {
        assert_true(error.message[0] && error.position <= (int64_t)n);
    } else {
        for (int64_t i = 0; i < model->n; i++) {
            const alv_checkpoint_tensor *t = &model->tensors[i];
            assert_true(t->file < 0 || (t->bytes >= copy && t->bytes + t->size <= copy + n));
            assert_true(t->item == 0 || t->size == t->count * t->item);
        }
        alv_checkpoint_free(model);
    }
    free(copy);
}

static void survives_any_truncation_and_change(void **state)
{
    (void)state;
    draft d = {0};
    draft_dense(&d, "a.weight", "he_normal", 3, 4, 1);
    draft_dense(&d, "a.bias", "zeros", 3, 1, 1);
    draft_write(&d);
    const bytes npz = make_npz(), npy = make_npy(), gguf = make_gguf();
    const struct {
        const unsigned char *at;
        size_t n;
    } files[] = {{d.bytes, d.size}, {npz.at, npz.n}, {npy.at, npy.n}, {gguf.at, gguf.n}};
    for (int k = 0; k < 4; k++) {
        unsigned char copy[4096];
        for (size_t n = 0; n < files[k].n; n++) try_bytes(files[k].at, n);
        for (size_t i = 0; i < files[k].n; i++)
            for (int change = 0; change < 4; change++) {
                memcpy(copy, files[k].at, files[k].n);
                copy[i] = (unsigned char)(change == 0   ? 0
                                          : change == 1 ? 0xff
                                          : change == 2 ? copy[i] + 1
                                                        : copy[i] ^ 0x80);
                try_bytes(copy, files[k].n);
            }
    }
    draft_free(&d);
}

static void refuses_what_would_unpack_without_end(void **state)
{
    (void)state;
    bytes npz = make_npz();
    alv_checkpoint *model;
    alv_error error;
    /* The unpacked size of the second entry of the directory: 4 GB from a few bytes. */
    size_t at = 0, found = 0;
    for (; found < 2; at++) found += memcmp(npz.at + at, "PK\1\2", 4) == 0;
    memcpy(npz.at + at - 1 + 24, "\xfe\xff\xff\xff", 4);
    assert_int_equal(alv_checkpoint_read(&model, npz.at, npz.n, &error), ALV_ERR_UNSUPPORTED);
}

static void tells_kinds_by_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *kind;
        int rank;
        int64_t shape[4];
        alv_layout layout;
        double fan_in;
    } rows[] = {
        {"fc1.weight", "dense", 2, {8, 6}, ALV_LAYOUT_TORCH, 6},
        {"dense/kernel", "dense", 2, {8, 6}, ALV_LAYOUT_KERAS, 8},
        {"conv1.weight", "conv", 4, {8, 3, 5, 5}, ALV_LAYOUT_TORCH, 75},
        {"params/Conv_0/kernel", "conv", 4, {5, 5, 3, 8}, ALV_LAYOUT_KERAS, 75},
        {"h.0.attn.c_attn.weight", "attention", 2, {4, 12}, ALV_LAYOUT_KERAS, 4},
        {"transformer.h.0.attn.c_attn.weight", "attention", 2, {12, 4}, ALV_LAYOUT_TORCH, 4},
        {"h.0.mlp.c_proj.weight", "dense", 2, {16, 4}, ALV_LAYOUT_KERAS, 16},
        {"self_attn.in_proj_weight", "attention", 2, {12, 4}, ALV_LAYOUT_TORCH, 4},
        {"model.embed_tokens.weight", "embedding", 2, {9, 4}, ALV_LAYOUT_TORCH, 1},
        {"lstm.weight_hh_l0", "recurrent", 2, {16, 4}, ALV_LAYOUT_TORCH, 4},
        {"up.deconv.weight", "conv_transposed", 4, {8, 3, 2, 2}, ALV_LAYOUT_TORCH, 32},
        {"fc1.bias", "bias", 1, {8}, ALV_LAYOUT_TORCH, 6},
        {"bn1.weight", "norm", 1, {8}, ALV_LAYOUT_TORCH, 0},
        {"bn1.running_mean", "buffer", 1, {8}, ALV_LAYOUT_TORCH, 0},
    };
    enum { N = sizeof rows / sizeof *rows };
    draft d = {0};
    for (int i = 0; i < N; i++) {
        alv_tensor t = {.rank = rows[i].rank};
        memcpy(t.shape, rows[i].shape, sizeof rows[i].shape);
        draft_add(&d, rows[i].name, "zeros", t, 1);
    }
    draft_write(&d);
    alv_checkpoint *model;
    assert_int_equal(alv_checkpoint_read(&model, d.bytes, d.size, NULL), ALV_OK);
    for (int i = 0; i < N; i++) {
        const alv_checkpoint_tensor *t = alv_checkpoint_find(model, rows[i].name);
        double fan_in = 0;
        if (strcmp(t->kind->name, rows[i].kind) != 0)
            fail_msg("%s is called %s", rows[i].name, t->kind->name);
        assert_int_equal(t->what.layout, rows[i].layout);
        if (rows[i].fan_in > 0)
            assert_int_equal(alv_tensor_fans(&fan_in, NULL, &t->what, NULL), ALV_OK);
        assert_true(fan_in == rows[i].fan_in);
    }
    assert_int_equal(alv_checkpoint_find(model, "lstm.weight_hh_l0")->what.parts[3], 4);
    assert_int_equal(alv_kinds_apply(model, "fc*=dense", NULL), ALV_OK);
    assert_int_equal(alv_kinds_apply(model, "fc*=tense", NULL), ALV_ERR_UNKNOWN_NAME);
    assert_int_equal(alv_kinds_apply(model, "fc*", NULL), ALV_ERR_SYNTAX);
    alv_checkpoint_free(model);
    draft_free(&d);
}

static void write_file(const char *path, const void *at, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(at, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static alv_status open_index(const char *index)
{
    alv_checkpoint *model;
    alv_error error;
    write_file("checkpoint-index.json", index, strlen(index));
    const alv_status status = alv_checkpoint_open(&model, "checkpoint-index.json", NULL, &error);
    if (status == ALV_OK) alv_checkpoint_free(model);
    return status;
}

static void reads_shards_behind_their_index(void **state)
{
    (void)state;
    draft a = {0}, b = {0};
    draft_dense(&a, "a.weight", "he_normal", 3, 4, 1);
    draft_dense(&b, "b.weight", "he_normal", 5, 4, 1);
    draft_write(&a);
    draft_write(&b);
    write_file("checkpoint-1.safetensors", a.bytes, a.size);
    write_file("checkpoint-2.safetensors", b.bytes, b.size);
    const char *good = "{\"weight_map\":{\"a.weight\":\"checkpoint-1.safetensors\","
                       "\"b.weight\":\"checkpoint-2.safetensors\"}}";
    assert_int_equal(open_index(good), ALV_OK);
    assert_int_equal(open_index("{\"weight_map\":{\"a.weight\":\"checkpoint-1.safetensors\","
                                "\"b.weight\":\"checkpoint-1.safetensors\"}}"),
                     ALV_ERR_FORMAT); /* a tensor is missing */
    assert_int_equal(open_index("{\"weight_map\":{\"a.weight\":\"../x.safetensors\"}}"),
                     ALV_ERR_FORMAT);
    assert_int_equal(open_index("{\"weight_map\":{\"a.weight\":\"none.safetensors\"}}"),
                     ALV_ERR_IO);
    assert_int_equal(open_index("{\"weight_map\":{\"a.weight\":1}}"), ALV_ERR_FORMAT);
    assert_int_equal(open_index("{\"weight_map\":"), ALV_ERR_FORMAT);
    draft_free(&a);
    draft_free(&b);
    remove("checkpoint-1.safetensors");
    remove("checkpoint-2.safetensors");
    remove("checkpoint-index.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_value_of_the_narrow_types),
        cmocka_unit_test(reads_npz_and_npy),
        cmocka_unit_test(reads_gguf),
        cmocka_unit_test(survives_any_truncation_and_change),
        cmocka_unit_test(refuses_what_would_unpack_without_end),
        cmocka_unit_test(tells_kinds_by_names),
        cmocka_unit_test(reads_shards_behind_their_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
