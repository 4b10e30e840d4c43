/* Lines "NAME VALUE", by one table of the names; meanings and defaults are those of `alvor compare`
 * (src/lab), except that each option has one value. */
#include "spec.h"

#include "base/base.h"
#include "data/source.h"

enum { MOST_DEFAULT_BATCH = 64 };

/* The values as text; NULL: not said. */
typedef struct texts {
    const char *data, *model, *hidden, *act, *init, *bias, *optimizer, *lr, *batch, *train, *test,
        *seed, *trial;
} texts;

static const struct {
    const char *name;
    size_t at;
} options[] = {
#define OPTION(name) {#name, offsetof(texts, name)}
    OPTION(data),      OPTION(model), OPTION(hidden), OPTION(act),   OPTION(init),
    OPTION(bias),      OPTION(lr),    OPTION(batch),  OPTION(train), OPTION(test),
    OPTION(optimizer), OPTION(seed),  OPTION(trial),
};

static alv_status keep(texts *t, const char *name, const char *value, alv_error *error)
{
    for (int i = 0; i < ALV_COUNT(options); i++)
        if (strcmp(options[i].name, name) == 0) {
            *(const char **)(void *)((char *)t + options[i].at) = value;
            return ALV_OK;
        }
    return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "spec", "there is no option '%s'", name);
}

static alv_status split_lines(texts *t, char *text, alv_error *error)
{
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n'), *next = end ? end + 1 : line + strlen(line);
        if (end) *end = '\0';
        char *value = strchr(line, ' ');
        if (!value) return alv_fail(error, ALV_ERR_SYNTAX, "spec", "'%s' has no value", line);
        *value++ = '\0';
        ALV_TRY(keep(t, line, value, error));
        line = next;
    }
    return ALV_OK;
}

/* A number, or what it is where nothing is said. */
static alv_status read_number(double *out, const char *name, const char *text, double preset,
                              double lo, double hi, alv_error *error)
{
    *out = preset;
    if (!text) return ALV_OK;
    if (alv_number_parse(out, text, strlen(text)) != strlen(text) || !*text)
        return alv_fail(error, ALV_ERR_SYNTAX, name, "'%s' is not a number", text);
    if (*out >= lo && *out <= hi) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, name, "%g is not between %g and %g", *out, lo, hi);
}

static alv_status read_whole(int64_t *out, const char *name, const char *text, int64_t preset,
                             int64_t lo, int64_t hi, alv_error *error)
{
    double x;
    ALV_TRY(read_number(&x, name, text, (double)preset, (double)lo, (double)hi, error));
    *out = (int64_t)x;
    if ((double)*out == x) return ALV_OK;
    return alv_fail(error, ALV_ERR_RANGE, name, "%g is not a whole number", x);
}

static alv_status read_numbers(play_spec *out, const texts *t, alv_error *error)
{
    const int64_t most = INT64_C(1) << 53; /* whole in a double */
    int64_t seed, trial;
    ALV_TRY(read_whole(&out->n_train, "train", t->train, 0, 1, 1 << 20, error));
    ALV_TRY(read_whole(&out->n_test, "test", t->test, 0, 1, 1 << 20, error));
    ALV_TRY(read_whole(&out->batch, "batch", t->batch, MOST_DEFAULT_BATCH, 1, 1 << 16, error));
    ALV_TRY(read_whole(&seed, "seed", t->seed, 42, 0, most, error));
    ALV_TRY(read_whole(&trial, "trial", t->trial, 0, 0, 10000, error));
    out->seed = (uint64_t)seed;
    out->trial = (uint64_t)trial;
    return ALV_OK;
}

static alv_status read_optimizer(play_spec *out, const texts *t, alv_error *error)
{
    double rate;
    alv_optimizer *o = &out->optimizer;
    ALV_TRY(alv_optimizer_parse(o, t->optimizer ? t->optimizer : "sgd", error));
    ALV_TRY(read_number(&rate, "lr", t->lr, alv_optimizer_rate(o->kind), 1e-12, 1e6, error));
    if (o->lr == 0) o->lr = rate;
    return alv_optimizer_resolve(o, o, error);
}

/* "gain=auto" in the scheme's text is the gain of the activation, 1 / sqrt(E f^2), written out. */
static alv_status read_scheme(play_spec *out, const char *text, alv_error *error)
{
    static const char word[] = "gain=auto";
    char written[SPEC_ROOM + 40], number[40];
    const char *at = strchr(text, word[0]);
    while (at && strncmp(at, word, strlen(word)) != 0) at = strchr(at + 1, word[0]);
    if (!at) return alv_scheme_parse(&out->scheme, text, error);
    alv_act_spec act;
    alv_gain gain;
    ALV_TRY(alv_act_parse(&act, out->act, error));
    ALV_TRY(alv_act_gain(&gain, act, error));
    if (!alv_isfinite(gain.forward))
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "gain", "no gain keeps the signal through %s",
                        out->act);
    alv_number_print(number, gain.forward, 0);
    const size_t before = (size_t)(at - text);
    memcpy(written, text, before);
    alv_text_format(written + before, sizeof written - before, "gain=%s%s", number,
                    at + strlen(word));
    return alv_scheme_parse(&out->scheme, written, error);
}

alv_status play_spec_read(play_spec *out, char text[SPEC_ROOM], alv_error *error)
{
    texts t = {.data = "spirals", .act = "relu", .init = "he_normal"};
    *out = (play_spec){0};
    text[SPEC_ROOM - 1] = '\0';
    ALV_TRY(split_lines(&t, text, error));
    out->source = alv_source_find(t.data);
    if (!out->source)
        return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "data", "there is no data set '%s'", t.data);
    out->model = t.model;
    out->hidden = t.hidden ? t.hidden : "100x12";
    out->act = t.act;
    out->has_bias = t.bias != NULL;
    if (t.bias) ALV_TRY(alv_scheme_parse(&out->bias, t.bias, error));
    ALV_TRY(read_scheme(out, t.init, error));
    ALV_TRY(read_numbers(out, &t, error));
    return read_optimizer(out, &t, error);
}
