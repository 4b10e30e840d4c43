/* The grid of networks on which forecasts are judged: what one net is, and what happened to it.
 *
 * A net is (data, activation, scheme, depth, width). It is measured once at initialization, and
 * trained once at each learning rate from the same first weights. A hash of its description puts it
 * into one of two parts before anything is measured: bounds are chosen on one and scored on the
 * other. */
#ifndef FORECAST_GRID_H
#define FORECAST_GRID_H

#include <stdio.h>

#include "verdict/verdict.h"

enum { RATES = 3, NAME_SIZE = 24 };

/* Plain SGD, batch 32, 512 training samples. The small rate gets more steps, but not ten times as
 * many: what has not moved after 1,500 steps counts as stuck. */
typedef struct rate {
    double lr;
    int64_t steps;
} rate;

extern const rate rates[RATES];

typedef enum part { CHOOSING, SCORING, PARTS } part;

typedef struct grid_net {
    char data[NAME_SIZE], act[NAME_SIZE], scheme[NAME_SIZE];
    int depth, width; /* hidden layers, units of each */
    part part;
    alv_signals signals;
    double chance, loss[RATES]; /* mean training loss at the end */
    alv_outcome outcome[RATES];
} grid_net;

uint64_t net_hash(const grid_net *net);
part net_part(const grid_net *net);
/* Trained or slow at that rate; at one rate at least. */
bool learns_at(const grid_net *net, int rate);
bool learns(const grid_net *net);

/* Every net of the grid, untrained; free(). */
grid_net *grid_new(int *count);
/* Measures and trains all; progress on stderr. */
alv_status grid_train(grid_net *nets, int count, int threads, alv_error *error);

void table_write(FILE *out, const grid_net *nets, int count);
/* False, with a message on stderr, if the file is not such a table. */
bool table_read(grid_net **nets, int *count, const char *path);

/* Bounds that make the fewest mistakes on the choosing part. */
alv_bounds choose_bounds(const grid_net *nets, int count);

/* The results as Markdown and as src/verdict/score.c. */
void print_tables(FILE *out, const grid_net *nets, int count);
void print_code(FILE *out, const grid_net *nets, int count);

#endif
