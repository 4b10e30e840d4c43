/* Samples as characters in a terminal. */
#include "cli/data_draw.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"

/* From dark to light on a dark terminal. */
static const char ramp[] = " .:-=+*#%@";

int64_t cli_print_default(const alv_split *split)
{
    return split->height ? 6 : split->dim == 2 ? 600 : 20;
}

void cli_class_name(char out[32], const alv_split *split, int label)
{
    if (!split->class_names) {
        alv_text_format(out, 32, "%d", label);
        return;
    }
    size_t n = 0;
    for (const char *s = split->class_names[label]; *s && n < 31; s++)
        out[n++] = (unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s;
    while (n == 31 && ((unsigned char)out[n - 1] & 0x80)) n--; /* not half a letter */
    out[n] = '\0';
}

static char shade(double level)
{
    int last = (int)sizeof ramp - 2, index = (int)(level / 255 * last + 0.5);
    return ramp[index < 0 ? 0 : index > last ? last : index];
}

/* The 256-colour palette has a ramp of 24 greys at 232. */
static int grey_code(double level)
{
    int step = (int)(level / 255 * 23 + 0.5);
    return 232 + (step < 0 ? 0 : step > 23 ? 23 : step);
}

/* One row of characters of one image shows two rows of pixels. */
static void print_image_row(const alv_split *split, int64_t i, int row, bool color)
{
    const float *x = split->train.x + i * split->dim;
    bool pair = row + 1 < split->height;
    for (int column = 0; column < split->width; column++) {
        double top = cli_grey(cli_pixel(split, x, row, column));
        double low = pair ? cli_grey(cli_pixel(split, x, row + 1, column)) : 0;
        if (color)
            printf("\033[38;5;%d;48;5;%dm\u2580", grey_code(top), grey_code(low));
        else
            putchar(shade(pair ? (top + low) / 2 : top));
    }
    if (color) fputs("\033[0m", stdout);
}

static void print_caption(const alv_split *split, int64_t i)
{
    char name[32];
    cli_class_name(name, split, split->train.y[i]);
    int used = 0, cells = split->width;
    for (const char *s = name; *s; s++) {
        bool starts = ((unsigned char)*s & 0xc0) != 0x80; /* a letter of UTF-8 */
        if (starts && used == cells) break;
        used += starts;
        putchar(*s);
    }
    printf("%*s", cells - used, "");
}

static void print_images(const alv_split *split, int64_t n, int columns, bool color)
{
    int64_t across = (columns + 1) / (split->width + 1);
    if (across < 1) across = 1;
    for (int64_t first = 0; first < n; first += across) {
        int64_t end = first + across < n ? first + across : n;
        for (int row = 0; row < split->height; row += 2) {
            for (int64_t i = first; i < end; i++) {
                print_image_row(split, i, row, color);
                putchar(i + 1 < end ? ' ' : '\n');
            }
        }
        for (int64_t i = first; i < end; i++) {
            print_caption(split, i);
            putchar(i + 1 < end ? ' ' : '\n');
        }
    }
}

/* Nearest colour of the 6 x 6 x 6 cube of the 256-colour palette. */
static int cube_code(int label)
{
    unsigned char rgb[3];
    cli_class_color(rgb, label);
    return 16 + 36 * ((rgb[0] + 25) / 51) + 6 * ((rgb[1] + 25) / 51) + (rgb[2] + 25) / 51;
}

/* A grid of class numbers; where several points fall the first stays. */
static void print_points(const alv_split *split, int64_t n, int columns, bool color)
{
    enum { MAX_WIDTH = 100 };
    const char *digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    int width = columns < MAX_WIDTH ? columns : MAX_WIDTH, height = width * 2 / 5;
    short cells[MAX_WIDTH * 2 / 5][MAX_WIDTH] = {{0}}; /* label + 1 */
    cli_frame frame = cli_frame_of(split, n);
    for (int64_t i = 0; i < n; i++) {
        const float *p = split->train.x + 2 * i;
        int x = cli_frame_cell(&frame, 0, (double)p[0], width);
        int y = height - 1 - cli_frame_cell(&frame, 1, (double)p[1], height);
        if (!cells[y][x]) cells[y][x] = (short)(split->train.y[i] % 36 + 1);
    }
    for (int y = 0; y < height; y++) {
        int end = width;
        while (end > 0 && !cells[y][end - 1]) end--;
        for (int x = 0; x < end; x++) {
            int label = cells[y][x] - 1;
            if (label < 0)
                putchar(' ');
            else if (color)
                printf("\033[38;5;%dm%c\033[0m", cube_code(label), digits[label]);
            else
                putchar(digits[label]);
        }
        putchar('\n');
    }
}

/* One line a sample: its class, then a character for each feature, as many as fit. */
static void print_strips(const alv_split *split, int64_t n, int columns, bool color)
{
    int64_t room = columns - 13, shown = split->dim < room ? split->dim : room > 8 ? room : 8;
    for (int64_t i = 0; i < n; i++) {
        char name[32];
        cli_class_name(name, split, split->train.y[i]);
        printf("%-10.10s ", name);
        for (int64_t j = 0; j < shown; j++) {
            double level = cli_grey(split->train.x[i * split->dim + j]);
            if (color)
                printf("\033[48;5;%dm ", grey_code(level));
            else
                putchar(shade(level));
        }
        printf("%s%s\n", color ? "\033[0m" : "", shown < split->dim ? ">" : "");
    }
}

/* One line a sample: the window, and the character that follows it. */
static void print_windows(const alv_split *split, int64_t n, int columns)
{
    const int64_t room = columns - 12, shown = split->dim < room ? split->dim : room > 8 ? room : 8;
    char name[32];
    for (int64_t i = 0; i < n; i++) {
        const float *x = split->train.x + i * split->dim;
        for (int64_t j = split->dim - shown; j < split->dim; j++) {
            cli_class_name(name, split, (int)x[j]);
            const bool letter = name[0] != '\'' && name[0] != '\\' && strncmp(name, "U+", 2) != 0;
            fputs(letter || !name[1] ? name : name[0] == '\'' ? " " : ".", stdout);
        }
        cli_class_name(name, split, split->train.y[i]);
        printf("  ->  %s\n", name);
    }
}

void cli_print_samples(const alv_split *split, int64_t n, int columns, bool color)
{
    if (n > split->train.n) n = split->train.n;
    if (columns < 10) columns = 10;
    if (split->tokens > 0)
        print_windows(split, n, columns);
    else if (split->height)
        print_images(split, n, columns, color);
    else if (split->dim == 2)
        print_points(split, n, columns, color);
    else
        print_strips(split, n, columns, color);
}
