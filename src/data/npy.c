/* Arrays from .npy bytes, element by element, whatever their type, byte order and axis order. */
#include "data/load.h"

alv_status alv_array_parse(alv_array *out, const void *bytes, size_t size, const char *where,
                           alv_error *error)
{
    alv_npy head;
    alv_error inner = {.position = -1};
    if (alv_npy_parse(&head, bytes, size, &inner) != ALV_OK)
        return alv_fail_at(error, inner.code, where, inner.position, "%s", inner.message);
    if (head.rank < 1 || head.count < 1)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, 0, "an array without elements");
    size_t end = head.offset + (size_t)head.count * (size_t)head.item;
    if (end != size)
        return alv_fail_at(error, ALV_ERR_FORMAT, where, (int64_t)end,
                           "%llu bytes follow the array", (uint64_t)(size - end));
    *out = (alv_array){head, (const unsigned char *)bytes + head.offset, where};
    return ALV_OK;
}

/* Column-major index of the element that is `index` in C order. */
static int64_t fortran_index(const alv_npy *head, int64_t index)
{
    int64_t stride = head->count, at = 0;
    for (int axis = head->rank - 1; axis >= 0; axis--) {
        stride /= head->shape[axis]; /* product of the sizes before this axis */
        at += index % head->shape[axis] * stride;
        index /= head->shape[axis];
    }
    return at;
}

/* The item's bytes as an unsigned number. */
static uint64_t load_bits(const unsigned char *b, int item, bool big)
{
    uint64_t bits = 0;
    for (int i = 0; i < item; i++) bits |= (uint64_t)b[i] << 8 * (big ? item - 1 - i : i);
    return bits;
}

double alv_array_at(const alv_array *array, int64_t index, int64_t *position)
{
    const alv_npy *head = &array->head;
    int64_t at = (head->fortran ? fortran_index(head, index) : index) * head->item;
    uint64_t bits = load_bits(array->data + at, head->item, head->big);
    int shift = 64 - 8 * head->item;
    *position = (int64_t)head->offset + at;
    if (head->kind == 'u') return (double)bits;
    if (head->kind == 'i') return (double)((int64_t)(bits << shift) >> shift);
    if (head->item == 4) {
        uint32_t half = (uint32_t)bits;
        float value;
        memcpy(&value, &half, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

alv_status alv_array_labels(int32_t *y, int *classes, const alv_array *array, int64_t n,
                            alv_error *error)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t position;
        double value = alv_array_at(array, i, &position);
        if (!(value >= 0 && value < ALV_MAX_CLASSES) || value != (double)(int64_t)value)
            return alv_fail_at(error, ALV_ERR_FORMAT, array->where, position,
                               "the label %g is not a whole number from 0 to %d", value,
                               ALV_MAX_CLASSES - 1);
        y[i] = (int32_t)value;
        if (y[i] >= *classes) *classes = y[i] + 1;
    }
    return ALV_OK;
}
