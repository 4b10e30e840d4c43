/* Reads the sizes in the short text of a network: SIZE(-SIZE)*, SIZE = WIDTH or WIDTHxTIMES.
 *
 * They are scanned to check and count before anything is made of them, so that nothing is allocated
 * for a text that is wrong or absurd. */
#include "model/widths.h"

#include "base/base.h"

/* Digits at *p, up to `most`; moves *p past them. */
static alv_status read_size(int64_t *out, const char **p, int64_t most, const char *what,
                            const alv_widths *widths, alv_error *error)
{
    const char *start = *p;
    int64_t value = 0;
    for (; **p >= '0' && **p <= '9'; ++*p) value = value > most ? value : value * 10 + (**p - '0');
    int64_t position = start - widths->text;
    if (*p == start)
        return alv_fail_at(error, ALV_ERR_SYNTAX, "model", position,
                           "expected a %s here, as in 784-100x12-10", what);
    if (value == 0)
        return alv_fail_at(error, ALV_ERR_RANGE, "model", position, "a %s is at least 1", what);
    if (value > most)
        return alv_fail_at(error, ALV_ERR_RANGE, "model", position, "a %s is at most %lld", what,
                           most);
    *out = value;
    return ALV_OK;
}

static alv_status read_run(alv_width_run *run, const char **p, const alv_widths *widths,
                           alv_error *error)
{
    run->position = *p - widths->text;
    run->times = 1;
    ALV_TRY(read_size(&run->width, p, ALV_MAX_WIDTH, "layer width", widths, error));
    if (**p != 'x') return ALV_OK;
    ++*p;
    return read_size(&run->times, p, ALV_MAX_LAYERS, "number of layers", widths, error);
}

alv_status alv_widths_scan(alv_widths *out, const char *text, const char *p, char between,
                           alv_error *error)
{
    alv_widths w = {.text = text, .sizes = p, .between = between};
    for (;; p++) {
        ALV_TRY(read_run(&w.last, &p, &w, error));
        if (w.n == 0) w.first = w.last;
        w.n += w.last.times;
        if (w.n > ALV_MAX_LAYERS + 1)
            return alv_fail_at(error, ALV_ERR_RANGE, "model", w.last.position,
                               "more than %d layers", ALV_MAX_LAYERS);
        if (*p != between) break;
    }
    w.sizes_end = p;
    if (*p && alv_widths_skip(p) == p)
        return alv_fail_at(error, ALV_ERR_SYNTAX, "model", p - text,
                           "'%C' cannot follow a layer width: put '%c' before another layer, or a "
                           "space before the activation",
                           *p, between);
    *out = w;
    return ALV_OK;
}

bool alv_widths_next(alv_width_run *run, const alv_widths *widths, const char **at)
{
    if (*at >= widths->sizes_end) return false;
    if (read_run(run, at, widths, NULL) != ALV_OK) return false;
    if (**at == widths->between) ++*at;
    return true;
}
