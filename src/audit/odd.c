/* One weight among others of its file: a size that no published scheme gives.
 *
 * Where a place may begin small on purpose, as heads, ends of residual branches and kernels of
 * single channels do, its fan says little; but then its values follow some published scheme (zeros,
 * a normal of 0.02 or 0.01, GPT-2's projections), which inspect recognizes. What is left is a
 * weight that no scheme explains while nine in ten of the others are explained, and that is three
 * times away from what each of their schemes would make of its shape, all to one side. That a
 * published scheme is not recognized happens to one weight of a thousand (ALV_AUDIT_ALPHA), and
 * then it must be that far from all the others, too: a head of its own, say. In a trained file
 * nothing is explained, and nothing is odd. Tables are not compared: what layers are drawn by says
 * nothing of them. */
#include "audit/misfit.h"

#include "base/base.h"
#include "math/math.h"

static const double apart = 3;

static bool is_layer(const alv_inspected *t)
{
    const alv_layer layer = t->tensor->what.layer;
    const bool table = layer == ALV_LAYER_EMBEDDING || layer == ALV_LAYER_TIED_HEAD;
    return t->measured && t->tensor->kind->drawn && t->tensor->kind->is_matrix && !table &&
           t->moments.n >= ALV_FEW && t->moments.nonfinite == 0 && t->moments.m2 > 0 &&
           t->explained.from != ALV_FROM_STRUCTURE;
}

static bool is_explained(const alv_inspected *t)
{
    return t->explained.from == ALV_FROM_LAW && !t->explained.mistake &&
           t->explained.p >= ALV_AUDIT_ALPHA;
}

bool alv_odd_possible(const alv_inspection *weights)
{
    int64_t explained = 0, others = 0;
    for (int64_t i = 0; i < weights->n; i++) {
        if (!is_layer(&weights->tensors[i])) continue;
        *(is_explained(&weights->tensors[i]) ? &explained : &others) += 1;
    }
    return others > 0 && explained >= 2 && (others == 1 || others * 9 <= explained);
}

/* Root mean square that a sibling's scheme would give the tensor; 0: it does not apply. */
static double by_scheme(const alv_inspected *sibling, const alv_tensor *tensor)
{
    alv_scheme scheme;
    double mean, variance;
    if (alv_scheme_parse(&scheme, sibling->explained.scheme, NULL) != ALV_OK ||
        alv_init_moments(&mean, &variance, &scheme, tensor, NULL) != ALV_OK)
        return 0;
    return alv_sqrt(variance + mean * mean);
}

bool alv_odd_find(alv_misfit *out, const alv_inspection *weights, int64_t i)
{
    const alv_inspected *t = &weights->tensors[i];
    const double mean = t->moments.mean;
    const double rms = alv_sqrt(t->moments.m2 / (double)t->moments.n + mean * mean);
    double least = ALV_INFINITY, most = 0;
    if (!is_layer(t) || is_explained(t)) return false;
    for (int64_t k = 0; k < weights->n; k++) {
        const alv_inspected *sibling = &weights->tensors[k];
        if (!is_layer(sibling) || !is_explained(sibling)) continue;
        const double asked = by_scheme(sibling, &t->tensor->what);
        if (!(asked > 0)) continue;
        least = alv_min(least, rms / asked);
        most = alv_max(most, rms / asked);
    }
    if (!(most > 0) || (least <= apart && most >= 1 / apart)) return false;
    const double ratio = least > apart ? least : most;
    *out = (alv_misfit){
        .tensor = i, .ratio = ratio, .rms = rms, .asked = rms / ratio, .why = ALV_MISFIT_ODD};
    return true;
}
