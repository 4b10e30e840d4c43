/* Every allocation fails once: each function must then say ALV_ERR_MEMORY, give back all that it
 * took, and leave nothing half done: no file, no changed result, and a run that can be resumed. */
#include "test.h"

#include "alloc/each.h"
#include "alvor/alvor.h"
#include "alvor/lab.h"
#include "base/base.h"
#include "data/data.h"
#include "formats/network.h"
#include "formats/plan.h"
#include "formats/save.h"
#include "lab/setup.h"
#include "nn/net.h"
#include "report/report.h"

static alv_status make_model(alv_error *error)
{
    alv_model *model = untouched;
    alv_status status = alv_model_new(&model, "mlp 20-30x5-3 leaky_relu(0.2)", NULL, error);
    if (status != ALV_OK)
        assert_ptr_equal(model, untouched);
    else
        alv_model_free(model);
    return status;
}

static alv_status read_plan(alv_error *error)
{
    static const char text[] =
        "preset: gpt2\nlayers: 2\nwidth: 64\nheads: 4\nvocab: 100\nparameters:\n"
        "  - {name: 'extra.{i}.weight', repeat: 3, shape: [8, 4], activation: leaky_relu(0.2)}\n"
        "rules:\n  - {match: '*.bias', scheme: constant(0.5)}\n  - {match: '*', scheme: "
        "normal}\n";
    alv_weight_plan *plan = untouched;
    alv_status status = alv_plan_read(&plan, text, sizeof text - 1, "plan.yaml", NULL, error);
    if (status != ALV_OK)
        assert_ptr_equal(plan, untouched);
    else
        alv_weight_plan_free(plan);
    return status;
}

static alv_status read_network(alv_error *error)
{
    static const char text[] =
        "layers:\n- repeat: 3\n  layers:\n"
        "  - {layer: dense, out: 4, init: kaiming_normal, params: {bias: 'constant(0.5)'}}\n"
        "  - {layer: add, with: start, gain: 0}\n- {layer: dense}\n";
    const alv_model_hints hints = {.inputs = 4, .outputs = 3, .act = "tanh"};
    alv_model *model = untouched;
    char *canonical = untouched;
    alv_status status =
        alv_network_read(&model, &canonical, text, sizeof text - 1, "net.yaml", &hints, error);
    if (status != ALV_OK) {
        assert_ptr_equal(model, untouched);
        assert_ptr_equal(canonical, untouched);
        return status;
    }
    assert_string_equal(model->fixed[0].scheme, "he_normal");
    free(canonical);
    alv_model_free(model);
    return ALV_OK;
}

static alv_status save_plan(alv_error *error)
{
    alv_weight_plan *plan;
    const alv_preset *mlp = alv_preset_find("mlp");
    alv_save how = {.path = path("weights/model.safetensors"), .shards = 2, .threads = 1};
    ALV_TRY(alv_weight_plan_new(&plan, error));
    alv_status status = alv_weight_plan_preset(plan, mlp, NULL, "20-30x5-3", error);
    if (status == ALV_OK) status = alv_plan_save(plan, &how, error);
    alv_weight_plan_free(plan);
    return status;
}

/* The files are all there or none is. */
static void weights_are_whole(alv_status status)
{
    assert_int_equal(entries_of(path("weights")), 2 + (status == ALV_OK ? 3 : 0));
    if (status != ALV_OK) return;
    static off_t wanted_size;
    struct stat index;
    assert_int_equal(stat(path("weights/model.safetensors.index.json"), &index), 0);
    if (wanted_size) assert_int_equal(index.st_size, wanted_size);
    wanted_size = index.st_size;
    DIR *dir = opendir(path("weights"));
    for (const struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}

static alv_status load(const char *what, alv_error *error)
{
    alv_data_options options = {.seed = 1, .n_train = 40, .n_test = 20};
    alv_split *split = untouched;
    alv_status status = alv_data_load(&split, what, &options, error);
    if (status != ALV_OK)
        assert_ptr_equal(split, untouched);
    else
        alv_split_free(split);
    return status;
}

static alv_status load_blobs(alv_error *error)
{
    return load("blobs", error);
}

static alv_status load_shapes(alv_error *error)
{
    return load("shapeset", error);
}

static alv_status load_csv(alv_error *error)
{
    return load(path("rows.csv"), error);
}

static alv_status load_npy(alv_error *error)
{
    return load(path("npy"), error);
}

static alv_status load_idx(alv_error *error)
{
    return load(path("idx"), error);
}

static alv_compare small_run(void)
{
    alv_compare what = alv_compare_defaults();
    what.hidden = "4";
    what.activations = "relu";
    what.schemes = "zeros,he_normal";
    what.backend = "portable";
    what.steps = 2;
    what.seeds = 1;
    what.n_train = 20;
    what.n_test = 10;
    what.batch = 10;
    what.jobs = 1;
    what.extra = false;
    what.directory = path("run");
    return what;
}

static alv_status make_setup(alv_error *error)
{
    alv_compare what = small_run();
    alv_setup setup;
    alv_status status = alv_setup_make(&setup, &what, error);
    alv_setup_free(&setup);
    return status;
}

static alv_status compare(alv_error *error)
{
    char directory[4096];
    alv_compare what = small_run();
    what.fresh = true;
    return alv_compare_run(directory, sizeof directory, &what, NULL, error);
}

/* What was interrupted by a failure is finished by the same command, and the document is whole. */
static void resumes(alv_status status)
{
    char directory[4096], *document;
    alv_error error = {0};
    alv_compare what = small_run();
    (void)status;
    if (alv_compare_run(directory, sizeof directory, &what, NULL, &error) != ALV_OK ||
        alv_compare_document(&document, directory, &error) != ALV_OK)
        fail_msg("resuming: %s: %s", error.where, error.message);
    assert_non_null(strstr(document, "he_normal"));
    free(document);
}

static char *wanted;

static alv_status documented(alv_status status, char *document)
{
    if (status != ALV_OK) {
        assert_ptr_equal(document, untouched);
        return status;
    }
    if (!wanted)
        wanted = document;
    else {
        size_t n = 0; /* nothing is missing */
        while (document[n] && document[n] == wanted[n]) n++;
        if (document[n] != wanted[n]) fail_msg("not '%.80s' but '%.80s'", wanted + n, document + n);
        free(document);
    }
    return ALV_OK;
}

static alv_status document(alv_error *error)
{
    char *text = untouched;
    alv_status status = alv_compare_document(&text, path("run"), error);
    return documented(status, text);
}

static alv_status report_document(alv_error *error)
{
    char *text = untouched;
    alv_status status = alv_report_document(&text, path("run"), ALV_EN, error);
    return documented(status, text);
}

static alv_status report(alv_error *error)
{
    return alv_report_write(path("run"), path("page/report.html"), ALV_EN, error);
}

/* The page is written whole or not at all. */
static void page_is_whole(alv_status status)
{
    assert_int_equal(entries_of(path("page")), 2 + (status == ALV_OK));
    unlink(path("page/report.html"));
}

static void cores(void **state)
{
    (void)state;
    fail_each("model", make_model, NULL);
    fail_each("plan", read_plan, NULL);
    fail_each("network", read_network, NULL);
    mkdir(path("weights"), 0777);
    fail_each("weights", save_plan, weights_are_whole);
}

static void data(void **state)
{
    (void)state;
    static const char csv[] =
        "a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n9,10,x\n1,3,y\n2,4,z\n8,1,z\n";
    char npy[512];
    size_t length;
    write_file("rows.csv", csv, sizeof csv - 1);
    mkdir(path("npy"), 0777);
    mkdir(path("idx"), 0777);
    const int64_t shape[] = {8, 2};
    static const float values[16] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (int y = 0; y < 2; y++) {
        static const float labels[8] = {0, 1, 0, 1, 0, 1, 2, 2};
        size_t size = y ? sizeof labels : sizeof values;
        alv_npy_header(npy, sizeof npy, &length, ALV_F32, y ? 1 : 2, shape, NULL);
        memcpy(npy + length, y ? labels : values, size);
        write_file(y ? "npy/y.npy" : "npy/x.npy", npy, length + size);
    }
    unsigned char images[16 + 8 * 4] = {0, 0, 8, 3, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 2, 200, 7};
    unsigned char labels[8 + 8] = {0, 0, 8, 1, 0, 0, 0, 8, 0, 1, 2, 0, 1, 2, 0, 1};
    write_file("idx/train-images-idx3-ubyte", images, sizeof images);
    write_file("idx/t10k-images-idx3-ubyte", images, sizeof images);
    write_file("idx/train-labels-idx1-ubyte", labels, sizeof labels);
    write_file("idx/t10k-labels-idx1-ubyte", labels, sizeof labels);
    fail_each("blobs", load_blobs, NULL);
    fail_each("shapeset", load_shapes, NULL);
    fail_each("csv", load_csv, NULL);
    fail_each("npy", load_npy, NULL);
    fail_each("idx", load_idx, NULL);
}

static void lab(void **state)
{
    (void)state;
    fail_each("setup", make_setup, NULL);
    fail_each("compare", compare, resumes);
    assert_int_equal(document(NULL), ALV_OK);
    fail_each("document", document, NULL);
    free(wanted);
    wanted = NULL;
}

static void reports(void **state)
{
    (void)state;
    mkdir(path("page"), 0777);
    resumes(ALV_OK);
    assert_int_equal(report_document(NULL), ALV_OK);
    long n = fail_each("report's document", report_document, NULL);
    fail_from(n - 20, "report", report,
              page_is_whole); /* the page adds its own to the document's */
    free(wanted);
}

/* Forward, backward, evaluation and update after the first step, of every family; what oneDNN does
 * inside is not seen. */
static void a_step_allocates_nothing(void **state)
{
    (void)state;
    enum { ROWS = 10, MOST = 3 * 8 * 8 };
    static const struct {
        const char *text;
        alv_optimizer_kind kind;
    } cases[] = {
        {"mlp 192-100x5-3 tanh", ALV_SGD},
        {"mlp 192-16x5-3 norm=batch residual=2 branch=0", ALV_ADAM},
        {"conv 4,8 in=3x8x8 out=3 norm=layer", ALV_MOMENTUM},
        {"conv1d 4x2 in=3x64 out=3", ALV_SGD},
        {"resnet 8 width=4 in=3x8x8 out=3", ALV_NESTEROV},
        {"transformer d=8 L=1 h=2 in=6 tokens=9 out=3", ALV_ADAMW},
        {"lstm 8 in=6 tokens=9 out=3", ALV_RMSPROP},
    };
    float x[ROWS * MOST];
    int32_t y[ROWS];
    for (int i = 0; i < ROWS * MOST; i++) x[i] = (float)(i % 9);
    for (int i = 0; i < ROWS; i++) y[i] = i % 3;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int backend = 0; backend < 2; backend++) {
            alv_model *model;
            alv_net_f32 *net;
            const alv_net_options options = {.batch = ROWS,
                                             .backend = (alv_backend)backend,
                                             .regularizer = {.dropout = 0.1},
                                             .optimizer = {.kind = cases[i].kind, .lr = 0.01}};
            assert_int_equal(alv_model_new(&model, cases[i].text, NULL, NULL), ALV_OK);
            assert_int_equal(alv_net_new_f32(&net, model, &options, NULL), ALV_OK);
            alv_net_train_f32(net, x, y, ROWS, NULL);
            failing_arm(0);
            for (int step = 0; step < 3; step++) {
                alv_net_train_f32(net, x, y, ROWS - step, NULL);
                alv_net_evaluate_f32(net, x, ROWS);
                alv_net_loss_f32(net, y, NULL);
            }
            if (failing_count() > 0)
                fail_msg("%s: %ld allocations", cases[i].text, failing_count());
            alv_net_free_f32(net);
            alv_model_free(model);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(cores),
        cmocka_unit_test(data),
        cmocka_unit_test(lab),
        cmocka_unit_test(reports),
    };
    return in_own_directory(tests, sizeof tests / sizeof *tests);
}
