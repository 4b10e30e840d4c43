/* The table of optimizers: names, defaults, and the numbers of a step. The rules are in update.inc.
 *
 * Names and defaults are those of torch.optim (1.13 to 2.x): SGD, Adagrad, RMSprop, Adam, AdamW. */
#include "nn/parts.h"

#include "math/math.h"

typedef struct optimizer_row {
    const char *name;
    int slots;
    bool has_momentum, has_beta2, has_epsilon;
    double momentum, beta2, epsilon, weight_decay; /* defaults */
} optimizer_row;

static const optimizer_row rows[ALV_OPTIMIZER_KINDS] = {
    [ALV_SGD] = {.name = "sgd"},
    [ALV_MOMENTUM] = {.name = "momentum", .slots = 1, .has_momentum = true, .momentum = 0.9},
    [ALV_NESTEROV] = {.name = "nesterov", .slots = 1, .has_momentum = true, .momentum = 0.9},
    [ALV_ADAGRAD] = {.name = "adagrad", .slots = 1, .has_epsilon = true, .epsilon = 1e-10},
    [ALV_RMSPROP] = {.name = "rmsprop",
                     .slots = 1,
                     .has_beta2 = true,
                     .has_epsilon = true,
                     .beta2 = 0.99,
                     .epsilon = 1e-8},
    [ALV_ADAM] = {.name = "adam",
                  .slots = 2,
                  .has_momentum = true,
                  .has_beta2 = true,
                  .has_epsilon = true,
                  .momentum = 0.9,
                  .beta2 = 0.999,
                  .epsilon = 1e-8},
    [ALV_ADAMW] = {.name = "adamw",
                   .slots = 2,
                   .has_momentum = true,
                   .has_beta2 = true,
                   .has_epsilon = true,
                   .momentum = 0.9,
                   .beta2 = 0.999,
                   .epsilon = 1e-8,
                   .weight_decay = 0.01},
};

const char *alv_optimizer_name(alv_optimizer_kind kind)
{
    return (int)kind >= 0 && (int)kind < ALV_OPTIMIZER_KINDS ? rows[kind].name : NULL;
}

int alv_optimizer_slots(alv_optimizer_kind kind)
{
    return rows[kind].slots;
}

alv_status alv_optimizer_parse(alv_optimizer_kind *out, const char *name, alv_error *error)
{
    const char *names[ALV_OPTIMIZER_KINDS + 1] = {0};
    for (int i = 0; i < ALV_OPTIMIZER_KINDS; i++) {
        names[i] = rows[i].name;
        if (name && strcmp(name, rows[i].name) == 0) {
            *out = (alv_optimizer_kind)i;
            return ALV_OK;
        }
    }
    const char *near = name ? alv_suggest(name, names) : NULL;
    return alv_fail(error, ALV_ERR_UNKNOWN_NAME, "optimizer",
                    "there is no optimizer '%s'; %s '%s'%s", name ? name : "",
                    near ? "did you mean" : "the first is", near ? near : rows[0].name,
                    near ? "?" : "");
}

/* Replaces a zero by its default, refuses what lies outside [0, limit) or what the kind lacks. */
static alv_status resolve(double *value, const char *what, bool has, double missing, double limit,
                          const optimizer_row *row, alv_error *error)
{
    if (!(*value >= 0 && *value < limit))
        return alv_fail(error, ALV_ERR_RANGE, what, "%g is not in [0, %g)", *value, limit);
    if (*value != 0 && !has)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, what, "%s has no %s", row->name, what);
    if (*value == 0) *value = missing;
    return ALV_OK;
}

alv_status alv_optimizer_resolve(alv_optimizer *out, const alv_optimizer *given, alv_error *error)
{
    alv_optimizer o = *given;
    if (!alv_optimizer_name(o.kind))
        return alv_fail(error, ALV_ERR_ARGUMENT, "optimizer", "no such kind: %d", (int)o.kind);
    const optimizer_row *row = &rows[o.kind];
    const double huge = 1e300;
    ALV_TRY(resolve(&o.lr, "lr", true, 0, huge, row, error));
    ALV_TRY(resolve(&o.momentum, "momentum", row->has_momentum, row->momentum, 1, row, error));
    ALV_TRY(resolve(&o.beta2, "beta2", row->has_beta2, row->beta2, 1, row, error));
    ALV_TRY(resolve(&o.epsilon, "epsilon", row->has_epsilon, row->epsilon, huge, row, error));
    ALV_TRY(resolve(&o.weight_decay, "weight_decay", true, row->weight_decay, huge, row, error));
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
