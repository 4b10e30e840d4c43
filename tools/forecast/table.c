/* The grid's results as CSV: one net a line, in the order of the grid. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "grid.h"

static const char header[] =
    "part,data,activation,scheme,depth,width,forward_drift,backward_drift,saturated,dead,locked,"
    "nonfinite,chance,loss@0.01,loss@0.03,loss@0.1,outcome@0.01,outcome@0.03,outcome@0.1\n";

static const char *const part_names[PARTS] = {"choosing", "scoring"};

bool learns_at(const grid_net *net, int which)
{
    return net->outcome[which] == ALV_OUTCOME_TRAINED || net->outcome[which] == ALV_OUTCOME_SLOW;
}

bool learns(const grid_net *net)
{
    for (int i = 0; i < RATES; i++)
        if (learns_at(net, i)) return true;
    return false;
}

void table_write(FILE *out, const grid_net *nets, int count)
{
    fputs(header, out);
    for (int i = 0; i < count; i++) {
        const grid_net *n = &nets[i];
        const alv_signals *s = &n->signals;
        fprintf(out, "%s,%s,%s,%s,%d,%d", part_names[n->part], n->data, n->act, n->scheme, n->depth,
                n->width);
        const double numbers[] = {s->forward, s->backward,  s->saturated, s->dead,
                                  s->locked,  s->nonfinite, n->chance};
        for (int k = 0; k < ALV_COUNT(numbers); k++) fprintf(out, ",%.6g", numbers[k]);
        for (int r = 0; r < RATES; r++) fprintf(out, ",%.4g", n->loss[r]);
        for (int r = 0; r < RATES; r++) fprintf(out, ",%s", alv_outcome_key(n->outcome[r]));
        fputc('\n', out);
    }
}

/* The next field of a line, or "" at its end. */
static const char *field(char **rest)
{
    char *start = *rest, *end = start + strcspn(start, ",\n");
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

static void copy(char *out, const char *text)
{
    alv_text_format(out, NAME_SIZE, "%s", text);
}

static bool read_outcome(alv_outcome *out, const char *key)
{
    for (int o = 0; o < ALV_OUTCOMES; o++) {
        if (strcmp(alv_outcome_key((alv_outcome)o), key) != 0) continue;
        *out = (alv_outcome)o;
        return true;
    }
    return false;
}

/* A line whose part is not the one that its description hashes to is refused. */
static bool read_line(grid_net *n, char *line)
{
    const char *side = field(&line);
    copy(n->data, field(&line));
    copy(n->act, field(&line));
    copy(n->scheme, field(&line));
    n->depth = atoi(field(&line));
    n->width = atoi(field(&line));
    double *numbers[] = {&n->signals.forward, &n->signals.backward, &n->signals.saturated,
                         &n->signals.dead,    &n->signals.locked,   &n->signals.nonfinite,
                         &n->chance,          &n->loss[0],          &n->loss[1],
                         &n->loss[2]};
    for (int i = 0; i < ALV_COUNT(numbers); i++) *numbers[i] = strtod(field(&line), NULL);
    for (int r = 0; r < RATES; r++)
        if (!read_outcome(&n->outcome[r], field(&line))) return false;
    n->part = net_part(n);
    return strcmp(part_names[n->part], side) == 0;
}

bool table_read(grid_net **nets, int *count, const char *path)
{
    FILE *in = fopen(path, "r");
    char line[512];
    int n = 0;
    grid_net *all = alv_new_array(10000, sizeof *all);
    bool fine = in && all && fgets(line, sizeof line, in) && strcmp(line, header) == 0;
    while (fine && n < 10000 && fgets(line, sizeof line, in)) fine = read_line(&all[n++], line);
    if (in) fclose(in);
    if (!fine || n == 0) {
        fprintf(stderr, "%s: not a table of forecasts (line %d)\n", path, n + 1);
        free(all);
        return false;
    }
    *nets = all;
    *count = n;
    return true;
}
