/* alvor init --scheme: draws one tensor, or a slice of one, into a .npy file.
 *
 * The tensor is made and written a chunk at a time, so memory does not grow with it: any slice of
 * the sequence can be drawn by itself (contract C1). */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/base.h"
#include "cli/init.h"
#include "cli/page.h"
#include "io/endian.h"
#include "io/file.h"
#include "lab/pool.h"
#include "team/team.h"

enum { CHUNK = 1 << 20, SHARED = 1 << 20 /* bytes of scratch worth a team of threads */ };

/* What to draw and where to. */
typedef struct request {
    alv_scheme scheme;
    alv_tensor tensor;
    int64_t lo, hi, count;
    bool sliced;
    uint64_t seed;
    double variance; /* predicted, where there are elements */
    const char *output;
} request;

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* Reads one of the words as its index; prints the error otherwise. */
static bool read_word(int *out, const cli_args *args, const char *option, const char *const *words)
{
    const char *text = cli_value(args, option, words[0]);
    char all[96] = "", hint[128];
    for (int i = 0; words[i]; i++) {
        if (strcmp(text, words[i]) == 0) return *out = i, true;
        snprintf(all + strlen(all), sizeof all - strlen(all), i ? ", %s" : "%s", words[i]);
    }
    const char *near = alv_suggest(text, words);
    snprintf(hint, sizeof hint, near ? "did you mean %s?" : "it is one of: %s", near ? near : all);
    cli_fail(hint, "--%s: there is no '%s'", option, text);
    return false;
}

/* Digits at *text as a number; moves *text past them. */
static bool read_size(int64_t *out, const char **text)
{
    const char *start = *text;
    int64_t value = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        if (!alv_mul_i64(&value, value, 10) || __builtin_add_overflow(value, **text - '0', &value))
            return false;
    *out = value;
    return *text > start;
}

/* "256,784": whole numbers, at most `most`. */
static bool read_sizes(int64_t *out, int *n, int most, const char *option, const char *text)
{
    const char *p = text;
    for (*n = 0;; p++) {
        if (*n == most)
            return cli_fail(NULL, "--%s: '%s' has more than %d %s", option, text, most,
                            strcmp(option, "shape") == 0 ? "axes" : "numbers"),
                   false;
        if (!read_size(&out[(*n)++], &p) || (*p != ',' && *p))
            return cli_fail("sizes are separated by commas, as in --shape 256,784",
                            "--%s: '%s': byte %d is not part of a size below 2^63", option, text,
                            (int)(p - text)),
                   false;
        if (!*p) return true;
    }
}

/* A set of axes; bit a for axis a. */
static bool read_axes(unsigned *out, const alv_tensor *t, const cli_args *args, const char *option)
{
    int64_t axes[ALV_MAX_RANK];
    int n = 0;
    const char *text = cli_value(args, option, NULL);
    if (text && !read_sizes(axes, &n, ALV_MAX_RANK, option, text)) return false;
    for (int i = 0; i < n; i++) {
        if (axes[i] >= t->rank)
            return cli_fail(NULL, "--%s: '%s': the tensor has axes 0 to %d", option, text,
                            t->rank - 1),
                   false;
        *out |= 1u << axes[i];
    }
    return true;
}

/* What some kinds of layers have besides a shape. */
static bool read_structure(alv_tensor *t, const cli_args *args)
{
    const char *layers[64] = {NULL}, *stride = cli_value(args, "stride", NULL);
    const char *parts = cli_value(args, "parts", NULL);
    int layer, n;
    int64_t depth;
    for (int i = 0; i < 63 && alv_layer_name((alv_layer)i); i++)
        layers[i] = alv_layer_name((alv_layer)i);
    if (!read_word(&layer, args, "layer", layers) ||
        (stride && !read_sizes(t->stride, &n, ALV_MAX_RANK, "stride", stride)) ||
        (parts && !read_sizes(t->parts, &n, ALV_MAX_PARTS, "parts", parts)) ||
        !cli_int(&t->groups, args, "groups", 0, 1, INT64_MAX) ||
        !cli_int(&t->head, args, "head", 0, 1, INT64_MAX) ||
        !cli_int(&depth, args, "depth", 0, 1, ALV_MAX_PLAN))
        return false;
    t->layer = (alv_layer)layer;
    t->depth = (int)depth;
    return true;
}

/* "LO:HI", either of which may be left out. */
static bool read_slice(request *r, const char *text)
{
    const char *p = text;
    r->lo = 0;
    r->hi = r->count;
    r->sliced = text != NULL;
    if (!text) return true;
    bool fine = *p == ':' || read_size(&r->lo, &p);
    fine = fine && *p++ == ':' && (!*p || read_size(&r->hi, &p)) && !*p;
    if (!fine)
        cli_fail("elements count from 0 and HI is not included, as in --slice 0:1000",
                 "--slice: '%s' is not LO:HI", text);
    else if (r->lo > r->hi || r->hi > r->count)
        cli_fail(NULL, "--slice: %lld:%lld is not within the %lld elements of the tensor",
                 (long long)r->lo, (long long)r->hi, (long long)r->count);
    return fine && r->lo <= r->hi && r->hi <= r->count;
}

bool cli_init_read_tensor(alv_tensor *t, const cli_args *args)
{
    static const char *const layouts[] = {"torch", "keras", "flax", "axes", NULL};
    static const char *const dtypes[] = {
        [ALV_F32] = "f32",
        [ALV_F64] = "f64",
        [ALV_F16] = "f16",
        [ALV_BF16] = "bf16",
        [ALV_F8_E4M3FN] = "f8_e4m3fn",
        [ALV_F8_E5M2] = "f8_e5m2",
        [ALV_F8_E5M2 + 1] = NULL,
    };
    static const char *const roles[] = {"weight", "bias", NULL};
    int layout, dtype, role;
    int64_t fan_in, fan_out;
    const char *shape = cli_value(args, "shape", NULL);
    if (!shape) return cli_fail("as in --shape 256,784", "init needs --shape"), false;
    if (!read_word(&layout, args, "layout", layouts) || !read_word(&dtype, args, "dtype", dtypes) ||
        !read_word(&role, args, "role", roles) ||
        !read_sizes(t->shape, &t->rank, ALV_MAX_RANK, "shape", shape) ||
        !read_axes(&t->in_axes, t, args, "in-axes") ||
        !read_axes(&t->out_axes, t, args, "out-axes") ||
        !read_axes(&t->copy_axes, t, args, "copy-axes") || !read_structure(t, args) ||
        !cli_int(&fan_in, args, "fan-in", 0, 1, INT64_MAX) ||
        !cli_int(&fan_out, args, "fan-out", 0, 1, INT64_MAX))
        return false;
    t->fan_in = (double)fan_in;
    t->fan_out = (double)fan_out;
    t->layout = (alv_layout)layout;
    t->dtype = (alv_dtype)dtype;
    t->role = (alv_role)role;
    const char *name = cli_value(args, "name", roles[role]);
    if (strlen(name) >= sizeof t->name)
        return cli_fail(NULL, "--name: at most %d bytes", ALV_MAX_NAME - 1), false;
    strcpy(t->name, name);
    return true;
}

/* A vector is a bias more often than not, and must be told to be one. */
static int fail_tensor(const alv_error *error, const request *r)
{
    const alv_tensor *t = &r->tensor;
    if (error->code != ALV_ERR_SHAPE || t->rank != 1 || t->role != ALV_ROLE_WEIGHT)
        return cli_fail_error(error);
    return cli_fail("one axis is a bias, as a rule: add --role bias", "%s: %s", error->where,
                    error->message);
}

/* Everything that can be wrong is found here, before a file is opened. */
static int read_request(request *r, const cli_args *args)
{
    alv_error error;
    double mean;
    *r = (request){.output = cli_value(args, "output", NULL)};
    const char *scheme = cli_value(args, "scheme", NULL);
    if (!scheme)
        return cli_fail("as in alvor init gpt2 --dry-run, or --scheme he_normal",
                        "init needs a plan, or --scheme");
    if (!r->output) return cli_fail("as in -o w.npy; -o - is standard output", "init needs -o");
    if (alv_scheme_parse(&r->scheme, scheme, &error) != ALV_OK)
        return cli_fail_option("scheme", &error);
    if (!cli_init_read_tensor(&r->tensor, args)) return CLI_USAGE;
    if (!cli_seed(&r->seed, args)) return CLI_USAGE;
    if (alv_tensor_count(&r->count, &r->tensor, &error) != ALV_OK) return fail_tensor(&error, r);
    if (!read_slice(r, cli_value(args, "slice", NULL))) return CLI_USAGE;
    if (r->count > 0 &&
        alv_init_moments(&mean, &r->variance, &r->scheme, &r->tensor, &error) != ALV_OK)
        return cli_fail_error(&error);
    if (strcmp(r->output, "-") == 0 && isatty(STDOUT_FILENO))
        return cli_fail("redirect it, as in -o - > w.npy", "a terminal cannot show a .npy file");
    if (r->scheme.init->needs_data && r->count > 0) cli_needs_data(args, r->scheme.init->name, 1);
    return CLI_OK;
}

static alv_status write_header(alv_writer *writer, const request *r, alv_error *error)
{
    char header[512];
    size_t length;
    int64_t part = r->hi - r->lo;
    ALV_TRY(alv_npy_header(header, sizeof header, &length, r->tensor.dtype,
                           r->sliced ? 1 : r->tensor.rank, r->sliced ? &part : r->tensor.shape,
                           error));
    return alv_writer_put(writer, header, length, error);
}

/* Elements to draw at a time: as many as make CHUNK bytes, or, where the scheme computes the whole
 * tensor for any part of it, all. */
static int64_t step_of(const request *r, const alv_fill *how)
{
    return how->scratch_size > 0 ? r->hi - r->lo
                                 : (int64_t)(CHUNK / alv_dtype_size(r->tensor.dtype));
}

/* Draws and writes chunk by chunk; *crc becomes the CRC-32 of the data. */
static alv_status write_data(alv_writer *writer, const request *r, uint32_t *crc, alv_error *error)
{
    alv_fill how = {0};
    alv_team team;
    if (r->lo == r->hi) return ALV_OK; /* an empty tensor may have no law to ask for */
    ALV_TRY(alv_init_scratch(&how.scratch_size, &r->scheme, &r->tensor, error));
    const int64_t step = step_of(r, &how);
    const size_t item = alv_dtype_size(r->tensor.dtype);
    void *chunk = alv_new_array((size_t)step, item);
    how.scratch = alv_new_array((size_t)how.scratch_size, 1);
    alv_status status = ALV_OK;
    alv_team_begin(&team, how.scratch_size > SHARED ? alv_pool_threads() : 1);
    how.executor = alv_team_executor(&team);
    if (!chunk || !how.scratch)
        status = alv_fail(error, ALV_ERR_MEMORY, "init",
                          "no memory for %lld elements and %lld bytes of scratch", step,
                          how.scratch_size);
    for (int64_t lo = r->lo; lo < r->hi && status == ALV_OK; lo += step) {
        int64_t hi = r->hi - lo < step ? r->hi : lo + step;
        size_t bytes = (size_t)(hi - lo) * item;
        status = alv_init_fill(chunk, lo, hi, &r->scheme, &r->tensor, r->seed, &how, error);
        alv_little_endian(chunk, (int64_t)bytes, (int)item);
        if (status == ALV_OK) status = alv_writer_put(writer, chunk, bytes, error);
        *crc = (uint32_t)crc32_z(*crc, chunk, bytes);
        if (interrupted && status == ALV_OK)
            status =
                alv_fail(error, ALV_ERR_INTERRUPTED, r->output, "interrupted; nothing is left");
    }
    alv_team_end(&team);
    free(how.scratch);
    free(chunk);
    return status;
}

static alv_status write_file(const request *r, uint32_t *crc, alv_error *error)
{
    alv_writer *writer;
    ALV_TRY(alv_writer_open(&writer, r->output, error));
    alv_status status = write_header(writer, r, error);
    if (status == ALV_OK) status = write_data(writer, r, crc, error);
    if (status == ALV_OK) return alv_writer_commit(writer, error);
    alv_writer_abort(writer);
    return status;
}

/* One line on stderr: what was drawn. */
static void report(const request *r, uint32_t crc)
{
    char scheme[256], shape[192] = "", fans[96] = "", std[48], number[32], slice[64] = "";
    double in, out;
    alv_scheme_print(scheme, sizeof scheme, &r->scheme, NULL);
    for (int i = 0; i < r->tensor.rank; i++)
        snprintf(shape + strlen(shape), sizeof shape - strlen(shape), i ? " x %lld" : "%lld",
                 (long long)r->tensor.shape[i]);
    if (r->sliced)
        snprintf(slice, sizeof slice, ", slice %lld:%lld", (long long)r->lo, (long long)r->hi);
    if (alv_tensor_fans(&in, &out, &r->tensor, NULL) == ALV_OK)
        snprintf(fans, sizeof fans, ", fan_in %.10g, fan_out %.10g", in, out);
    alv_number_print(number, __builtin_sqrt(r->variance), 6);
    snprintf(std, sizeof std, r->count > 0 ? "std %s" : "no elements", number);
    fprintf(stderr, "%s: %s, %s %s%s%s, %s, seed %llu, crc32 %08x\n", r->output, scheme, shape,
            alv_dtype_name(r->tensor.dtype), slice, fans, std, (unsigned long long)r->seed, crc);
}

int cli_init_tensor(const cli_args *args)
{
    request r;
    alv_error error;
    uint32_t crc = 0;
    int status = read_request(&r, args);
    if (status != CLI_OK) return status;
    struct sigaction stop = {.sa_handler = on_signal};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    if (write_file(&r, &crc, &error) != ALV_OK) return cli_fail_error(&error);
    report(&r, crc);
    return CLI_OK;
}
