/* PNG images, 8-bit RGB: enough for contact sheets. */
#ifndef ALV_DATA_PNG_H
#define ALV_DATA_PNG_H

#include "base/base.h"

/* Encodes rgb (height, width, 3) to bytes that the caller frees. 1 <= width, height <= 32767. */
alv_status alv_png_encode(unsigned char **out, size_t *size, const unsigned char *rgb, int width,
                          int height, alv_error *error);

#endif
