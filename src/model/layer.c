/* The table of layer kinds: which axis of a weight is what, in each layout.
 *
 * A row gives the order of the axes as a pattern: O output units, I input units, C copies (channels
 * that have matrices of their own), and at most one of + and *, the axes of the kernel: one or
 * more, or any number. Everything else (fans, blocks, which element belongs to which unit) follows
 * from the sets of axes, in one way for all kinds and layouts.
 *
 * The transposed kernels are those of torch.nn.ConvTranspose2d (in, out, h, w), of
 * keras.layers.Conv2DTranspose (h, w, out, in) and of flax.linen.ConvTranspose (h, w, in, out) with
 * its default, transpose_kernel=False. A depthwise kernel is (channels m, 1, h, w) in torch, where
 * groups = channels; (h, w, channels, m) in Keras; (h, w, 1, channels m) in Flax. */
#include "model/layer.h"

#include "base/base.h"

typedef struct layer_kind {
    const char *name;
    const char *axes[ALV_LAYOUT_AXES]; /* by layout, but the explicit one */
    bool transposed, lookup;
    bool one_input; /* an input axis, if it has one, has one place */
} layer_kind;

static const layer_kind kinds[] = {
    [ALV_LAYER_DENSE] =
        {.name = "dense",
         .axes =
             {[ALV_LAYOUT_TORCH] = "OI*", [ALV_LAYOUT_KERAS] = "*IO", [ALV_LAYOUT_FLAX] = "*IO"}},
    [ALV_LAYER_CONV] =
        {.name = "conv",
         .axes =
             {[ALV_LAYOUT_TORCH] = "OI+", [ALV_LAYOUT_KERAS] = "+IO", [ALV_LAYOUT_FLAX] = "+IO"}},
    [ALV_LAYER_CONV_TRANSPOSED] =
        {.name = "conv_transposed",
         .axes =
             {[ALV_LAYOUT_TORCH] = "IO+", [ALV_LAYOUT_KERAS] = "+OI", [ALV_LAYOUT_FLAX] = "+IO"},
         .transposed = true},
    [ALV_LAYER_DEPTHWISE] =
        {.name = "depthwise",
         .axes =
             {[ALV_LAYOUT_TORCH] = "OI+", [ALV_LAYOUT_KERAS] = "+CO", [ALV_LAYOUT_FLAX] = "+IO"},
         .one_input = true},
    [ALV_LAYER_EMBEDDING] =
        {.name = "embedding",
         .axes = {[ALV_LAYOUT_TORCH] = "IO", [ALV_LAYOUT_KERAS] = "IO", [ALV_LAYOUT_FLAX] = "IO"},
         .lookup = true},
    [ALV_LAYER_TIED_HEAD] =
        {.name = "tied_head",
         .axes = {[ALV_LAYOUT_TORCH] = "OI", [ALV_LAYOUT_KERAS] = "OI", [ALV_LAYOUT_FLAX] = "OI"}},
};

static const char *const layouts[] = {[ALV_LAYOUT_TORCH] = "torch",
                                      [ALV_LAYOUT_KERAS] = "keras",
                                      [ALV_LAYOUT_FLAX] = "flax",
                                      [ALV_LAYOUT_AXES] = "axes"};

static const layer_kind *kind_at(alv_layer kind)
{
    return (int)kind >= 0 && (int)kind < ALV_COUNT(kinds) ? &kinds[kind] : NULL;
}

const char *alv_layer_name(alv_layer layer)
{
    return kind_at(layer) ? kind_at(layer)->name : NULL;
}

const char *alv_layout_name(alv_layout layout)
{
    return (int)layout >= 0 && (int)layout < ALV_COUNT(layouts) ? layouts[layout] : NULL;
}

bool alv_axes_size(int64_t *out, const alv_tensor *tensor, unsigned axes)
{
    int64_t size = 1;
    bool empty = false, fits = true;
    for (int axis = 0; axes >> axis; axis++) {
        if (!(axes >> axis & 1)) continue;
        empty |= tensor->shape[axis] == 0;
        fits = fits && alv_mul_i64(&size, size, tensor->shape[axis]);
    }
    *out = empty ? 0 : size;
    return empty || fits;
}

static unsigned all_axes(const alv_tensor *tensor)
{
    return (1u << tensor->rank) - 1;
}

/* How many axes a pattern has without those of the kernel, and its sign of these, '\0' for none. */
static int read_pattern(char *kernel, const char *pattern)
{
    int letters = 0;
    *kernel = '\0';
    for (; *pattern; pattern++) {
        const bool letter = *pattern != '+' && *pattern != '*';
        if (!letter) *kernel = *pattern;
        letters += letter;
    }
    return letters;
}

static bool has_kernel(const char *pattern)
{
    char kernel;
    read_pattern(&kernel, pattern);
    return kernel != '\0';
}

static void add_axis(alv_axes *axes, char letter, int axis)
{
    unsigned bit = 1u << axis;
    if (letter == 'O') axes->out |= bit;
    if (letter == 'I') axes->in |= bit;
    if (letter == 'C') axes->copy |= bit;
    if (letter == '+' || letter == '*') axes->kernel |= bit;
}

/* Matches the axes that are not copies with the letters of a pattern. */
static alv_status match(alv_axes *axes, const layer_kind *kind, const alv_tensor *tensor,
                        alv_error *error)
{
    const char *pattern = kind->axes[tensor->layout];
    int free_axes[ALV_MAX_RANK], n = 0;
    for (int axis = 0; axis < tensor->rank; axis++)
        if (!(axes->copy >> axis & 1)) free_axes[n++] = axis;
    char kernel;
    const int letters = read_pattern(&kernel, pattern), least = letters + (kernel == '+' ? 1 : 0);
    const bool copies = axes->copy != 0;
    if (n < least)
        return alv_fail(error, ALV_ERR_SHAPE, "rank",
                        "a %s weight needs %d axes or more to have fans, not %d%s", kind->name,
                        least, n, copies ? " beside its copies" : "");
    if (n > letters && !kernel)
        return alv_fail(error, ALV_ERR_SHAPE, "rank", "a weight of kind %s has %d axes, not %d%s",
                        kind->name, letters, n, copies ? " beside its copies" : "");
    const char *letter = pattern;
    for (int i = 0, of_kernel = n - letters; i < n; i++) {
        if (*letter == '*' && of_kernel == 0) letter++;
        add_axis(axes, *letter, free_axes[i]);
        bool stay = (*letter == '+' || *letter == '*') && --of_kernel > 0;
        if (!stay) letter++;
    }
    return ALV_OK;
}

/* The number of groups, and what a kind asks of it. */
static alv_status find_groups(alv_axes *axes, const layer_kind *kind, const alv_tensor *tensor,
                              alv_error *error)
{
    int64_t inputs, outputs;
    axes->groups = tensor->groups > 0 ? tensor->groups : 1;
    if (axes->groups > 1 && !has_kernel(kind->axes[0]))
        return alv_fail(error, ALV_ERR_ARGUMENT, "groups",
                        "groups = %lld: a layer of kind %s has none", tensor->groups, kind->name);
    if (kind->one_input && !axes->in && axes->groups > 1)
        return alv_fail(error, ALV_ERR_ARGUMENT, "groups",
                        "groups = %lld: this %s kernel has an axis of channels; leave groups 0",
                        tensor->groups, kind->name);
    if (!kind->one_input || !axes->in) return ALV_OK;
    if (!alv_axes_size(&inputs, tensor, axes->in) || !alv_axes_size(&outputs, tensor, axes->out))
        return alv_fail(error, ALV_ERR_OVERFLOW, "shape", "the fans overflow 64 bits");
    if (inputs != 1)
        return alv_fail(error, ALV_ERR_SHAPE, "shape",
                        "a %s kernel in %s layout has 1 input a group, not %lld", kind->name,
                        layouts[tensor->layout], inputs);
    if (tensor->groups == 0 && outputs > 0) axes->groups = outputs;
    return ALV_OK;
}

alv_status alv_axes_of(alv_axes *out, const alv_tensor *tensor, alv_error *error)
{
    const layer_kind *kind = &kinds[tensor->layer];
    const unsigned copy = tensor->copy_axes;
    if (tensor->role != ALV_ROLE_WEIGHT) {
        *out = (alv_axes){.out = all_axes(tensor) & ~copy, .copy = copy, .groups = 1};
        return ALV_OK;
    }
    *out = (alv_axes){.copy = copy, .transposed = kind->transposed, .lookup = kind->lookup};
    if (tensor->layout == ALV_LAYOUT_AXES) {
        out->in = tensor->in_axes;
        out->out = tensor->out_axes;
        out->kernel = all_axes(tensor) & ~(out->in | out->out | copy);
    } else {
        ALV_TRY(match(out, kind, tensor, error));
    }
    return find_groups(out, kind, tensor, error);
}
