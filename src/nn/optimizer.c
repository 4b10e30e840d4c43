/* The table of optimizers: names, defaults, and the numbers of a step. The rules are in update.inc.
 *
 * Names and defaults are those of torch.optim (1.13 to 2.x): SGD, Adagrad, RMSprop, Adam, AdamW. */
#include "nn/parts.h"

#include "math/math.h"

/* Places of the numbers of an optimizer in its row's term; momentum is beta1 of Adam and AdamW. */
enum { LR, MOMENTUM, BETA2, EPSILON, DECAY };

typedef struct optimizer_row {
    alv_term term; /* a preset of 0 of `lr`: not said */
    int slots;
    double rate, middle; /* the usual learning rate; the middle of the rates worth trying */
} optimizer_row;

#define ABOVE_0(name_, preset_, hi_)                                                               \
    {.name = (name_), .preset = (preset_), .hi = (hi_), .open_lo = true, .open_hi = true}
#define RATE ABOVE_0("lr", 0, 1e6)
#define DECAY_OF(preset_) {.name = "weight_decay", .preset = (preset_), .hi = 1e6}

static const optimizer_row rows[ALV_OPTIMIZER_KINDS] = {
    [ALV_SGD] = {.term = {"sgd", {[LR] = RATE, [DECAY] = DECAY_OF(0)}},
                 .rate = 0.01,
                 .middle = 0.1},
    [ALV_MOMENTUM] =
        {.term = {"momentum",
                  {[LR] = RATE, [MOMENTUM] = ABOVE_0("momentum", 0.9, 1), [DECAY] = DECAY_OF(0)}},
         .slots = 1,
         .rate = 0.01,
         .middle = 0.01},
    [ALV_NESTEROV] =
        {.term = {"nesterov",
                  {[LR] = RATE, [MOMENTUM] = ABOVE_0("momentum", 0.9, 1), [DECAY] = DECAY_OF(0)}},
         .slots = 1,
         .rate = 0.01,
         .middle = 0.01},
    [ALV_ADAGRAD] =
        {.term = {"adagrad",
                  {[LR] = RATE, [EPSILON] = ABOVE_0("epsilon", 1e-10, 1e6), [DECAY] = DECAY_OF(0)}},
         .slots = 1,
         .rate = 0.01,
         .middle = 0.01},
    [ALV_RMSPROP] = {.term = {"rmsprop",
                              {[LR] = RATE,
                               [BETA2] = ABOVE_0("alpha", 0.99, 1),
                               [EPSILON] = ABOVE_0("epsilon", 1e-8, 1e6),
                               [DECAY] = DECAY_OF(0)}},
                     .slots = 1,
                     .rate = 0.001,
                     .middle = 0.001},
    [ALV_ADAM] = {.term = {"adam",
                           {[LR] = RATE,
                            [MOMENTUM] = ABOVE_0("beta1", 0.9, 1),
                            [BETA2] = ABOVE_0("beta2", 0.999, 1),
                            [EPSILON] = ABOVE_0("epsilon", 1e-8, 1e6),
                            [DECAY] = DECAY_OF(0)}},
                  .slots = 2,
                  .rate = 0.001,
                  .middle = 0.001},
    [ALV_ADAMW] =
        {.term = {"adamw",
                  {[LR] = RATE,
                   [MOMENTUM] = ABOVE_0("beta1", 0.9, 1),
                   [BETA2] = ABOVE_0("beta2", 0.999, 1),
                   [EPSILON] = ABOVE_0("epsilon", 1e-8, 1e6),
                   [DECAY] = {.name = "weight_decay", .preset = 0.01, .hi = 1e6, .open_lo = true}}},
         .slots = 2,
         .rate = 0.001,
         .middle = 0.001},
};

const char *alv_optimizer_name(alv_optimizer_kind kind)
{
    return (int)kind >= 0 && (int)kind < ALV_OPTIMIZER_KINDS ? rows[kind].term.name : NULL;
}

int alv_optimizer_slots(alv_optimizer_kind kind)
{
    return rows[kind].slots;
}

double alv_optimizer_rate(alv_optimizer_kind kind)
{
    return rows[kind].rate;
}

double alv_optimizer_middle_rate(alv_optimizer_kind kind)
{
    return rows[kind].middle;
}

alv_status alv_optimizer_parse(alv_optimizer *out, const char *text, alv_error *error)
{
    alv_term terms[ALV_OPTIMIZER_KINDS];
    double args[ALV_TERM_ARGS];
    int kind = 0;
    for (int i = 0; i < ALV_OPTIMIZER_KINDS; i++) terms[i] = rows[i].term;
    ALV_TRY(alv_term_parse(&kind, args, text, terms, ALV_OPTIMIZER_KINDS, "optimizer", error));
    *out = (alv_optimizer){.kind = (alv_optimizer_kind)kind,
                           .lr = args[LR],
                           .momentum = args[MOMENTUM],
                           .beta2 = args[BETA2],
                           .epsilon = args[EPSILON],
                           .weight_decay = args[DECAY]};
    return ALV_OK;
}

void alv_optimizer_print(char out[ALV_TERM_TEXT], const alv_optimizer *optimizer)
{
    const alv_optimizer *o = optimizer;
    double args[ALV_TERM_ARGS] = {o->lr, o->momentum, o->beta2, o->epsilon, o->weight_decay};
    const alv_term *term = &rows[o->kind].term;
    for (int i = 0; i < ALV_TERM_ARGS; i++)
        if (args[i] == 0) args[i] = term->args[i].preset; /* 0 means the default */
    alv_term_print(out, term, args);
}

/* Replaces a zero by its default, refuses what the row does not take or what lies outside its
 * bounds. */
static alv_status resolve(double *value, int place, const char *what, const alv_term *term,
                          alv_error *error)
{
    const alv_term_arg *arg = &term->args[place];
    if (*value != 0 && !arg->name)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, what, "%s has no %s", term->name, what);
    if (*value == 0) *value = arg->preset;
    if (!(*value >= 0 && *value <= arg->hi) || (arg->open_hi && *value == arg->hi))
        return alv_fail(error, ALV_ERR_RANGE, what, "%g is not in [0, %g)", *value, arg->hi);
    return ALV_OK;
}

alv_status alv_optimizer_resolve(alv_optimizer *out, const alv_optimizer *given, alv_error *error)
{
    alv_optimizer o = *given;
    if (!alv_optimizer_name(o.kind))
        return alv_fail(error, ALV_ERR_ARGUMENT, "optimizer", "no such kind: %d", (int)o.kind);
    const alv_term *term = &rows[o.kind].term;
    ALV_TRY(resolve(&o.lr, LR, "lr", term, error));
    ALV_TRY(resolve(&o.momentum, MOMENTUM, "momentum", term, error));
    ALV_TRY(resolve(&o.beta2, BETA2, "beta2", term, error));
    ALV_TRY(resolve(&o.epsilon, EPSILON, "epsilon", term, error));
    ALV_TRY(resolve(&o.weight_decay, DECAY, "weight_decay", term, error));
    *out = o;
    return ALV_OK;
}

alv_rates alv_optimizer_rates(const alv_optimizer *o, double *power1, double *power2)
{
    alv_rates r = {.lr = o->lr,
                   .decay = o->weight_decay,
                   .beta1 = o->momentum,
                   .beta2 = o->beta2,
                   .rest1 = 1 - o->momentum,
                   .rest2 = 1 - o->beta2,
                   .epsilon = o->epsilon,
                   .root2 = 1};
    if (rows[o->kind].slots < 2) return r;
    *power1 *= o->momentum;
    *power2 *= o->beta2;
    r.lr = o->lr / (1 - *power1);
    r.root2 = alv_sqrt(1 - *power2);
    if (o->kind == ALV_ADAMW) r.decay = 1 - o->lr * o->weight_decay;
    return r;
}
