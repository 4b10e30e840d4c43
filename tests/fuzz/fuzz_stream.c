/* Fuzzes the frameworks' streams: the text of a scheme of any profile, drawn in any type, and each
 * draw with any numbers; a draw may refuse them, and writes within its array. */
#include "alvor/alvor.h"
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MOST = 64 };

/* What chooses among profiles, types and sizes, and the numbers of a draw; the text follows. */
typedef struct head {
    uint8_t profile, dtype, n, draw;
    double number[4];
    int64_t whole[2];
    uint64_t seed;
} head;

static void draw_numbers(alv_compat_rng *rng, const head *h, void *out)
{
    const alv_dtype dtype = (alv_dtype)(h->dtype % (ALV_F8_E5M2 + 1));
    const double *x = h->number;
    const int64_t n = h->n % MOST;
    switch (h->draw % ALV_COMPAT_DRAWS) {
    case ALV_COMPAT_UNIFORM:
        (void)alv_compat_uniform(out, dtype, n, x[0], x[1], rng, NULL);
        break;
    case ALV_COMPAT_NORMAL:
        (void)alv_compat_normal(out, dtype, n, x[0], x[1], rng, NULL);
        break;
    case ALV_COMPAT_TRUNCATED:
        (void)alv_compat_truncated(out, dtype, n, x[0], x[1], x[2], x[3], rng, NULL);
        break;
    case ALV_COMPAT_INTEGERS:
        (void)alv_compat_integers(out, n, h->whole[0], h->whole[1], rng, NULL);
        break;
    default:
        (void)alv_compat_permutation(out, n, rng, NULL);
    }
}

static void draw_scheme(alv_compat_rng *rng, const head *h, const char *text, void *out)
{
    alv_scheme scheme;
    alv_tensor tensor = {.name = "w",
                         .dtype = (alv_dtype)(h->dtype % (ALV_F8_E5M2 + 1)),
                         .rank = h->n % 4,
                         .shape = {h->n / 4 % 4, 1 + h->n / 16 % 4, 1 + h->n / 64}};
    if (alv_compat_scheme_parse(&scheme, rng->profile, text, NULL) == ALV_OK)
        (void)alv_compat_init(out, &scheme, &tensor, rng, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    head h;
    alv_compat_rng rng, children[2];
    if (size < sizeof h) return 0;
    memcpy(&h, bytes, sizeof h);
    char *text = calloc(size - sizeof h + 1, 1);
    double *out = malloc(MOST * sizeof *out);
    if (text && out) {
        memcpy(text, bytes + sizeof h, size - sizeof h);
        if (alv_compat_seed(&rng, alv_compat_at(h.profile % alv_compat_count()), h.seed, NULL) !=
            ALV_OK)
            abort();
        if (alv_compat_split(children, 2, &rng, NULL) == ALV_OK) rng = children[1];
        draw_numbers(&rng, &h, out);
        draw_scheme(&rng, &h, text, out);
    }
    free(text);
    free(out);
    return 0;
}
