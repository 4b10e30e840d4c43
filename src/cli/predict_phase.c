/* alvor predict --phase: order and chaos over the scales of weights and biases, drawn as text. */
#include "base/base.h"
#include "cli/explain.h"
#include "cli/page.h"
#include "cli/predict.h"
#include "math/math.h"

enum { COLUMNS = 64, ROWS = 14 };

/* Gradients change by e over one depth scale; Schoenholz et al. (2017) find nets trainable up to
 * about six. */
static const double SCALES = 6;

typedef struct diagram {
    const alv_mean_field *net;
    int64_t depth;
    double weights[COLUMNS], biases[ROWS]; /* the middle of each column, each row */
    double chi[ROWS * COLUMNS];
    int row, column; /* of the net itself */
} diagram;

/* The next of 1, 2, 4, 8, 10, 20, ... from x up: its quarters are short numbers. */
static double round_up(double x)
{
    double power = 1e-300;
    while (power * 10 <= x && power < 1e300) power *= 10;
    for (double step = 1; step < 10; step *= 2)
        if (x <= step * power * (1 + 1e-9)) return step * power;
    return 10 * power;
}

/* Room for the net and for both sides of the edge, which moves with the biases: up to the edge at
 * the top of the diagram and half as much again, but no more than eight times the first edge. */
static void lay_out(diagram *d, double edge)
{
    alv_mean_field top = *d->net;
    double most = 1.25 * d->net->weight_variance, far;
    const double biases = alv_max(0.5, 1.25 * d->net->bias_variance);
    top.bias_variance = biases;
    if (alv_mean_field_edge(&far, &top, NULL) != ALV_OK) far = edge;
    if (!alv_isnan(edge)) most = alv_max(most, alv_min(1.5 * alv_max(edge, far), 8 * edge));
    most = most > 0 ? round_up(most) : 4;
    for (int i = 0; i < COLUMNS; i++) d->weights[i] = most * (i + 0.5) / COLUMNS;
    for (int i = 0; i < ROWS; i++) d->biases[i] = biases * i / (ROWS - 1);
    d->column = (int)(d->net->weight_variance / most * COLUMNS);
    d->row = (int)(d->net->bias_variance / biases * (ROWS - 1) + 0.5);
}

static bool trains(double chi, int64_t depth)
{
    return alv_fabs(alv_log(chi)) * (double)depth <= SCALES;
}

static void print_cell(const diagram *d, int row, int column, bool color)
{
    const double chi = d->chi[row * COLUMNS + column];
    const char *look = trains(chi, d->depth) ? "32mo" : chi < 1 ? "34m." : "31m#";
    if (row == d->row && column == d->column) look = "1mX";
    const char sign = look[strlen(look) - 1];
    if (color)
        printf("\033[%.*s%c\033[0m", (int)strlen(look) - 1, look, sign);
    else
        putchar(sign);
}

static void print_page(const diagram *d, const cli_args *args, const char *act)
{
    const bool pt = args->lang == ALV_PT;
    char text[256], number[32];
    alv_text_format(text, sizeof text,
                    pt ? "%s: ordem e caos, %lld camadas" : "%s: order and chaos, %lld layers", act,
                    d->depth);
    cli_heading(args, text);
    puts("\n   Var b");
    for (int row = ROWS - 1; row >= 0; row--) {
        alv_number_print(number, d->biases[row], 3);
        printf("%8s |", row % 3 == 0 || row == ROWS - 1 ? number : "");
        for (int i = 0; i < COLUMNS; i++) print_cell(d, row, i, args->color);
        putchar('\n');
    }
    printf("%8s +", "");
    for (int i = 0; i < COLUMNS; i++) putchar(i % 16 == 0 ? '+' : '-');
    printf("\n%10s", "");
    for (int i = 0; i < COLUMNS; i += 16) {
        alv_number_print(number, d->weights[0] * 2 * i, 3);
        printf("%-16s", number);
    }
    puts("\n          fan_in Var w\n");
    puts(pt ? ". ordem: gradientes desaparecem    # caos: gradientes explodem    X esta rede"
            : ". order: gradients vanish    # chaos: gradients explode    X this net");
    alv_text_format(text, sizeof text,
                    pt ? "o treinável: em %lld camadas a média dos quadrados dos gradientes muda "
                         "menos que e^6 vezes (seis escalas de profundidade)"
                       : "o trainable: over %lld layers the mean square of gradients changes less "
                         "than e^6 times (six depth scales)",
                    d->depth);
    cli_wrap(stdout, text, 0, 2);
}

static json_t *reals(const double *x, int n)
{
    json_t *out = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(out, alv_isfinite(x[i]) ? json_real(x[i]) : json_null());
    return out;
}

static int print_json(const diagram *d, const char *act)
{
    json_t *chi = json_array();
    for (int row = 0; row < ROWS; row++)
        json_array_append_new(chi, reals(&d->chi[row * COLUMNS], COLUMNS));
    return cli_print_document(json_pack(
        "{s:s, s:s, s:I, s:{s:f, s:f}, s:o, s:o, s:o}", "schema", "alvor.phase/1", "act", act,
        "depth", (json_int_t)d->depth, "here", "weight_variance", d->net->weight_variance,
        "bias_variance", d->net->bias_variance, "weight_variance", reals(d->weights, COLUMNS),
        "bias_variance", reals(d->biases, ROWS), "chi", chi));
}

int cli_print_phase(const cli_args *args, const alv_mean_field *net, double inputs, double edge,
                    int64_t depth)
{
    diagram d = {.net = net, .depth = depth};
    alv_error error;
    char act[64];
    lay_out(&d, edge);
    if (alv_act_print(act, sizeof act, net->act, &error) != ALV_OK ||
        alv_mean_field_phase(d.chi, net->act, inputs, d.weights, COLUMNS, d.biases, ROWS, &error) !=
            ALV_OK)
        return cli_fail_error(&error);
    if (cli_flag(args, "json")) return print_json(&d, act);
    print_page(&d, args, act);
    return CLI_OK;
}
