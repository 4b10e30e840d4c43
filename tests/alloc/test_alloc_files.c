/* Every allocation fails once, of what reads model files and writes them again: safetensors, npz,
 * gguf and onnx, and the modules of other frameworks. */
#include "test.h"

#include "alloc/each.h"
#include "alvor/alvor.h"
#include "alvor/compat.h"
#include "formats/plan.h"
#include "formats/refill.h"
#include "model_bytes.h"
#include "onnx_bytes.h"

enum { TENSORS = 3 };

static char header[1024];
static size_t header_size;

static alv_status write_header(alv_error *error)
{
    static const alv_safetensors_note notes[] = {{"format", "pt"}};
    alv_tensor tensors[TENSORS];
    size_t length = 7;
    for (int i = 0; i < TENSORS; i++) {
        tensors[i] = (alv_tensor){.rank = 1, .shape = {i + 1}};
        snprintf(tensors[i].name, sizeof tensors[i].name, "layer.%d.weight", i);
    }
    alv_status status =
        alv_safetensors_header(header, sizeof header, &length, tensors, TENSORS, notes, 1, error);
    if (status != ALV_OK)
        assert_int_equal(length, 7);
    else
        header_size = length;
    return status;
}

static alv_status parse_header(alv_error *error)
{
    alv_safetensors *file = untouched;
    alv_status status = alv_safetensors_parse(&file, header, header_size,
                                              (int64_t)header_size + (1 + 2 + 3) * 4, error);
    if (status != ALV_OK) {
        assert_ptr_equal(file, untouched);
        return status;
    }
    assert_non_null(alv_safetensors_find(file, "layer.2.weight"));
    alv_safetensors_free(file);
    return ALV_OK;
}

static alv_status make_module(alv_error *error)
{
    static const char text[] = "Linear(8, 4), LSTM(4, 3, num_layers=2), Conv2d(3, 4, 3)";
    alv_compat_module *module = untouched;
    alv_status status = alv_compat_module_new(&module, text, ALV_F32, error);
    if (status != ALV_OK)
        assert_ptr_equal(module, untouched);
    else
        alv_compat_module_free(module);
    return status;
}

static alv_status open_model(const char *name, alv_error *error)
{
    alv_checkpoint *model = untouched;
    alv_status status = alv_checkpoint_open(&model, path(name), NULL, error);
    if (status != ALV_OK) {
        assert_ptr_equal(model, untouched);
        return status;
    }
    assert_true(model->n > 0);
    alv_checkpoint_free(model);
    return ALV_OK;
}

static alv_status open_safetensors(alv_error *error)
{
    return open_model("model.safetensors", error);
}

static alv_status open_npz(alv_error *error)
{
    return open_model("model.npz", error);
}

static alv_status open_gguf(alv_error *error)
{
    return open_model("model.gguf", error);
}

static alv_status open_onnx(alv_error *error)
{
    return open_model("model.onnx", error);
}

static alv_status open_image(alv_error *error)
{
    return open_model("image.onnx", error);
}

/* The model that is drawn anew. */
static alv_checkpoint *given;

static alv_status refill(alv_error *error)
{
    const alv_refill_how how = {.only = "*weight,w?,*kernel"};
    alv_refill *list = untouched;
    alv_status status = alv_refill_plan(&list, given, &how, error);
    if (status != ALV_OK) {
        assert_ptr_equal(list, untouched);
        return status;
    }
    status = alv_refill_write(path("new/model"), given, list, 1, NULL, NULL, error);
    free(list);
    return status;
}

/* The file is there and as long as the model's, or there is nothing. */
static void new_model_is_whole(alv_status status)
{
    struct stat info;
    assert_int_equal(entries_of(path("new")), 2 + (status == ALV_OK));
    if (status != ALV_OK) return;
    assert_int_equal(stat(path("new/model"), &info), 0);
    assert_int_equal(info.st_size, given->files[0].size);
    unlink(path("new/model"));
}

static void write_safetensors(void)
{
    static const char text[] =
        "parameters:\n"
        "- {name: fc1.weight, shape: [6, 5], scheme: he_normal}\n"
        "- {name: fc1.bias, shape: [6], role: bias, scheme: zeros}\n"
        "- {name: fc2.weight, shape: [4, 6], dtype: bf16, scheme: he_normal}\n";
    const alv_save how = {.path = path("model.safetensors"), .threads = 1};
    alv_weight_plan *plan;
    assert_int_equal(alv_plan_read(&plan, text, sizeof text - 1, "plan", NULL, NULL), ALV_OK);
    assert_int_equal(alv_plan_save(plan, &how, NULL), ALV_OK);
    alv_weight_plan_free(plan);
}

static void put_ints(proto *graph, const char *name, const int64_t *values, int n)
{
    static proto t;
    t.n = 0;
    put_int(&t, 1, (uint64_t)n);
    put_int(&t, 2, 7);
    put_text(&t, 8, name);
    put_bytes(&t, 9, values, (size_t)n * sizeof *values);
    put_message(graph, 5, &t);
}

/* The data, whose sizes are said. */
static void put_data(proto *graph, const int64_t *sizes, int n)
{
    static proto v, type, tensor, shape, size;
    v.n = type.n = tensor.n = shape.n = 0;
    for (int i = 0; i < n; i++) {
        size.n = 0;
        put_int(&size, 1, (uint64_t)sizes[i]);
        put_message(&shape, 1, &size);
    }
    put_int(&tensor, 1, 1);
    put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_text(&v, 1, "x");
    put_message(&v, 2, &type);
    put_message(graph, 11, &v);
}

/* An image that is padded, laid flat and multiplied by a matrix that is seen in another shape: what
 * the reader of graphs keeps beside its nodes. */
static void make_image_graph(proto *g)
{
    static const int64_t sizes[] = {2, 3, 4, 4}, pads[] = {0, 0, 1, 1, 0, 0, 1, 1};
    static const int64_t flat[] = {2, -1}, other[] = {3, 12}, one[] = {1};
    g->n = 0;
    put_data(g, sizes, 4);
    put_ints(g, "pads", pads, 8);
    put_ints(g, "flat", flat, 2);
    put_ints(g, "other", other, 2);
    put_ints(g, "one", one, 1);
    put_tensor(g, "weight", 12, 3, 1, 144);
    put_node(g, "Pad", "x pads", "p", NULL);
    put_node(g, "GlobalAveragePool", "p", "m", NULL);
    put_node(g, "Reshape", "m flat", "f", NULL);
    put_node(g, "Reshape", "weight other", "seen", NULL);
    put_node(g, "Add", "one one", "two", NULL);
    put_node(g, "MatMul", "f seen", "y", NULL);
    put_input(g, 12, "y");
}

static void write_models(void)
{
    static proto graph, model;
    const bytes npz = make_npz(), gguf = make_gguf();
    make_graph(&graph);
    wrap(&model, &graph, 17);
    write_safetensors();
    write_file("model.npz", npz.at, npz.n);
    write_file("model.gguf", gguf.at, gguf.n);
    write_file("model.onnx", model.at, model.n);
    make_image_graph(&graph);
    wrap(&model, &graph, 17);
    write_file("image.onnx", model.at, model.n);
    mkdir(path("new"), 0777);
}

static void headers(void **state)
{
    (void)state;
    fail_each("safetensors header", write_header, NULL);
    fail_each("safetensors parse", parse_header, NULL);
}

static void modules(void **state)
{
    (void)state;
    fail_each("module", make_module, NULL);
}

static void checkpoints(void **state)
{
    (void)state;
    fail_each("open safetensors", open_safetensors, NULL);
    fail_each("open npz", open_npz, NULL);
    fail_each("open gguf", open_gguf, NULL);
    fail_each("open onnx", open_onnx, NULL);
    fail_each("open onnx of images", open_image, NULL);
}

static void refills(void **state)
{
    static const char *const names[] = {"model.safetensors", "model.onnx"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(alv_checkpoint_open(&given, path(names[i]), NULL, NULL), ALV_OK);
        fail_each(names[i], refill, new_model_is_whole);
        alv_checkpoint_free(given);
    }
}

static int write_once(void **state)
{
    (void)state;
    write_models();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(modules),
        cmocka_unit_test_setup(checkpoints, write_once),
        cmocka_unit_test(refills),
    };
    return in_own_directory(tests, sizeof tests / sizeof *tests);
}
