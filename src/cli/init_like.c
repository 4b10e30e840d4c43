/* alvor init --like MODEL: the model's own file again, its parameters drawn anew. */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "cli/init.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "formats/refill.h"
#include "lab/json.h"

static bool stop(void *user)
{
    (void)user;
    return cli_interrupted();
}

/* The texts of one row, "-" where there is nothing. */
typedef struct row {
    char fans[64], std[32], scheme[160];
} row;

static void describe(row *out, const alv_refill *r)
{
    double in, fan_out, mean, variance;
    *out = (row){"-", "-", "-"};
    if (!r->drawn) return;
    alv_scheme_print(out->scheme, sizeof out->scheme, &r->scheme, NULL);
    if (r->tensor.role == ALV_ROLE_WEIGHT &&
        alv_tensor_fans(&in, &fan_out, &r->tensor, NULL) == ALV_OK)
        alv_text_format(out->fans, sizeof out->fans, "%g/%g", in, fan_out);
    if (alv_init_moments(&mean, &variance, &r->scheme, &r->tensor, NULL) == ALV_OK)
        alv_number_print(out->std, __builtin_sqrt(variance), 4);
}

static void print_table(const cli_args *args, const alv_checkpoint *model, const alv_refill *list)
{
    const bool pt = args->lang == ALV_PT;
    char line[160];
    int64_t drawn = 0;
    snprintf(line, sizeof line, "%-32s%-16s%-12s%-10s%s", pt ? "nome" : "name",
             pt ? "tipo" : "kind", "fans", pt ? "desvio" : "std", pt ? "esquema" : "scheme");
    cli_heading(args, line);
    for (int64_t i = 0; i < model->n; i++) {
        const alv_checkpoint_tensor *t = &model->tensors[i];
        row text;
        describe(&text, &list[i]);
        if (!list[i].drawn) snprintf(text.scheme, sizeof text.scheme, pt ? "fica" : "stays");
        if (cli_text_width(t->name) >= 32)
            cli_show(stdout, t->name), printf("\n%*s", 32, "");
        else
            cli_pad(stdout, t->name, 32);
        printf("%-16s%-12s%-10s%s\n", t->kind->name, text.fans, text.std, text.scheme);
        drawn += list[i].drawn;
    }
    printf(pt ? "\n%lld de %lld tensores são sorteados; os outros ficam, byte a byte\n"
              : "\n%lld of %lld tensors are drawn; the others stay, byte for byte\n",
           (long long)drawn, (long long)model->n);
}

static int print_json(const alv_checkpoint *model, const alv_refill *list)
{
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.refill/1");
    alv_json_open(&json, "tensors", '[');
    for (int64_t i = 0; i < model->n; i++) {
        const alv_refill *r = &list[i];
        double in = __builtin_nan(""), fan_out = in, mean = in, variance = in;
        row text;
        describe(&text, r);
        if (r->drawn) {
            alv_tensor_fans(&in, &fan_out, &r->tensor, NULL);
            alv_init_moments(&mean, &variance, &r->scheme, &r->tensor, NULL);
        }
        alv_json_open(&json, NULL, '{');
        alv_json_string(&json, "name", model->tensors[i].name);
        alv_json_string(&json, "kind", model->tensors[i].kind->name);
        alv_json_bool(&json, "drawn", r->drawn);
        alv_json_real(&json, "fan_in", in);
        alv_json_real(&json, "fan_out", fan_out);
        alv_json_string(&json, "scheme", r->drawn ? text.scheme : NULL);
        alv_json_real(&json, "mean", mean);
        alv_json_real(&json, "std", __builtin_sqrt(variance));
        alv_json_close(&json);
    }
    alv_json_close(&json);
    alv_json_close(&json);
    char *text = alv_json_take(&json);
    if (!text) return cli_fail(NULL, "no memory for the table");
    fputs(text, stdout);
    free(text);
    return CLI_OK;
}

static int write_model(const alv_checkpoint *model, const alv_refill *list, const cli_args *args)
{
    const char *path = cli_value(args, "output", NULL);
    uint64_t seed;
    alv_error error;
    int64_t drawn = 0;
    if (!cli_seed(&seed, args)) return CLI_USAGE;
    if (!path) return cli_fail("as in -o new.safetensors, or --dry-run", "init needs -o");
    if (strcmp(path, "-") == 0) return cli_fail(NULL, "a model goes to a file");
    cli_catch_interrupt(args->lang);
    if (alv_refill_write(path, model, list, seed, stop, NULL, &error) != ALV_OK)
        return cli_fail_error(&error);
    for (int64_t i = 0; i < model->n; i++) drawn += list[i].drawn;
    fprintf(stderr,
            args->lang == ALV_PT ? "%s: %lld de %lld tensores sorteados, semente %llu\n"
                                 : "%s: %lld of %lld tensors drawn, seed %llu\n",
            path, (long long)drawn, (long long)model->n, (unsigned long long)seed);
    return CLI_OK;
}

static int refill(const alv_checkpoint *model, const alv_refill_how *how, const cli_args *args)
{
    alv_refill *list;
    alv_error error;
    const bool dry = cli_flag(args, "dry-run"), json = cli_flag(args, "json");
    if (json && !dry) return cli_fail("as in --dry-run --json", "--json belongs to --dry-run");
    if (alv_refill_plan(&list, model, how, &error) != ALV_OK) return cli_fail_error(&error);
    int code = CLI_OK;
    if (!dry)
        code = write_model(model, list, args);
    else if (json)
        code = print_json(model, list);
    else
        print_table(args, model, list);
    free(list);
    return code;
}

int cli_init_like(const cli_args *args)
{
    alv_checkpoint *model;
    alv_weight_plan *plan = NULL;
    alv_error error;
    alv_refill_how how = {.scheme = cli_value(args, "scheme", NULL),
                          .only = cli_value(args, "only", NULL)};
    const char *name = cli_value(args, "plan", NULL);
    if (name && how.scheme)
        return cli_fail(NULL, "--plan and --scheme both say how to draw: give one");
    if (name && cli_read_plan(&plan, name, NULL) != CLI_OK) return CLI_USAGE;
    how.plan = plan;
    if (alv_checkpoint_open(&model, cli_value(args, "like", NULL), cli_value(args, "as", NULL),
                            &error) != ALV_OK) {
        alv_weight_plan_free(plan);
        return cli_fail_error(&error);
    }
    const int code = refill(model, &how, args);
    alv_checkpoint_free(model);
    alv_weight_plan_free(plan);
    return code;
}
