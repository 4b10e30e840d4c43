/* alvor init --stream: what a framework itself would draw, one tensor or a whole PyTorch module.
 *
 * Such streams have an order, so everything is drawn in memory before anything is written. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/base.h"
#include "cli/explain.h"
#include "cli/init.h"
#include "formats/plan.h"
#include "io/endian.h"
#include "io/file.h"

/* What is drawn: tensors, and where each begins in one block of memory. */
typedef struct drawing {
    const alv_compat *profile;
    alv_compat_rng rng;
    uint64_t seed;
    const char *output;
    const alv_compat_claim *claim; /* the weakest; NULL: nothing is drawn */
    char *data;
    int64_t bytes;
} drawing;

static const char *exactness(const drawing *d, bool pt)
{
    if (!d->claim || d->claim->exactness == ALV_EXACT_BITS)
        return pt ? "exato até o último bit" : "exact to the last bit";
    return d->claim->note[pt ? ALV_PT : ALV_EN];
}

/* Refuses what is not exact, if that was asked for. */
static bool refused(const drawing *d, const cli_args *args)
{
    if (!d->claim || d->claim->exactness == ALV_EXACT_BITS || !cli_flag(args, "exact"))
        return false;
    cli_fail("without --exact it is drawn as closely as can be", "%s is not exact: %s",
             d->profile->name, d->claim->note[args->lang]);
    return true;
}

static bool take_memory(drawing *d)
{
    d->data = alv_new_array((size_t)d->bytes + 1, 1);
    if (!d->data) cli_fail(NULL, "no memory for %lld bytes", (long long)d->bytes);
    return d->data != NULL;
}

/* Header and data, whole or not at all. */
static int write_out(const drawing *d, const char *header, size_t length, const cli_args *args,
                     const char *what)
{
    alv_error error;
    alv_writer *writer;
    if (alv_writer_open(&writer, d->output, &error) != ALV_OK) return cli_fail_error(&error);
    alv_status status = alv_writer_put(writer, header, length, &error);
    if (status == ALV_OK) status = alv_writer_put(writer, d->data, (size_t)d->bytes, &error);
    if (status != ALV_OK) {
        alv_writer_abort(writer);
        return cli_fail_error(&error);
    }
    if (alv_writer_commit(writer, &error) != ALV_OK) return cli_fail_error(&error);
    fprintf(stderr,
            args->lang == ALV_PT ? "%s: %s, sequência %s, semente %llu, crc32 %08x; %s\n"
                                 : "%s: %s, stream %s, seed %llu, crc32 %08x; %s\n",
            d->output, what, d->profile->name, (unsigned long long)d->seed,
            (unsigned)crc32_z(0, (const unsigned char *)d->data, (size_t)d->bytes),
            exactness(d, args->lang == ALV_PT));
    return CLI_OK;
}

/* ---- one tensor, into .npy */

static int draw_tensor(drawing *d, const alv_scheme *scheme, const alv_tensor *t,
                       const cli_args *args)
{
    char header[512], text[256], what[512];
    size_t length;
    alv_error error;
    int64_t n;
    const int item = (int)alv_dtype_size(t->dtype);
    if (alv_tensor_count(&n, t, &error) != ALV_OK) return cli_fail_error(&error);
    d->bytes = n * item;
    d->claim = alv_compat_scheme_claim(d->profile, scheme, t->dtype, n);
    if (refused(d, args) || !take_memory(d)) return CLI_USAGE;
    if (alv_compat_init(d->data, scheme, t, &d->rng, &error) != ALV_OK ||
        alv_npy_header(header, sizeof header, &length, t->dtype, t->rank, t->shape, &error) !=
            ALV_OK)
        return cli_fail_error(&error);
    alv_little_endian(d->data, d->bytes, item);
    alv_scheme_print(text, sizeof text, scheme, NULL);
    snprintf(what, sizeof what, "%s, %lld %s", text, (long long)n, alv_dtype_name(t->dtype));
    return write_out(d, header, length, args, what);
}

static int run_tensor(drawing *d, const cli_args *args)
{
    alv_scheme scheme;
    alv_tensor tensor = {.rank = 0};
    alv_error error;
    const char *text = cli_value(args, "scheme", NULL);
    if (!text)
        return cli_fail("as in --scheme xavier_uniform --shape 256,784",
                        "--stream needs --scheme, or --module");
    if (alv_compat_scheme_parse(&scheme, d->profile, text, &error) != ALV_OK)
        return cli_fail_option("scheme", &error);
    if (!cli_init_read_tensor(&tensor, args)) return CLI_USAGE;
    return draw_tensor(d, &scheme, &tensor, args);
}

/* ---- a module, into .safetensors */

/* Where each parameter's data stand, and the header. */
typedef struct layout {
    alv_tensor *tensors;
    int64_t *offsets;
    void **outs;
    char *header;
    size_t length;
} layout;

static alv_status lay_out(layout *l, int64_t *bytes, const alv_compat_module *module,
                          alv_error *error)
{
    const int n = alv_compat_module_count(module);
    l->tensors = alv_new_array((size_t)n + 1, sizeof *l->tensors);
    l->offsets = alv_new_array((size_t)n + 1, sizeof *l->offsets);
    l->outs = alv_new_array((size_t)n + 1, sizeof *l->outs);
    if (!l->tensors || !l->offsets || !l->outs)
        return alv_fail(error, ALV_ERR_MEMORY, "init", "no memory for %d parameters", n);
    for (int i = 0; i < n; i++) l->tensors[i] = *alv_compat_module_param(module, i);
    ALV_TRY(alv_safetensors_layout(l->offsets, bytes, l->tensors, n, error));
    ALV_TRY(alv_safetensors_header(NULL, 0, &l->length, l->tensors, n, NULL, 0, error));
    l->header = alv_new_array(l->length + 1, 1);
    if (!l->header) return alv_fail(error, ALV_ERR_MEMORY, "init", "no memory for the header");
    return alv_safetensors_header(l->header, l->length, &l->length, l->tensors, n, NULL, 0, error);
}

static int draw_module(drawing *d, layout *l, const alv_compat_module *module, const cli_args *args)
{
    alv_error error;
    char what[96];
    const int n = alv_compat_module_count(module);
    if (lay_out(l, &d->bytes, module, &error) != ALV_OK) return cli_fail_error(&error);
    d->claim = alv_compat_module_claim(d->profile, module);
    if (refused(d, args) || !take_memory(d)) return CLI_USAGE;
    for (int i = 0; i < n; i++) l->outs[i] = d->data + l->offsets[i];
    if (alv_compat_module_draw(l->outs, module, &d->rng, &error) != ALV_OK)
        return cli_fail_error(&error);
    if (n > 0) alv_little_endian(d->data, d->bytes, (int)alv_dtype_size(l->tensors[0].dtype));
    snprintf(what, sizeof what,
             args->lang == ALV_PT ? "%d parâmetros, %lld bytes" : "%d parameters, %lld bytes", n,
             (long long)d->bytes);
    return write_out(d, l->header, l->length, args, what);
}

static int run_module(drawing *d, const char *text, const cli_args *args)
{
    alv_compat_module *module;
    alv_dtype dtype = ALV_F32;
    alv_error error;
    layout l = {0};
    static const char *const others[] = {"scheme", "shape", NULL};
    for (const char *const *name = others; *name; name++)
        if (cli_value(args, *name, NULL))
            return cli_fail(NULL, "--%s is for one tensor, and not with --module", *name);
    const char *type = cli_value(args, "dtype", NULL);
    if (type && alv_dtype_parse(&dtype, type, &error) != ALV_OK)
        return cli_fail_option("dtype", &error);
    if (alv_compat_module_new(&module, text, dtype, &error) != ALV_OK)
        return cli_fail_option("module", &error);
    int status = draw_module(d, &l, module, args);
    free(l.tensors);
    free(l.offsets);
    free(l.outs);
    free(l.header);
    alv_compat_module_free(module);
    return status;
}

/* Options that mean nothing to a framework's own stream. */
static bool foreign(const cli_args *args)
{
    static const char *const names[] = {"slice", "layout",  "role",     "fan-in",    "fan-out",
                                        "layer", "groups",  "stride",   "parts",     "head",
                                        "depth", "in-axes", "out-axes", "copy-axes", NULL};
    for (const char *const *name = names; *name; name++)
        if (cli_value(args, *name, NULL))
            return cli_fail("the framework knows shape and dtype only",
                            "--%s does not go with --stream", *name),
                   true;
    return false;
}

/* The seeded generator, on the device that --device describes. */
static int start(drawing *d, const cli_args *args)
{
    int processors, threads, end = 0;
    alv_error error;
    const char *device = cli_value(args, "device", NULL);
    if (alv_compat_seed(&d->rng, d->profile, d->seed, &error) != ALV_OK)
        return cli_fail_error(&error);
    if (!device) return CLI_OK;
    if (sscanf(device, "%5dx%6d%n", &processors, &threads, &end) != 2 || device[end])
        return cli_fail("as in --device 108x2048, an A100's multiprocessors and threads of each",
                        "--device: '%s' is not two whole numbers with an x between them", device);
    if (alv_compat_device(&d->rng, processors, threads, &error) != ALV_OK)
        return cli_fail_option("device", &error);
    d->profile = d->rng.profile;
    return CLI_OK;
}

int cli_init_stream(const cli_args *args)
{
    drawing d = {.profile = cli_stream(cli_value(args, "stream", NULL))};
    const char *module = cli_value(args, "module", NULL);
    d.output = cli_value(args, "output", NULL);
    if (!d.profile || foreign(args) || !cli_seed(&d.seed, args)) return CLI_USAGE;
    if (!d.output) return cli_fail("as in -o w.npy", "init needs -o");
    if (strcmp(d.output, "-") == 0 && isatty(STDOUT_FILENO))
        return cli_fail("redirect it, as in -o - > w.npy", "a terminal cannot show such a file");
    if (start(&d, args) != CLI_OK) return CLI_USAGE;
    int status = module ? run_module(&d, module, args) : run_tensor(&d, args);
    free(d.data);
    return status;
}
