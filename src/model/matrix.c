/* A weight as independent matrices: numbers of elements to places in matrices, and back.
 *
 * Every axis adds a multiple of its place to one of three numbers: the copy, the output unit, or
 * the column of all inputs. A row-major index is a number in mixed radix whose digits are these
 * places, so both directions are a loop over digits. Units of a copy are then cut into the blocks
 * of rows of its parts, heads or groups; the columns of a transposed convolution into those of its
 * groups. */
#include "model/matrix.h"

#include "base/base.h"

/* One digit per axis, the last fastest; neighbours of one kind whose steps fit become one. */
static void set_digits(alv_matrix_view *view, const alv_tensor *tensor, const alv_axes *axes)
{
    int64_t copy = 1, unit = 1, place = 1, channel = view->places;
    for (int axis = tensor->rank - 1; axis >= 0; axis--) {
        alv_matrix_digit digit = {.size = tensor->shape[axis]};
        const unsigned bit = 1u << axis;
        if (axes->copy & bit)
            digit.copy = copy, copy *= digit.size;
        else if (axes->out & bit)
            digit.unit = unit, unit *= digit.size;
        else if (axes->kernel & bit)
            digit.column = place, place *= digit.size;
        else
            digit.column = channel, channel *= digit.size;
        if (view->n_digits > 0) {
            alv_matrix_digit *last = &view->digits[view->n_digits - 1];
            if (digit.copy == last->copy * last->size && digit.unit == last->unit * last->size &&
                digit.column == last->column * last->size) {
                last->size *= digit.size;
                continue;
            }
        }
        view->digits[view->n_digits++] = digit;
    }
    for (int a = 0, b = view->n_digits - 1; a < b; a++, b--) {
        alv_matrix_digit swapped = view->digits[a];
        view->digits[a] = view->digits[b];
        view->digits[b] = swapped;
    }
}

static void set_kernel(alv_matrix_view *view, const alv_tensor *tensor, const alv_axes *axes)
{
    view->places = 1;
    for (int axis = 0; axis < tensor->rank; axis++) {
        if (!(axes->kernel >> axis & 1)) continue;
        const int64_t size = tensor->shape[axis];
        view->center = view->center * size + size / 2;
        view->places *= size;
        view->kernel[view->n_kernel++] = size;
    }
}

/* Cuts the rows of one copy into blocks: heads of parts, or groups. */
static void set_blocks(alv_matrix_view *view, const alv_tensor *tensor, const alv_axes *axes)
{
    alv_parts parts;
    alv_parts_of(&parts, tensor, axes);
    const int64_t groups = axes->transposed ? 1 : axes->groups;
    view->n_parts = parts.n;
    for (int i = 0; i < parts.n; i++) {
        const int64_t first = i > 0 ? parts.ends[i - 1] : 0;
        const int64_t share = parts.axis < 0 ? view->units / groups
                                             : view->units / parts.size * (parts.ends[i] - first);
        view->block_rows[i] = tensor->head > 0 ? tensor->head : share;
        view->first_row[i] = parts.axis < 0 ? 0 : view->units / parts.size * first;
        view->first_block[i] = view->blocks;
        view->blocks += groups * (share / view->block_rows[i]);
        if (view->block_rows[i] > view->rows) view->rows = view->block_rows[i];
    }
}

alv_status alv_matrix_view_make(alv_matrix_view *out, const alv_tensor *tensor, alv_error *error)
{
    int64_t count, copies = 1;
    alv_axes axes;
    ALV_TRY(alv_tensor_count(&count, tensor, error));
    ALV_TRY(alv_axes_of(&axes, tensor, error));
    alv_matrix_view view = {0};
    if (count == 0) return *out = view, ALV_OK;
    /* All products are parts of the number of elements, which has been checked. */
    (void)alv_axes_size(&view.inputs, tensor, axes.in);
    (void)alv_axes_size(&view.units, tensor, axes.out);
    (void)alv_axes_size(&copies, tensor, axes.copy);
    set_kernel(&view, tensor, &axes);
    set_digits(&view, tensor, &axes);
    set_blocks(&view, tensor, &axes);
    if (axes.transposed && axes.groups > 1) {
        view.beside = true;
        view.inputs /= axes.groups;
        view.blocks *= axes.groups;
    }
    view.columns = view.inputs * view.places;
    view.count = copies * view.blocks;
    *out = view;
    return ALV_OK;
}

/* The part that a block of rows of one copy belongs to. */
static int part_of_block(const alv_matrix_view *view, int64_t block)
{
    int part = view->n_parts - 1;
    while (part > 0 && block < view->first_block[part]) part--;
    return part;
}

/* Splits the number of a matrix: copy, block of rows in it, and group beside it. */
typedef struct place {
    int64_t copy, block, group;
} place;

static place split(const alv_matrix_view *view, int64_t matrix)
{
    place p = {.copy = matrix / view->blocks, .block = matrix % view->blocks};
    if (!view->beside) return p;
    const int64_t stacked = view->units / view->block_rows[0];
    p.group = p.block / stacked;
    p.block %= stacked;
    return p;
}

int64_t alv_matrix_rows(const alv_matrix_view *view, int64_t matrix)
{
    return view->block_rows[part_of_block(view, split(view, matrix).block)];
}

int64_t alv_matrix_alike(int64_t *count, const alv_matrix_view *view, int kind)
{
    const bool last = kind + 1 == view->n_parts;
    const int64_t end = last ? view->blocks : view->first_block[kind + 1];
    *count = (end - view->first_block[kind]) * (view->count / view->blocks);
    return view->first_block[kind];
}

bool alv_matrix_rows_are_runs(const alv_matrix_view *view)
{
    if (view->columns == 1) return true;
    for (int i = view->n_digits - 1; i >= 0; i--) {
        const alv_matrix_digit *d = &view->digits[i];
        if (d->size > 1) return d->column == 1 && d->size % view->columns == 0;
    }
    return false;
}

/* The first row, within its copy, of a block. */
static int64_t first_unit(const alv_matrix_view *view, int64_t block)
{
    const int part = part_of_block(view, block);
    return view->first_row[part] + (block - view->first_block[part]) * view->block_rows[part];
}

int64_t alv_matrix_offset(const alv_matrix_view *view, int64_t matrix)
{
    const place p = split(view, matrix);
    const int64_t groups = view->beside ? view->blocks / (view->units / view->block_rows[0]) : 1;
    return ((p.copy * groups + p.group) * view->units + first_unit(view, p.block)) * view->columns;
}

alv_matrix_place alv_matrix_locate(const alv_matrix_view *view, int64_t index)
{
    int64_t copy = 0, unit = 0, column = 0, group = 0;
    for (int i = view->n_digits - 1; i > 0; i--) {
        const alv_matrix_digit *d = &view->digits[i];
        const int64_t rest = index / d->size, at = index - rest * d->size;
        copy += at * d->copy;
        unit += at * d->unit;
        column += at * d->column;
        index = rest;
    }
    if (view->n_digits > 0) {
        copy += index * view->digits[0].copy;
        unit += index * view->digits[0].unit;
        column += index * view->digits[0].column;
    }
    int part = view->n_parts - 1;
    while (part > 0 && unit < view->first_row[part]) part--;
    unit -= view->first_row[part];
    const int64_t rows = view->block_rows[part], block = unit < rows ? 0 : unit / rows;
    if (view->beside) {
        group = column / view->columns * (view->units / rows);
        column %= view->columns;
    }
    return (alv_matrix_place){copy * view->blocks + group + view->first_block[part] + block,
                              unit - block * rows, column};
}

int64_t alv_matrix_index(const alv_matrix_view *view, int64_t matrix, int64_t row, int64_t column)
{
    const place p = split(view, matrix);
    const int64_t unit = first_unit(view, p.block) + row;
    int64_t index = 0;
    column += p.group * view->columns;
    for (int i = 0; i < view->n_digits; i++) {
        const alv_matrix_digit *d = &view->digits[i];
        const int64_t step = d->copy + d->unit + d->column; /* only one is not 0 */
        const int64_t number = d->copy ? p.copy : d->unit ? unit : column;
        index = index * d->size + number / step % d->size;
    }
    return index;
}
