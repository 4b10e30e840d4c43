/* The element types of safetensors, by the names of the reference implementation. */
#include "io/safetensors.h"

#include "base/base.h"

const char alv_safetensors_metadata[] = "__metadata__";

static const alv_safetensors_type types[] = {
    {"F32", 4, ALV_F32},
    {"F64", 8, ALV_F64},
    {"F16", 2, ALV_F16},
    {"BF16", 2, ALV_BF16},
    {"F8_E4M3", 1, ALV_F8_E4M3FN}, /* torch.float8_e4m3fn: finite, largest 448 */
    {"F8_E5M2", 1, ALV_F8_E5M2},
    {"BOOL", 1, -1},
    {"U8", 1, -1},
    {"I8", 1, -1},
    {"U16", 2, -1},
    {"I16", 2, -1},
    {"U32", 4, -1},
    {"I32", 4, -1},
    {"U64", 8, -1},
    {"I64", 8, -1},
    {"C64", 8, -1},
    {"F8_E8M0", 1, -1},
    {"F8_E4M3FNUZ", 1, -1},
    {"F8_E5M2FNUZ", 1, -1},
    {"F4", 0, -1},
    {"F6_E2M3", 0, -1},
    {"F6_E3M2", 0, -1},
};

const alv_safetensors_type *alv_safetensors_type_named(const char *name)
{
    for (int i = 0; i < ALV_COUNT(types); i++)
        if (strcmp(types[i].name, name) == 0) return &types[i];
    return NULL;
}

const alv_safetensors_type *alv_safetensors_type_of(alv_dtype dtype)
{
    for (int i = 0; i < ALV_COUNT(types); i++)
        if (types[i].dtype == (int)dtype) return &types[i];
    return NULL;
}
