/* Reads the text of a family. */
#include "model/family.h"

#include "base/base.h"

/* A word ends at a space outside parentheses. */
static size_t word_length(const char *p)
{
    size_t n = 0;
    for (int depth = 0; p[n] && (depth > 0 || (p[n] != ' ' && p[n] != '\t')); n++)
        depth += (p[n] == '(') - (p[n] == ')');
    return n;
}

/* Length of the key of "key=value"; 0 if the word is no option. */
static size_t key_length(const char *word)
{
    size_t n = 0;
    while (alv_is_word(word[n])) n++;
    return n > 0 && word[n] == '=' ? n : 0;
}

static int find(const char *const *names, const char *word, size_t n)
{
    for (int i = 0; names[i]; i++)
        if (strlen(names[i]) == n && strncmp(names[i], word, n) == 0) return i;
    return -1;
}

alv_status alv_family_fail(const alv_family *f, const char *at, alv_status code, const char *what,
                           alv_error *error)
{
    return alv_fail_at(error, code, "model", at - f->text, "%s", what);
}

/* A whole number at *p in [lo, hi]; moves *p past it. */
static alv_status read_whole(int64_t *out, const alv_family *f, const char **p, int64_t lo,
                             int64_t hi, const char *what, alv_error *error)
{
    const char *start = *p;
    int64_t value = 0;
    for (; **p >= '0' && **p <= '9'; ++*p) value = value > hi ? value : value * 10 + (**p - '0');
    if (*p == start)
        return alv_fail_at(error, ALV_ERR_SYNTAX, "model", start - f->text, "expected %s here",
                           what);
    if (value < lo || value > hi)
        return alv_fail_at(error, ALV_ERR_RANGE, "model", start - f->text, "%s is %lld to %lld",
                           what, lo, hi);
    *out = value;
    return ALV_OK;
}

/* Option by option: each reads the value at *p. */
static alv_status read_norm(alv_family *f, const char **p, alv_error *error)
{
    const size_t n = word_length(*p);
    const int norm = find(alv_norm_names, *p, n);
    if (norm < 0)
        return alv_family_fail(f, *p, ALV_ERR_UNKNOWN_NAME, "norm is none, batch, layer or rms",
                               error);
    f->norm = (alv_norm)norm;
    *p += n;
    return ALV_OK;
}

static alv_status read_small(int *out, alv_family *f, const char **p, int64_t lo, int64_t hi,
                             const char *what, alv_error *error)
{
    int64_t value = 0;
    ALV_TRY(read_whole(&value, f, p, lo, hi, what, error));
    *out = (int)value;
    return ALV_OK;
}

static alv_status read_residual(alv_family *f, const char **p, alv_error *error)
{
    return read_small(&f->residual, f, p, 1, ALV_MAX_LAYERS, "the number of layers in a branch",
                      error);
}

static alv_status read_branch(alv_family *f, const char **p, alv_error *error)
{
    const size_t n = alv_number_parse(&f->gain, *p, word_length(*p));
    if (n == 0)
        return alv_family_fail(f, *p, ALV_ERR_SYNTAX, "expected the first gain of each branch here",
                               error);
    if (!(f->gain >= -1e6 && f->gain <= 1e6))
        return alv_family_fail(f, *p, ALV_ERR_RANGE, "the gain of a branch is -1e6 to 1e6", error);
    f->has_gain = true;
    *p += n;
    return ALV_OK;
}

static alv_status read_kernel(alv_family *f, const char **p, alv_error *error)
{
    const char *start = *p;
    ALV_TRY(read_small(&f->kernel, f, p, 1, 99, "the side of a kernel", error));
    return f->kernel % 2
               ? ALV_OK
               : alv_family_fail(f, start, ALV_ERR_RANGE, "the side of a kernel is odd", error);
}

static alv_status read_width(alv_family *f, const char **p, alv_error *error)
{
    return read_small(&f->width, f, p, 1, 1 << 20, "the channels of the first stage", error);
}

static alv_status read_order(alv_family *f, const char **p, alv_error *error)
{
    static const char *const orders[] = {"pre", "post", NULL};
    const size_t n = word_length(*p);
    const int order = find(orders, *p, n);
    if (order < 0)
        return alv_family_fail(f, *p, ALV_ERR_UNKNOWN_NAME, "order is pre or post", error);
    f->is_post = order == 1;
    *p += n;
    return ALV_OK;
}

static alv_status read_gated(alv_family *f, const char **p, alv_error *error)
{
    static const char *const answers[] = {"no", "yes", NULL};
    const size_t n = word_length(*p);
    const int answer = find(answers, *p, n);
    if (answer < 0)
        return alv_family_fail(f, *p, ALV_ERR_UNKNOWN_NAME, "gated is yes or no", error);
    f->gated = answer == 1;
    *p += n;
    return ALV_OK;
}

static alv_status read_embed(alv_family *f, const char **p, alv_error *error)
{
    return read_small(&f->embed, f, p, 1, 1 << 20, "the units of a token", error);
}

static alv_status read_blocks(alv_family *f, const char **p, alv_error *error)
{
    return read_whole(&f->blocks, f, p, 1, ALV_MAX_LAYERS / 4, "the number of blocks", error);
}

static alv_status read_heads(alv_family *f, const char **p, alv_error *error)
{
    return read_small(&f->heads, f, p, 1, 1 << 20, "the number of heads", error);
}

static alv_status read_wider(alv_family *f, const char **p, alv_error *error)
{
    return read_small(&f->wider, f, p, 1, 64, "how much wider the feed-forward layers are", error);
}

static alv_status read_tokens(alv_family *f, const char **p, alv_error *error)
{
    const char *start = *p;
    int64_t tokens = 0;
    ALV_TRY(read_whole(&tokens, f, p, 1, 1 << 24, "the number of tokens", error));
    if (f->channels > 0 && f->from_data && f->tokens != tokens)
        return alv_family_fail(f, start, ALV_ERR_SHAPE, "the data have another number of tokens",
                               error);
    f->tokens = tokens;
    return ALV_OK;
}

/* "784", or "3x32x32": channels, height, width; along a sequence "3x100". */
static alv_status read_in(alv_family *f, const char **p, alv_error *error)
{
    const char *start = *p;
    int64_t first = 0, height = 0, width = 0;
    ALV_TRY(read_whole(&first, f, p, 1, ALV_MAX_WIDTH, "the number of inputs", error));
    int h = 0, w = 0;
    if (**p == 'x') {
        ++*p;
        const bool line = f->kind == ALV_FAMILY_CONV1D;
        ALV_TRY(read_whole(&height, f, p, 1, line ? 1 << 24 : 1 << 15,
                           line ? "the length of a sequence" : "the height of an image", error));
        width = 1;
        if (!line) {
            if (**p != 'x')
                return alv_family_fail(f, *p, ALV_ERR_SYNTAX, "expected x and the width here",
                                       error);
            ++*p;
            ALV_TRY(read_whole(&width, f, p, 1, 1 << 15, "the width of an image", error));
        }
        h = (int)height, w = (int)width;
    }
    const bool images = f->height > 0 && h > 0 && f->kind != ALV_FAMILY_CONV1D;
    if (f->channels > 0 &&
        (images ? f->channels != first || f->height != h || f->width_in != w
                : first * (h > 0 ? (int64_t)h * w : 1) !=
                      f->channels * (f->height > 0 ? (int64_t)f->height * f->width_in : 1)))
        return alv_family_fail(f, start, ALV_ERR_SHAPE, "the data have other inputs", error);
    f->channels = first;
    f->height = h;
    f->width_in = w;
    return ALV_OK;
}

static alv_status read_out(alv_family *f, const char **p, alv_error *error)
{
    const char *start = *p;
    int64_t outputs = 0;
    ALV_TRY(read_whole(&outputs, f, p, 1, ALV_MAX_WIDTH, "the number of outputs", error));
    if (f->outputs > 0 && f->outputs != outputs)
        return alv_family_fail(f, start, ALV_ERR_SHAPE, "the data have another number of classes",
                               error);
    f->outputs = outputs;
    return ALV_OK;
}

enum {
    OF_MLP = 1 << ALV_FAMILY_MLP,
    OF_CONV = 1 << ALV_FAMILY_CONV | 1 << ALV_FAMILY_CONV1D,
    OF_CONV1D = 1 << ALV_FAMILY_CONV1D,
    OF_RESNET = 1 << ALV_FAMILY_RESNET,
    OF_TRANSFORMER = 1 << ALV_FAMILY_TRANSFORMER,
    OF_LSTM = 1 << ALV_FAMILY_LSTM,
    OF_TOKENS = OF_TRANSFORMER | OF_LSTM
};

static const struct {
    const char *key;
    int allowed;
    alv_status (*read)(alv_family *f, const char **p, alv_error *error);
} options[] = {
    {"d", OF_TRANSFORMER, read_embed},
    {"L", OF_TRANSFORMER, read_blocks},
    {"h", OF_TRANSFORMER, read_heads},
    {"ff", OF_TRANSFORMER, read_wider},
    {"gated", OF_TRANSFORMER, read_gated},
    {"norm", OF_MLP | OF_CONV | OF_RESNET | OF_TRANSFORMER, read_norm},
    {"residual", OF_MLP | OF_CONV, read_residual},
    {"branch", OF_MLP | OF_CONV | OF_RESNET | OF_TRANSFORMER, read_branch},
    {"order", OF_MLP | OF_CONV | OF_RESNET | OF_TRANSFORMER, read_order},
    {"kernel", OF_CONV | OF_RESNET, read_kernel},
    {"width", OF_RESNET, read_width},
    {"embed", OF_MLP | OF_CONV1D | OF_LSTM, read_embed},
    {"tokens", OF_MLP | OF_CONV1D | OF_TOKENS, read_tokens},
    {"in", OF_CONV | OF_RESNET | OF_TOKENS, read_in},
    {"out", OF_CONV | OF_RESNET | OF_TOKENS, read_out},
};

static alv_status read_option(alv_family *f, unsigned *seen, const char **p, alv_error *error)
{
    const char *word = *p, *names[ALV_COUNT(options) + 1] = {0};
    const size_t n = key_length(word);
    int count = 0;
    for (int i = 0; i < ALV_COUNT(options); i++) {
        if (!(options[i].allowed >> f->kind & 1)) continue;
        names[count++] = options[i].key;
        if (strlen(options[i].key) != n || strncmp(options[i].key, word, n) != 0) continue;
        if (*seen >> i & 1)
            return alv_fail_at(error, ALV_ERR_SYNTAX, "model", word - f->text, "%s is given twice",
                               options[i].key);
        *seen |= 1u << i;
        *p = word + n + 1;
        ALV_TRY(options[i].read(f, p, error));
        if (**p && **p != ' ' && **p != '\t')
            return alv_family_fail(f, *p, ALV_ERR_SYNTAX, "expected a space here", error);
        return ALV_OK;
    }
    char copy[48];
    alv_text_format(copy, n < sizeof copy ? n + 1 : sizeof copy, "%s", word);
    const char *near = alv_suggest(copy, names);
    return alv_fail_at(error, ALV_ERR_UNKNOWN_NAME, "model", word - f->text,
                       "%s has no option '%s'; %s '%s'%s", alv_family_names[f->kind], copy,
                       near ? "did you mean" : "the first is", near ? near : names[0],
                       near ? "?" : "");
}

static alv_status read_act(alv_family *f, const char **p, alv_error *error)
{
    char name[ALV_MAX_NAME];
    const size_t n = word_length(*p);
    if (n >= sizeof name)
        return alv_family_fail(f, *p, ALV_ERR_SYNTAX, "the activation's text is too long", error);
    memcpy(name, *p, n);
    name[n] = '\0';
    alv_error inner = {.position = -1};
    const alv_status status = alv_act_parse(&f->act, name, &inner);
    if (status != ALV_OK)
        return alv_fail_at(error, status, "model",
                           *p - f->text + (inner.position > 0 ? inner.position : 0), "%s",
                           inner.message);
    *p += n;
    return ALV_OK;
}

/* What stands between the family's name and the options. */
static alv_status read_sizes(alv_family *f, const char **p, alv_error *error)
{
    if (f->kind == ALV_FAMILY_TRANSFORMER) return ALV_OK;
    if (f->kind != ALV_FAMILY_RESNET) {
        ALV_TRY(
            alv_widths_scan(&f->widths, f->text, *p, f->kind == ALV_FAMILY_MLP ? '-' : ',', error));
        *p = f->widths.sizes_end;
        return ALV_OK;
    }
    const char *start = *p;
    ALV_TRY(read_whole(&f->layers, f, p, 8, ALV_MAX_LAYERS, "the number of layers", error));
    if ((f->layers - 2) % 6 != 0)
        return alv_family_fail(f, start, ALV_ERR_RANGE,
                               "a resnet has 6 n + 2 layers: 8, 14, 20, 32, 44, 56, 110", error);
    return ALV_OK;
}

/* What holds where nothing is said. */
static void start_from(alv_family *f)
{
    f->embed = 16;
    if (f->kind == ALV_FAMILY_RESNET) f->norm = ALV_NORM_BATCH, f->is_post = true, f->residual = 2;
    if (f->kind != ALV_FAMILY_TRANSFORMER) return;
    f->norm = ALV_NORM_LAYER;
    f->embed = 64;
    f->blocks = 2;
    f->heads = f->wider = 4;
}

/* What the data say. */
static void take_hints(alv_family *f, const alv_model_hints *hints)
{
    f->tokens = hints->tokens;
    f->from_data = hints->inputs > 0;
    f->outputs = hints->outputs;
    if (!f->from_data) return;
    const int64_t positions =
        hints->height > 0 && hints->width > 0 ? (int64_t)hints->height * hints->width : 1;
    f->channels = hints->inputs / positions;
    if (positions > 1) f->height = hints->height, f->width_in = hints->width;
    if (f->kind == ALV_FAMILY_CONV1D) f->channels = hints->inputs, f->height = f->width_in = 0;
}

/* Options in any order, and among them the activation. */
static alv_status read_options(alv_family *f, const char *p, alv_error *error)
{
    unsigned seen = 0;
    bool named = false;
    for (p = alv_widths_skip(p); *p; p = alv_widths_skip(p)) {
        if (key_length(p) > 0) {
            ALV_TRY(read_option(f, &seen, &p, error));
        } else if (named) {
            return alv_family_fail(f, p, ALV_ERR_SYNTAX, "the activation is given twice", error);
        } else if (f->kind == ALV_FAMILY_LSTM) {
            return alv_family_fail(f, p, ALV_ERR_SYNTAX, "an lstm has activations of its own",
                                   error);
        } else {
            ALV_TRY(read_act(f, &p, error));
            named = true;
        }
    }
    return ALV_OK;
}

static alv_status check_hints(const alv_model_hints *hints, alv_error *error)
{
    const struct {
        const char *name;
        int64_t size;
    } sizes[] = {{"inputs", hints->inputs},
                 {"outputs", hints->outputs},
                 {"height", hints->height},
                 {"width", hints->width},
                 {"tokens", hints->tokens}};
    for (int i = 0; i < ALV_COUNT(sizes); i++)
        if (sizes[i].size < 0 || sizes[i].size > ALV_MAX_WIDTH)
            return alv_fail(error, ALV_ERR_RANGE, "hints", "%s = %lld is outside [0, %lld]",
                            sizes[i].name, sizes[i].size, ALV_MAX_WIDTH);
    return ALV_OK;
}

alv_status alv_family_parse(alv_family *out, const char *text, const alv_model_hints *hints,
                            alv_error *error)
{
    static const alv_model_hints none;
    if (!hints) hints = &none;
    ALV_TRY(check_hints(hints, error));
    alv_family f = {.text = text, .kernel = 3, .width = 16};
    const char *p = alv_widths_skip(text);
    const int family = find(alv_family_names, p, word_length(p));
    f.kind = family < 0 ? ALV_FAMILY_MLP : (alv_family_kind)family;
    start_from(&f);
    take_hints(&f, hints);
    if (family >= 0) p = alv_widths_skip(p + word_length(p));
    ALV_TRY(read_sizes(&f, &p, error));
    if (f.kind != ALV_FAMILY_LSTM)
        ALV_TRY(alv_act_parse(&f.act, hints->act ? hints->act : "relu", error));
    ALV_TRY(read_options(&f, p, error));
    ALV_TRY(alv_family_check(&f, hints, error));
    *out = f;
    return ALV_OK;
}
