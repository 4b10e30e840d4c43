/* The table of schedules, and the rate that each gives.
 *
 * Let t in [0, 1] be the part of the run done since the warm-up. The multiple of the rate is
 *
 *   constant      1
 *   step          factor^floor((drops + 1) t): `drops` drops, evenly spaced
 *   exponential   to^t
 *   cosine        to + (1 - to) (1 + cos pi t) / 2   (Loshchilov and Hutter, ICLR 2017, equation 5,
 *                                                     one period)
 *   plateau       factor^drops, a drop each time that the loss has not improved for more than
 *                 `patience` windows; a window is a fiftieth of the run, an improvement one of more
 *                 than 1 in 10,000 (torch.optim.lr_scheduler.ReduceLROnPlateau, its threshold)
 *
 * and during a warm-up of w steps (step + 1) / w (Goyal et al., 2017, section 2.2). */
#include "nn/schedule.h"

#include "base/base.h"
#include "math/math.h"

/* Places of a schedule's numbers in its term. */
enum { FACTOR, TIMES, WARMUP };
enum { WINDOWS = 50 };
static const double threshold = 1e-4;

#define SHARE(preset_) {.name = "warmup", .preset = (preset_), .hi = 1}
#define FACTOR_OF(name_, preset_) {.name = (name_), .preset = (preset_), .hi = 1}
#define COUNT(name_, preset_) {.name = (name_), .preset = (preset_), .lo = 1, .hi = 1000}

static const alv_term terms[] = {
    [ALV_SCHEDULE_CONSTANT] = {"constant", {{0}}},
    [ALV_SCHEDULE_WARMUP] = {"warmup", {[WARMUP] = SHARE(0.1)}},
    [ALV_SCHEDULE_STEP] =
        {"step",
         {[FACTOR] = FACTOR_OF("factor", 0.1), [TIMES] = COUNT("drops", 2), [WARMUP] = SHARE(0)}},
    [ALV_SCHEDULE_EXPONENTIAL] = {"exponential",
                                  {[FACTOR] = FACTOR_OF("to", 0.01), [WARMUP] = SHARE(0)}},
    [ALV_SCHEDULE_COSINE] = {"cosine", {[FACTOR] = FACTOR_OF("to", 0), [WARMUP] = SHARE(0)}},
    [ALV_SCHEDULE_PLATEAU] = {"plateau",
                              {[FACTOR] = FACTOR_OF("factor", 0.1),
                               [TIMES] = COUNT("patience", 5),
                               [WARMUP] = SHARE(0)}},
};

double alv_schedule_factor(const alv_schedule *schedule, const alv_plateau *plateau, int64_t step,
                           int64_t steps)
{
    const double rise = alv_floor(schedule->warmup * (double)steps + 0.5),
                 left = (double)steps - rise;
    const double t = left > 0 ? ((double)step - rise) / left : 0;
    if ((double)step < rise) return ((double)step + 1) / rise;
    switch (schedule->kind) {
    case ALV_SCHEDULE_STEP:
        return alv_pow(schedule->factor, alv_floor((schedule->times + 1) * t));
    case ALV_SCHEDULE_EXPONENTIAL:
        return alv_pow(schedule->factor, t);
    case ALV_SCHEDULE_COSINE:
        return schedule->factor + (1 - schedule->factor) * (1 + alv_cos(ALV_PI * t)) / 2;
    case ALV_SCHEDULE_PLATEAU:
        return alv_pow(schedule->factor, (double)plateau->drops);
    case ALV_SCHEDULE_CONSTANT:
    case ALV_SCHEDULE_WARMUP:
        break;
    }
    return 1;
}

void alv_schedule_watch(alv_plateau *plateau, const alv_schedule *schedule, double loss,
                        int64_t step, int64_t steps)
{
    if (schedule->kind != ALV_SCHEDULE_PLATEAU) return;
    plateau->sum += loss;
    plateau->n++;
    if ((step + 1) * WINDOWS / steps == step * WINDOWS / steps) return;
    const double mean = plateau->sum / (double)plateau->n;
    if (plateau->windows++ == 0 || mean < (1 - threshold) * plateau->best) {
        plateau->best = mean;
        plateau->waited = 0;
    } else if ((double)++plateau->waited > schedule->times) {
        plateau->drops++;
        plateau->waited = 0;
    }
    plateau->sum = 0;
    plateau->n = 0;
}

alv_status alv_schedule_parse(alv_schedule *out, const char *text, alv_error *error)
{
    double args[ALV_TERM_ARGS];
    int kind = 0;
    ALV_TRY(alv_term_parse(&kind, args, text, terms, ALV_COUNT(terms), "schedule", error));
    *out = (alv_schedule){(alv_schedule_kind)kind, args[FACTOR], args[TIMES], args[WARMUP]};
    return ALV_OK;
}

void alv_schedule_print(char out[ALV_TERM_TEXT], const alv_schedule *s)
{
    const double args[ALV_TERM_ARGS] = {s->factor, s->times, s->warmup};
    alv_term_print(out, &terms[s->kind], args);
}
