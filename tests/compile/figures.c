/* Prints what the library computes besides fills, to the last bit: gains, activations, moments,
 * densities. Two builds of the library must print the same. */
#include <stdio.h>

#include "alvor/alvor.h"

static void activations(void)
{
    static const double points[] = {-40, -3.25, -1, -0x1p-30, 0, 0.3, 1.7, 22};
    for (int i = 0; i < alv_act_count(); i++) {
        const alv_act *act = alv_act_at(i);
        printf("%s", act->name);
        for (int k = 0; k < 8; k++) {
            double x = points[k], y = act->f(x, act->param_default);
            float x32 = (float)x, y32, dx32;
            act->forward_f32(&y32, &x32, 1, act->param_default);
            act->backward_f32(&dx32, &x32, &x32, &y32, 1, act->param_default);
            printf(" %a %a %a %a", y, act->df(x, act->param_default), (double)y32, (double)dx32);
        }
        alv_gain gain = {0};
        alv_act_gain(&gain, (alv_act_spec){act, act->param_default}, NULL);
        printf(" %a %a %a\n", gain.mean, gain.forward, gain.backward);
    }
}

static void distributions(void)
{
    const alv_dist laws[] = {
        {ALV_DIST_UNIFORM, 0, 0, -0.3, 1.1},
        {ALV_DIST_NORMAL, 0.1, 0.7, 0, 0},
        {ALV_DIST_TRUNCATED_NORMAL, 0.1, 0.7, -1.3, 2.9},
    };
    for (int i = 0; i < 3; i++) {
        printf("law %d %a %a", i, alv_dist_mean(&laws[i]), alv_dist_variance(&laws[i]));
        for (double x = -2; x < 3; x += 0.37)
            printf(" %a %a", alv_dist_pdf(&laws[i], x), alv_dist_cdf(&laws[i], x));
        puts("");
    }
}

/* Every initializer's law for a weight before every activation. */
static void laws(void)
{
    for (int i = 0; i < alv_init_count(); i++)
        for (int k = 0; k < alv_act_count(); k++) {
            alv_tensor w = {.name = "w", .rank = 2, .shape = {101, 67}};
            alv_scheme scheme;
            alv_dist law = {0};
            w.act.act = alv_act_at(k);
            w.act.param = alv_act_at(k)->param_default;
            if (alv_scheme_parse(&scheme, alv_init_at(i)->name, NULL) != ALV_OK ||
                alv_init_law(&law, &scheme, &w, NULL) != ALV_OK)
                continue;
            printf("%s %s %d %a %a %a %a\n", alv_init_at(i)->name, alv_act_at(k)->name,
                   (int)law.kind, law.mean, law.std, law.lo, law.hi);
        }
}

int main(void)
{
    activations();
    distributions();
    laws();
    return 0;
}
