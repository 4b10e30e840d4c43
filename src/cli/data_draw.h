/* Pictures of data sets: to a canvas of pixels for a file, to characters for a terminal. */
#ifndef ALV_CLI_DATA_DRAW_H
#define ALV_CLI_DATA_DRAW_H

#include "data/data.h"

/* Pixels, (height, width, 3). Free rgb with free(). */
typedef struct cli_canvas {
    int width, height;
    unsigned char *rgb;
} cli_canvas;

/* A contact sheet of the first n training samples: images in a grid, points of the plane in a
 * scatter, other features as one strip of cells a sample. x is expected within [-1, 1] or so. */
alv_status cli_draw_sheet(cli_canvas *out, const alv_split *split, int64_t n, alv_error *error);

/* The same on stdout, `columns` characters wide: grey half blocks where `color` (256 colours, which
 * needs a terminal and UTF-8), a ramp of ASCII characters otherwise. */
void cli_print_samples(const alv_split *split, int64_t n, int columns, bool color);

/* How many samples a picture shows by default. */
int64_t cli_sheet_default(const alv_split *split);
int64_t cli_print_default(const alv_split *split);

/* The colour of a class: eight that also people with colour-blindness tell apart (Okabe and Ito
 * 2008), then again. */
void cli_class_color(unsigned char rgb[3], int label);

/* Bounds of the plane's points, (x, y), with a margin. */
typedef struct cli_frame {
    double lo[2], hi[2];
} cli_frame;

cli_frame cli_frame_of(const alv_split *split, int64_t n);
/* Where a coordinate falls on `size` cells, clamped to them. */
int cli_frame_cell(const cli_frame *frame, int axis, double value, int size);
/* x in [-1, 1] to 0 .. 255. */
unsigned char cli_grey(float x);
/* A pixel of an image: its value, of several channels their mean. */
float cli_pixel(const alv_split *split, const float *image, int row, int column);
/* The name of a class, or its number; `out` has room for 32 bytes and is cut at a whole letter. */
void cli_class_name(char out[32], const alv_split *split, int label);

#endif
