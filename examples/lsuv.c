/* Scales a network of your own, layer by layer, until its outputs have unit variance on a batch. */
#include <alvor/alvor.h>
#include <math.h>
#include <stdio.h>

enum { LAYERS = 6, WIDTH = 64, ROWS = 128 };

typedef struct net {
    float w[LAYERS][WIDTH][WIDTH];
    float x[LAYERS + 1][ROWS][WIDTH]; /* x[l]: the inputs of layer l */
    float z[ROWS][WIDTH];
} net;

static net mine;

/* Runs one layer: those before it are done, so that its inputs are at hand. */
static alv_status outputs(alv_lsuv_outputs *out, int layer, int attempt, void *user, alv_error *e)
{
    (void)attempt, (void)e;
    net *n = user;
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < WIDTH; i++) {
            n->z[r][i] = 0;
            for (int j = 0; j < WIDTH; j++) n->z[r][i] += n->w[layer][i][j] * n->x[layer][r][j];
            n->x[layer + 1][r][i] = n->z[r][i] > 0 ? n->z[r][i] : 0;
        }
    *out = (alv_lsuv_outputs){.values = n->z, .count = ROWS * WIDTH, .dtype = ALV_F32};
    return ALV_OK;
}

static alv_status scale(int layer, double factor, void *user, alv_error *e)
{
    (void)e;
    float *w = &((net *)user)->w[layer][0][0];
    for (int i = 0; i < WIDTH * WIDTH; i++) w[i] *= (float)factor;
    return ALV_OK;
}

int main(void)
{
    const alv_dist law = alv_dist_normal(0, 0.05), inputs = alv_dist_uniform(0, 1);
    const alv_lsuv_net callbacks = {LAYERS, &mine, outputs, scale};
    alv_lsuv_report reports[LAYERS];
    alv_error error;
    if (alv_dist_fill(mine.w, ALV_F32, 0, LAYERS * WIDTH * WIDTH, &law,
                      alv_stream_make(42, "weights", NULL), NULL, &error) ||
        alv_dist_fill(mine.x, ALV_F32, 0, ROWS * WIDTH, &inputs, alv_stream_make(42, "x", NULL),
                      NULL, &error) ||
        alv_lsuv_run(reports, &callbacks, NULL, &error)) {
        fprintf(stderr, "%s: %s\n", error.where, error.message);
        return 1;
    }
    for (int l = 0; l < LAYERS; l++)
        printf("layer %d: variance %.4f -> %.4f, weights times %.4f\n", l, reports[l].before,
               reports[l].after, reports[l].factor);
    return 0;
}
