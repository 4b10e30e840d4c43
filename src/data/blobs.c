/* Blobs: Gaussian clusters in 64 dimensions, ten classes of two clusters each.
 *
 * The twenty centres are directions of a normal vector, rescaled to norm 3.75; they depend on the
 * seed. Sample i has class i mod 10, takes one of its class's two centres with probability 1/2 and
 * adds N(0, I). Every feature is then standardized by the exact moments of this mixture,
 *
 *     mean_j = avg_c c_j,    var_j = 1 + avg_c c_j^2 - mean_j^2,
 *
 * where the reference that this follows standardized by those of the sample: the same up to
 * 1 / sqrt(n), and independent of how many samples are drawn. */
#include "data/source.h"

enum { DIM = 64, CLASSES = 10, PER_CLASS = 2, CENTRES = CLASSES * PER_CLASS };

/* Words of the stream that one sample owns: a choice and 64 normals, with room. */
enum { SAMPLE_WORDS = 512 };

static const double norm = 3.75;

typedef struct mixture {
    double centre[CENTRES][DIM];
    double mean[DIM], scale[DIM]; /* scale: 1 / deviation */
} mixture;

static void draw_centres(mixture *m, uint64_t seed)
{
    alv_rng rng = alv_rng_make(seed, "data/blobs/centres");
    for (int c = 0; c < CENTRES; c++) {
        double squares = 0;
        for (int j = 0; j < DIM; j++) {
            m->centre[c][j] = alv_rng_normal(&rng);
            squares += m->centre[c][j] * m->centre[c][j];
        }
        double factor = norm / alv_sqrt(squares);
        for (int j = 0; j < DIM; j++) m->centre[c][j] *= factor;
    }
}

static void find_moments(mixture *m)
{
    for (int j = 0; j < DIM; j++) {
        double sum = 0, squares = 0;
        for (int c = 0; c < CENTRES; c++) {
            sum += m->centre[c][j];
            squares += m->centre[c][j] * m->centre[c][j];
        }
        m->mean[j] = sum / CENTRES;
        m->scale[j] = 1 / alv_sqrt(1 + squares / CENTRES - m->mean[j] * m->mean[j]);
    }
}

static alv_status generate(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                           alv_error *error)
{
    ALV_TRY(alv_source_check(lo, hi, error));
    mixture m;
    draw_centres(&m, seed);
    find_moments(&m);
    alv_rng rng = alv_rng_make(seed, "data/blobs");
    for (int64_t i = lo; i < hi; i++, x += DIM) {
        int label = (int)(i % CLASSES);
        alv_rng_seek(&rng, i * SAMPLE_WORDS);
        const double *centre = m.centre[PER_CLASS * label + (alv_rng_uniform(&rng) < 0.5)];
        for (int j = 0; j < DIM; j++)
            x[j] = (float)((centre[j] + alv_rng_normal(&rng) - m.mean[j]) * m.scale[j]);
        y[i - lo] = label;
    }
    return ALV_OK;
}

const alv_source alv_source_blobs = {
    .name = "blobs",
    .summary = {"Gaussian clusters in 64 dimensions, two for each of ten classes",
                "agrupamentos gaussianos em 64 dimensões, dois para cada uma de dez classes"},
    .dim = DIM,
    .classes = CLASSES,
    .n_train = 5000,
    .n_test = 1000,
    .citation = "scikit-learn, make_blobs (Pedregosa et al., JMLR 12, 2011), two blobs a class",
    .generate = generate,
};
