/* The formats of model files: a name here, and alv_format_NAME in a file of its own. Those that are
 * easier to tell come first. */
#ifndef ALV_FORMATS_CHECKPOINT_FORMATS_H
#define ALV_FORMATS_CHECKPOINT_FORMATS_H

#include "formats/checkpoint.h"

#define ALV_CHECKPOINT_FORMATS(FORMAT)                                                             \
    FORMAT(npz)                                                                                    \
    FORMAT(gguf)                                                                                   \
    FORMAT(npy)                                                                                    \
    FORMAT(shards)                                                                                 \
    FORMAT(safetensors)                                                                            \
    FORMAT(onnx)

#define DECLARE(name) extern const alv_checkpoint_format alv_format_##name;
ALV_CHECKPOINT_FORMATS(DECLARE)
#undef DECLARE

/* An array in the format of npy, at byte `at` of file `file` or unpacked. */
alv_status alv_checkpoint_add_npy(alv_checkpoint *model, const char *name,
                                  const unsigned char *bytes, size_t size, int file, int64_t at,
                                  alv_error *error);

#endif
