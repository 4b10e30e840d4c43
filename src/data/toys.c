/* Sets in the plane: spirals, moons, circles, xor.
 *
 * Each draws a point of a curve (or a corner), adds noise, then subtracts the exact mean and
 * divides by the exact deviation of the population, per coordinate, so that every network sees
 * inputs of mean 0 and variance 1. Sample i has class i mod the number of classes. */
#include "data/source.h"

/* Words of the stream that one sample owns; a point draws at most two uniforms and two normals. */
enum { POINT_WORDS = 32 };

typedef void point_maker(double point[2], int label, alv_rng *rng);

static alv_status generate(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                           const char *stream, int classes, point_maker *make, alv_error *error)
{
    ALV_TRY(alv_source_check(lo, hi, error));
    alv_rng rng = alv_rng_make(seed, stream);
    for (int64_t i = lo; i < hi; i++) {
        double point[2];
        int label = (int)(i % classes);
        alv_rng_seek(&rng, i * POINT_WORDS);
        make(point, label, &rng);
        x[2 * (i - lo)] = (float)point[0];
        x[2 * (i - lo) + 1] = (float)point[1];
        y[i - lo] = label;
    }
    return ALV_OK;
}

/* Three arms, a third of a turn apart; radius t, angle 4 t radians and a deviation of 0.2 radians,
 * t uniform in (0, 1): the shape of the spiral in the notes of Stanford's course CS231n. The three
 * arms together have mean 0 and second moment E[t^2] / 2 = 1/6 in every direction. */
static void spiral_point(double point[2], int label, alv_rng *rng)
{
    double t = alv_rng_uniform(rng);
    double angle = 2 * ALV_PI * label / 3 + 4 * t + 0.2 * alv_rng_normal(rng);
    double radius = t * alv_sqrt(6);
    point[0] = radius * alv_cos(angle);
    point[1] = radius * alv_sin(angle);
}

static alv_status make_spirals(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                               alv_error *error)
{
    return generate(x, y, lo, hi, seed, "data/spirals", 3, spiral_point, error);
}

/* Two half circles, (cos a, sin a) and (1 - cos a, 1/2 - sin a), a uniform in (0, pi), with noise
 * of deviation s = 0.1 (scikit-learn's make_moons). The mean is (1/2, 1/4). Within a moon, between
 * the moons, and of the noise, with m = 2 / pi = E sin a:
 *
 *     var x = 1/2 + 1/4 + s^2
 *     var y = (1/2 - m^2) + (m - 1/4)^2 + s^2 */
static void moon_point(double point[2], int label, alv_rng *rng)
{
    const double m = 2 / ALV_PI, s = 0.1;
    double a = ALV_PI * alv_rng_uniform(rng), cosine = alv_cos(a), sine = alv_sin(a);
    double x = label ? 1 - cosine : cosine, y = label ? 0.5 - sine : sine;
    x += s * alv_rng_normal(rng);
    y += s * alv_rng_normal(rng);
    point[0] = (x - 0.5) / alv_sqrt(0.75 + s * s);
    point[1] = (y - 0.25) / alv_sqrt(0.5 - m * m + (m - 0.25) * (m - 0.25) + s * s);
}

static alv_status make_moons(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                             alv_error *error)
{
    return generate(x, y, lo, hi, seed, "data/moons", 2, moon_point, error);
}

/* Circles of radius 1 and 1/2 around one centre, noise of deviation 0.1 (scikit-learn's
 * make_circles with factor 1/2). Second moment (1 + 1/4) / 4 + 0.01. */
static void circle_point(double point[2], int label, alv_rng *rng)
{
    const double s = 0.1;
    double a = 2 * ALV_PI * alv_rng_uniform(rng), radius = label ? 0.5 : 1;
    double scale = 1 / alv_sqrt(1.25 / 4 + s * s);
    point[0] = (radius * alv_cos(a) + s * alv_rng_normal(rng)) * scale;
    point[1] = (radius * alv_sin(a) + s * alv_rng_normal(rng)) * scale;
}

static alv_status make_circles(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                               alv_error *error)
{
    return generate(x, y, lo, hi, seed, "data/circles", 2, circle_point, error);
}

/* Clouds of deviation 0.4 around the corners (+-1, +-1); class 1 where the signs differ. */
static void xor_point(double point[2], int label, alv_rng *rng)
{
    const double s = 0.4;
    double cx = alv_rng_uniform(rng) < 0.5 ? -1 : 1, cy = label ? -cx : cx;
    double scale = 1 / alv_sqrt(1 + s * s);
    point[0] = (cx + s * alv_rng_normal(rng)) * scale;
    point[1] = (cy + s * alv_rng_normal(rng)) * scale;
}

static alv_status make_xor(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                           alv_error *error)
{
    return generate(x, y, lo, hi, seed, "data/xor", 2, xor_point, error);
}

const alv_source alv_source_spirals = {
    .name = "spirals",
    .summary = {"three spiral arms in the plane", "três braços de espiral no plano"},
    .dim = 2,
    .classes = 3,
    .n_train = 3000,
    .n_test = 1200,
    .citation = "after Lang and Witbrock, Learning to tell two spirals apart (1988)",
    .generate = make_spirals,
};

const alv_source alv_source_moons = {
    .name = "moons",
    .summary = {"two interleaved half circles", "dois semicírculos entrelaçados"},
    .dim = 2,
    .classes = 2,
    .n_train = 2000,
    .n_test = 1000,
    .citation = "scikit-learn, make_moons (Pedregosa et al., JMLR 12, 2011)",
    .generate = make_moons,
};

const alv_source alv_source_circles = {
    .name = "circles",
    .summary = {"a circle inside a circle", "um círculo dentro de outro"},
    .dim = 2,
    .classes = 2,
    .n_train = 2000,
    .n_test = 1000,
    .citation = "scikit-learn, make_circles (Pedregosa et al., JMLR 12, 2011)",
    .generate = make_circles,
};

const alv_source alv_source_xor = {
    .name = "xor",
    .summary = {"exclusive or: four clouds, opposite corners alike",
                "ou exclusivo: quatro nuvens, cantos opostos iguais"},
    .dim = 2,
    .classes = 2,
    .n_train = 2000,
    .n_test = 1000,
    .citation = "Minsky and Papert, Perceptrons (1969)",
    .generate = make_xor,
};
