/* Shapeset-3x2: grey images of one or two shapes, the endless data set of Glorot and Bengio.
 *
 * X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
 * networks", AISTATS 2010, section 2.1. Each image of 32 x 32 pixels shows one or two of triangle,
 * parallelogram and ellipse (a polygon of 20 sides) at random sizes, places and turns; a second
 * shape that would hide more than half of the first is drawn again. The class says which shapes are
 * there, in nine combinations.
 *
 * An n-gon with vertices P on a circle of diameter 1 is turned by theta1, stretched by (sx, sy)
 * with sx >= sy, turned back by theta2 = -atan(sy / sx tan theta1), so that one side keeps its
 * direction, then turned by theta3. Written with row vectors and R(a) = [[cos a, sin a], [-sin a,
 * cos a]]:
 *
 *     points = P R(theta1) diag(sx, sy) R(theta2) R(theta3)
 *
 * The cosine and sine of theta2 need no arctangent: with u = sy / sx tan theta1 they are
 * 1 / sqrt(1 + u^2) and -u / sqrt(1 + u^2). Angles are multiples of a 255th of a turn.
 *
 * Departures from the authors' generator: own random stream; a pixel is filled when its centre lies
 * in the polygon, where theirs follows the rule of its drawing library on the border. Check values
 * of an independent implementation, 60,000 images: classes .1658 .1660 .1666 .1103 .1116 .1126
 * .0553 .0559 .0561, mean of x -0.0006, mean of x^2 0.3725. */
#include "data/source.h"

enum {
    SIDE = 32,
    STEPS = 255, /* of a full turn */
    KINDS = 3,
    MAX_VERTICES = 20,
    MAX_OBJECTS = 2,
    MAX_REJECTIONS = 50,
    SAMPLE_WORDS = 1024 /* of the stream; an image draws fewer than 600 */
};

static const double scale_lo = 0.2, scale_hi = 0.8, max_overlap = 0.5;

static const int vertices[KINDS] = {3, 4, MAX_VERTICES};

/* Class of an image, by the kinds of its two shapes; one shape alone has the class of its kind. */
static const int pair_class[KINDS][KINDS] = {{6, 3, 5}, {3, 7, 4}, {5, 4, 8}};

typedef struct point {
    double x, y;
} point;

/* Vertices of the three regular polygons, on a circle of diameter 1. */
typedef struct outlines {
    point at[KINDS][MAX_VERTICES];
} outlines;

typedef struct object {
    int kind, turn1, turn3;    /* turns in steps */
    point at[MAX_VERTICES];    /* vertices, in pixels */
    double centre_x, centre_y; /* where it was put */
    double area;               /* up to the factor pi / 4 */
} object;

static void make_outlines(outlines *out)
{
    for (int kind = 0; kind < KINDS; kind++) {
        int n = vertices[kind];
        for (int t = 0; t < n; t++) {
            double angle = 2 * ALV_PI * ((double)t / n + 0.5 / n + 0.25);
            out->at[kind][t] = (point){0.5 * alv_cos(angle), 0.5 * alv_sin(angle)};
        }
    }
}

static int draw_whole(alv_rng *rng, int lo, int hi)
{
    return lo + (int)alv_rng_below(rng, (uint64_t)(hi - lo + 1));
}

/* theta1: uniform within half a side of 0, as an index of [0, 254]. */
static int draw_turn1(alv_rng *rng, int n)
{
    int turn = draw_whole(rng, 0, STEPS / n - 1);
    if (turn <= (STEPS - 1) / (2 * n)) return turn;
    turn += STEPS - (STEPS - 1) / n;
    return turn < STEPS - 1 ? turn : STEPS - 1;
}

/* p R(a), from the cosine and sine of a. */
static point rotate(point p, double c, double s)
{
    return (point){p.x * c - p.y * s, p.x * s + p.y * c};
}

/* Draws the two diameters and sets the vertices around the origin. */
static void draw_shape(object *o, const outlines *shapes, alv_rng *rng)
{
    double a = SIDE * (scale_lo + (scale_hi - scale_lo) * alv_rng_uniform(rng));
    double b = SIDE * (scale_lo + (scale_hi - scale_lo) * alv_rng_uniform(rng));
    double sx = a > b ? a : b, sy = a > b ? b : a;
    double theta1 = 2 * ALV_PI * o->turn1 / STEPS, theta3 = 2 * ALV_PI * o->turn3 / STEPS;
    double c1 = alv_cos(theta1), s1 = alv_sin(theta1);
    double c3 = alv_cos(theta3), s3 = alv_sin(theta3);
    double u = sy / sx * (s1 / c1), c2 = 1 / alv_sqrt(1 + u * u), s2 = -u * c2;
    int n = vertices[o->kind];
    for (int t = 0; t < n; t++) {
        point p = rotate(shapes->at[o->kind][t], c1, s1);
        p = rotate((point){p.x * sx, p.y * sy}, c2, s2);
        o->at[t] = rotate(p, c3, s3);
    }
    o->area = sx * sy * n * alv_sin(2 * ALV_PI / n) / (2 * ALV_PI);
}

/* A place for one axis such that [lo, hi] stays inside the image with a margin of one pixel. */
static double draw_place(double lo, double hi, alv_rng *rng)
{
    double least = (1 - lo) / SIDE, most = 1 - (hi + 1) / SIDE;
    if (least < 0) least = 0;
    if (most > 1) most = 1;
    return SIDE * (least + (most - least) * alv_rng_uniform(rng));
}

static void draw_position(object *o, alv_rng *rng)
{
    int n = vertices[o->kind];
    point lo = o->at[0], hi = o->at[0];
    for (int t = 1; t < n; t++) {
        if (o->at[t].x < lo.x) lo.x = o->at[t].x;
        if (o->at[t].x > hi.x) hi.x = o->at[t].x;
        if (o->at[t].y < lo.y) lo.y = o->at[t].y;
        if (o->at[t].y > hi.y) hi.y = o->at[t].y;
    }
    o->centre_x = draw_place(lo.x, hi.x, rng);
    o->centre_y = draw_place(lo.y, hi.y, rng);
    for (int t = 0; t < n; t++) {
        o->at[t].x += o->centre_x;
        o->at[t].y += o->centre_y;
    }
}

/* How far an object reaches from (x, y) in the direction (dx, dy). */
static double reach(const object *o, double x, double y, double dx, double dy)
{
    double best = -DBL_MAX;
    for (int t = 0; t < vertices[o->kind]; t++) {
        double along = (o->at[t].x - x) * dx + (o->at[t].y - y) * dy;
        if (along > best) best = along;
    }
    return best;
}

/* An estimate of the share of `under` that `over` hides, from how far both reach along the line of
 * their centres; the centre of `under` counts as whole pixels, as in the authors' generator. */
static bool hides_too_much(const object *over, const object *under)
{
    double x = (double)(int)under->centre_x, y = (double)(int)under->centre_y;
    double dx = over->centre_x - x, dy = over->centre_y - y;
    double distance = alv_sqrt(dx * dx + dy * dy);
    if (distance == 0) return over->area > max_overlap * under->area;
    dx /= distance;
    dy /= distance;
    double both =
        reach(under, x, y, dx, dy) + reach(over, over->centre_x, over->centre_y, -dx, -dy);
    if (both < distance) return false;
    double share = 1 - alv_exp(-(both - distance) * ALV_LN2 / distance);
    return over->area * share > max_overlap * under->area;
}

/* Draws objects until one fits; false if the image ran out of attempts. */
static bool draw_object(object *o, const object *earlier, int *rejections, const outlines *shapes,
                        alv_rng *rng)
{
    o->kind = draw_whole(rng, 0, KINDS - 1);
    o->turn1 = draw_turn1(rng, vertices[o->kind]);
    o->turn3 = draw_whole(rng, 0, STEPS - 2);
    for (;;) {
        draw_shape(o, shapes, rng);
        draw_position(o, rng);
        if (!earlier || !hides_too_much(o, earlier)) return true;
        if (++*rejections >= MAX_REJECTIONS) return false;
    }
}

/* The part of each line of pixel centres x = i + 1/2 that a convex polygon covers. */
typedef struct spans {
    double lo[SIDE], hi[SIDE];
} spans;

static void add_edge(spans *s, point a, point b)
{
    if (a.x > b.x) {
        point swap = a;
        a = b;
        b = swap;
    }
    double slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0;
    int first = (int)alv_floor(a.x + 0.5);
    for (int i = first < 0 ? 0 : first; i < SIDE && i + 0.5 <= b.x; i++) {
        double y = a.y + (i + 0.5 - a.x) * slope;
        if (y < s->lo[i]) s->lo[i] = y;
        if (y > s->hi[i]) s->hi[i] = y;
    }
}

static void paint(float *x, const object *o, float value)
{
    spans s;
    int n = vertices[o->kind];
    for (int i = 0; i < SIDE; i++) s.lo[i] = 2 * SIDE, s.hi[i] = -SIDE;
    for (int t = 0; t < n; t++) add_edge(&s, o->at[t], o->at[(t + 1) % n]);
    for (int i = 0; i < SIDE; i++) {
        int first = (int)alv_floor(s.lo[i] + 0.5), last = (int)alv_floor(s.hi[i] - 0.5);
        if (first < 0) first = 0;
        for (int j = first; j <= last && j < SIDE; j++) x[SIDE * i + j] = value;
    }
}

/* A grey level of the dark range [0, 0.45] or the light one [0.55, 1], mapped to [-1, 1]. */
static float draw_grey(bool light, alv_rng *rng)
{
    int level = light ? draw_whole(rng, 140, 255) : draw_whole(rng, 0, 114);
    return (float)(level / 255.0 * 2 - 1);
}

static int draw_image(float *x, const outlines *shapes, alv_rng *rng)
{
    object objects[MAX_OBJECTS];
    int count = 0, rejections = 0;
    bool light_on_dark = alv_rng_below(rng, 2) == 0;
    int wanted = draw_whole(rng, 1, MAX_OBJECTS);
    float ground = draw_grey(!light_on_dark, rng);
    for (int i = 0; i < SIDE * SIDE; i++) x[i] = ground;
    while (count < wanted) {
        object *o = &objects[count];
        if (!draw_object(o, count ? &objects[0] : NULL, &rejections, shapes, rng)) break;
        paint(x, o, draw_grey(light_on_dark, rng));
        count++;
    }
    return count == 1 ? objects[0].kind : pair_class[objects[0].kind][objects[1].kind];
}

static alv_status generate(float *x, int32_t *y, int64_t lo, int64_t hi, uint64_t seed,
                           alv_error *error)
{
    ALV_TRY(alv_source_check(lo, hi, error));
    outlines shapes;
    make_outlines(&shapes);
    alv_rng rng = alv_rng_make(seed, "data/shapeset");
    for (int64_t i = lo; i < hi; i++) {
        alv_rng_seek(&rng, i * SAMPLE_WORDS);
        y[i - lo] = draw_image(x + (i - lo) * SIDE * SIDE, &shapes, &rng);
    }
    return ALV_OK;
}

static const char *const class_names[][ALV_LANGS] = {
    {"triangle", "triângulo"},
    {"parallelogram", "paralelogramo"},
    {"ellipse", "elipse"},
    {"triangle + parallelogram", "triângulo + paralelogramo"},
    {"parallelogram + ellipse", "paralelogramo + elipse"},
    {"triangle + ellipse", "triângulo + elipse"},
    {"two triangles", "dois triângulos"},
    {"two parallelograms", "dois paralelogramos"},
    {"two ellipses", "duas elipses"},
};

const alv_source alv_source_shapeset = {
    .name = "shapeset",
    .summary = {"Shapeset-3x2: images of one or two shapes, nine classes",
                "Shapeset-3x2: imagens de uma ou duas formas, nove classes"},
    .dim = SIDE * SIDE,
    .height = SIDE,
    .width = SIDE,
    .classes = ALV_COUNT(class_names),
    .n_train = 10000,
    .n_test = 2000,
    .citation = "Glorot and Bengio, Understanding the difficulty of training deep feedforward "
                "neural networks, AISTATS 2010",
    .generate = generate,
    .class_names = class_names,
};
