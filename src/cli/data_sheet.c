/* Contact sheets: samples painted on a canvas of pixels. */
#include "cli/data_draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

enum { GAP = 2, CELL = 6, PLOT = 560, MAX_SIDE = 16384 };

int64_t cli_sheet_default(const alv_split *split)
{
    return split->height ? 100 : split->dim == 2 ? 2000 : 60;
}

void cli_class_color(unsigned char rgb[3], int label)
{
    static const unsigned char palette[][3] = {
        {0, 114, 178},   {230, 159, 0},  {0, 158, 115}, {213, 94, 0},
        {204, 121, 167}, {86, 180, 233}, {154, 140, 0}, {90, 90, 90},
    };
    memcpy(rgb, palette[label % ALV_COUNT(palette)], 3);
}

unsigned char cli_grey(float x)
{
    double level = ((double)x + 1) * 127.5;
    return (unsigned char)(level < 0 ? 0 : level > 255 ? 255 : level + 0.5);
}

static void widen(double *lo, double *hi, double value)
{
    if (value < *lo) *lo = value;
    if (value > *hi) *hi = value;
}

cli_frame cli_frame_of(const alv_split *split, int64_t n)
{
    cli_frame frame;
    for (int axis = 0; axis < 2; axis++) {
        double lo = (double)split->train.x[axis], hi = lo;
        for (int64_t i = 1; i < n; i++) widen(&lo, &hi, (double)split->train.x[2 * i + axis]);
        double margin = hi > lo ? 0.04 * (hi - lo) : 1;
        frame.lo[axis] = lo - margin;
        frame.hi[axis] = hi + margin;
    }
    return frame;
}

int cli_frame_cell(const cli_frame *frame, int axis, double value, int size)
{
    double share = (value - frame->lo[axis]) / (frame->hi[axis] - frame->lo[axis]);
    int cell = (int)(share * size);
    return cell < 0 ? 0 : cell >= size ? size - 1 : cell;
}

static alv_status new_canvas(cli_canvas *out, int64_t width, int64_t height, alv_error *error)
{
    if (width > MAX_SIDE || height > MAX_SIDE)
        return alv_fail(error, ALV_ERR_RANGE, "sheet", "%lld x %lld pixels; show fewer samples",
                        width, height);
    size_t size = (size_t)width * (size_t)height * 3;
    unsigned char *rgb = malloc(size);
    if (!rgb) return alv_fail(error, ALV_ERR_MEMORY, "sheet", "no memory for the picture");
    memset(rgb, 255, size);
    *out = (cli_canvas){(int)width, (int)height, rgb};
    return ALV_OK;
}

static void fill(cli_canvas *c, int x0, int y0, int width, int height, const unsigned char rgb[3])
{
    for (int y = y0 < 0 ? 0 : y0; y < y0 + height && y < c->height; y++)
        for (int x = x0 < 0 ? 0 : x0; x < x0 + width && x < c->width; x++)
            memcpy(c->rgb + 3 * ((size_t)y * (size_t)c->width + (size_t)x), rgb, 3);
}

static void fill_grey(cli_canvas *c, int x, int y, int size, float value)
{
    unsigned char grey = cli_grey(value);
    fill(c, x, y, size, size, (unsigned char[3]){grey, grey, grey});
}

float cli_pixel(const alv_split *split, const float *image, int row, int column)
{
    const int64_t plane = (int64_t)split->height * split->width;
    float sum = 0;
    for (int64_t at = (int64_t)row * split->width + column; at < split->dim; at += plane)
        sum += image[at];
    return sum * (float)plane / (float)split->dim;
}

/* Three channels are red, green and blue. */
static void fill_pixel(cli_canvas *c, int x, int y, int zoom, const alv_split *split,
                       const float *image, int row, int column)
{
    const int64_t plane = (int64_t)split->height * split->width;
    const float *at = image + (int64_t)row * split->width + column;
    if (split->dim != 3 * plane) {
        fill_grey(c, x, y, zoom, cli_pixel(split, image, row, column));
        return;
    }
    const unsigned char rgb[3] = {cli_grey(at[0]), cli_grey(at[plane]), cli_grey(at[2 * plane])};
    fill(c, x, y, zoom, zoom, rgb);
}

/* Tiles in a grid as square as may be; a bar of the class's colour under each. */
static alv_status draw_images(cli_canvas *out, const alv_split *split, int64_t n, alv_error *error)
{
    int zoom = split->width <= 64 ? 2 : 1, bar = 3;
    int64_t across = 1;
    while (across * across < n) across++;
    int64_t w = (int64_t)split->width * zoom + GAP, h = (int64_t)split->height * zoom + bar + GAP;
    ALV_TRY(new_canvas(out, across * w + GAP, (n + across - 1) / across * h + GAP, error));
    for (int64_t i = 0; i < n; i++) {
        const float *x = split->train.x + i * split->dim;
        int left = (int)(i % across * w) + GAP, top = (int)(i / across * h) + GAP;
        for (int row = 0; row < split->height; row++)
            for (int column = 0; column < split->width; column++)
                fill_pixel(out, left + zoom * column, top + zoom * row, zoom, split, x, row,
                           column);
        unsigned char color[3];
        cli_class_color(color, split->train.y[i]);
        fill(out, left, top + zoom * split->height, zoom * split->width, bar, color);
    }
    return ALV_OK;
}

static alv_status draw_points(cli_canvas *out, const alv_split *split, int64_t n, alv_error *error)
{
    ALV_TRY(new_canvas(out, PLOT, PLOT, error));
    cli_frame frame = cli_frame_of(split, n);
    const unsigned char axis_color[3] = {225, 225, 225};
    fill(out, cli_frame_cell(&frame, 0, 0, PLOT), 0, 1, PLOT, axis_color);
    fill(out, 0, PLOT - 1 - cli_frame_cell(&frame, 1, 0, PLOT), PLOT, 1, axis_color);
    for (int64_t i = 0; i < n; i++) {
        const float *p = split->train.x + 2 * i;
        unsigned char color[3];
        cli_class_color(color, split->train.y[i]);
        int x = cli_frame_cell(&frame, 0, (double)p[0], PLOT);
        int y = PLOT - 1 - cli_frame_cell(&frame, 1, (double)p[1], PLOT);
        fill(out, x - 1, y - 2, 3, 5, color); /* a disc of five pixels across */
        fill(out, x - 2, y - 1, 5, 3, color);
    }
    return ALV_OK;
}

/* One row of cells a sample, the class's colour at its left end. */
static alv_status draw_strips(cli_canvas *out, const alv_split *split, int64_t n, alv_error *error)
{
    ALV_TRY(new_canvas(out, (split->dim + 2) * CELL + 2 * GAP, n * (CELL + 1) + 2 * GAP, error));
    for (int64_t i = 0; i < n; i++) {
        int y = (int)i * (CELL + 1) + GAP;
        unsigned char color[3];
        cli_class_color(color, split->train.y[i]);
        fill(out, GAP, y, CELL, CELL, color);
        for (int64_t j = 0; j < split->dim; j++)
            fill_grey(out, GAP + (int)(j + 2) * CELL, y, CELL, split->train.x[i * split->dim + j]);
    }
    return ALV_OK;
}

alv_status cli_draw_sheet(cli_canvas *out, const alv_split *split, int64_t n, alv_error *error)
{
    if (n > split->train.n) n = split->train.n;
    if (split->tokens > 0)
        return alv_fail(error, ALV_ERR_UNSUPPORTED, "output", "a text has no contact sheet");
    if (split->height) return draw_images(out, split, n, error);
    if (split->dim == 2) return draw_points(out, split, n, error);
    return draw_strips(out, split, n, error);
}
