/* Inside the room: the element types of safetensors files. */
#ifndef ALV_IO_SAFETENSORS_H
#define ALV_IO_SAFETENSORS_H

#include "alvor/safetensors.h"

typedef struct alv_safetensors_type {
    const char *name;
    int item;  /* bytes of an element; 0: elements share bytes, which this library does not read */
    int dtype; /* alv_dtype, or -1 */
} alv_safetensors_type;

/* By name, or NULL. */
const alv_safetensors_type *alv_safetensors_type_named(const char *name);
/* Of an alv_dtype; NULL for an unknown one. */
const alv_safetensors_type *alv_safetensors_type_of(alv_dtype dtype);

extern const char alv_safetensors_metadata[]; /* "__metadata__" */

#endif
