/* Trains the grid, chooses the forecast's bounds on one part of it, and scores them on the other.
 *
 *     forecast-grid train THREADS > docs/forecast.csv      minutes
 *     forecast-grid choose docs/forecast.csv               bounds for src/verdict/rules.c
 *     forecast-grid tables docs/forecast.csv               for docs/forecast.md
 *     forecast-grid code docs/forecast.csv > src/verdict/score.c
 *     forecast-grid check docs/forecast.csv src/verdict/score.c docs/forecast.md
 *
 * check fails unless the bounds, the score and the tables are those that the results imply. */
#include <stdlib.h>

#include "base/base.h"
#include "grid.h"

static int usage(void)
{
    fputs("usage: forecast-grid train THREADS | choose CSV | tables CSV | code CSV | "
          "check CSV SCORE MARKDOWN\n",
          stderr);
    return 2;
}

static int train(int threads)
{
    int count;
    grid_net *nets = grid_new(&count);
    alv_error error;
    if (!nets || grid_train(nets, count, threads, &error)) {
        fprintf(stderr, "forecast-grid: %s\n", nets ? error.message : "no memory");
        free(nets);
        return 1;
    }
    table_write(stdout, nets, count);
    free(nets);
    return 0;
}

static void print_bounds(const char *name, const alv_bounds *b)
{
    printf("%s: forward %g to %g, backward %g to %g, saturated %g, dead %g, locked %g\n", name,
           b->forward_lo, b->forward_hi, b->backward_lo, b->backward_hi, b->saturated, b->dead,
           b->locked);
}

static bool bounds_agree(const grid_net *nets, int count)
{
    alv_bounds chosen = choose_bounds(nets, count);
    const alv_bounds *used = &alv_bounds_of[ALV_CRITICAL];
    print_bounds("chosen", &chosen);
    print_bounds("in use", used);
    const double *a = (const double *)&chosen, *b = (const double *)used;
    for (size_t i = 0; i < sizeof chosen / sizeof *a; i++)
        if (!(a[i] / b[i] > 1 - 1e-9 && a[i] / b[i] < 1 + 1e-9)) return false;
    return true;
}

static char *read_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    char *text = in ? calloc(1, 1 << 20) : NULL;
    if (text) text[fread(text, 1, (1 << 20) - 1, in)] = '\0';
    if (in) fclose(in);
    return text;
}

/* True if the file contains, word for word, what `print` prints. */
static bool contains(const char *path, void (*print)(FILE *, const grid_net *, int),
                     const grid_net *nets, int count)
{
    char *wanted = NULL, *text = read_file(path);
    size_t size;
    FILE *out = open_memstream(&wanted, &size);
    if (out) {
        print(out, nets, count);
        fclose(out);
    }
    bool found = text && wanted && strstr(text, wanted);
    printf("%s: %s\n", path, found ? "agrees" : "is not what the results imply");
    free(wanted);
    free(text);
    return found;
}

static int check(const grid_net *nets, int count, const char *code, const char *markdown)
{
    bool fine = bounds_agree(nets, count);
    fine &= contains(code, print_code, nets, count);
    fine &= contains(markdown, print_tables, nets, count);
    return fine ? 0 : 1;
}

static int use(const char *verb, const grid_net *nets, int count, char **paths)
{
    if (strcmp(verb, "choose") == 0) return bounds_agree(nets, count) ? 0 : 1;
    if (strcmp(verb, "check") == 0 && paths[0] && paths[1])
        return check(nets, count, paths[0], paths[1]);
    if (strcmp(verb, "tables") == 0) {
        print_tables(stdout, nets, count);
        return 0;
    }
    if (strcmp(verb, "code") != 0) return usage();
    print_code(stdout, nets, count);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) return usage();
    if (strcmp(argv[1], "train") == 0) return train(atoi(argv[2]));
    grid_net *nets;
    int count;
    if (!table_read(&nets, &count, argv[2])) return 2;
    int status = use(argv[1], nets, count, argv + 3);
    free(nets);
    return status;
}
