/* A bench for random nets: square layers in double precision, drawn by the registry, run forward
 * and backward for one input or two. */
#ifndef ALV_REPRODUCE_RIG_H
#define ALV_REPRODUCE_RIG_H

#include "reproduce/reproduce.h"

typedef struct alv_rig {
    int64_t width, depth;
    alv_act_spec act;
    alv_scheme weights, biases;
    double *x;     /* (width): the input of alv_rig_pass */
    double *w, *b; /* (depth, width, width), (depth, width): the net that was drawn last */
    double *z[2];  /* (depth, width): pre-activations of two inputs */
    double *g;     /* (depth, width): gradients by z of the first */
} alv_rig;

/* Schemes and activation as texts. Free with alv_rig_free, also after an error. */
alv_status alv_rig_make(alv_rig *out, int64_t depth, int64_t width, const char *act,
                        const char *weights, const char *biases, alv_error *error);
void alv_rig_free(alv_rig *rig);

/* Draws net number `net`: its own streams. */
alv_status alv_rig_draw(alv_rig *rig, int64_t net, alv_error *error);
/* Draws net number `net` and fills z[0] from a normal input x of its own, of root mean square `rms`
 * in expectation. */
alv_status alv_rig_pass(alv_rig *rig, int64_t net, double rms, alv_error *error);
/* Fills z[which] from what the first layer sees, x (width). */
void alv_rig_forward(alv_rig *rig, int which, const double *x);
/* Fills g from a normal gradient at the last layer, of the net's own. */
void alv_rig_backward(alv_rig *rig, int64_t net);

/* n normal numbers of stream `name`. */
void alv_rig_normals(double *out, int64_t n, const char *name, int64_t index);
/* Two vectors (n) at right angles, each of mean square 1, of the net's own. */
void alv_rig_axes(double *u, double *v, int64_t n, int64_t net);
double alv_rig_mean_square(const double *x, int64_t n);
/* The variance of the squared singular values of d z_last / d z_first over their mean squared. */
alv_status alv_rig_spread(double *out, const alv_rig *rig, alv_error *error);

#endif
