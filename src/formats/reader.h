/* Bytes of a model's tensors for whoever goes through large ones: read into a buffer, block by
 * block.
 *
 *   alv_reader reader;
 *   ALV_TRY(alv_reader_begin(&reader, model, error));
 *   const unsigned char *bytes = alv_reader_span(&reader, tensor, from, size);
 *   ...
 *   return alv_reader_end(&reader, error);
 *
 * A mapping serves too, but not a file larger than memory: each of its pages that is touched out of
 * turn brings all that the system reads ahead (8 MiB on some disks), and a file that somebody
 * shortens ends the process. Here both a place out of turn and a file that has changed cost what
 * they should: a page, and an error. What was unpacked, or is the caller's memory, is not copied.
 *
 * Failure stays: after the first one every span is NULL, and alv_reader_end says what it was. A
 * reader belongs to one thread. Where the functions take a reader, NULL stands for a tensor whose
 * bytes are in memory. */
#ifndef ALV_FORMATS_READER_H
#define ALV_FORMATS_READER_H

#include "formats/checkpoint.h"

enum { ALV_READER_BYTES = 1 << 18 }; /* the longest span: stays in the second cache */

typedef struct alv_reader {
    const alv_checkpoint *model;
    int file, fd;     /* the file that is open, -1: none */
    int64_t from, to; /* what of it the buffer holds */
    unsigned char *buffer;
    alv_status status; /* of the first failure */
    alv_error error;
} alv_reader;

/* ALV_ERR_MEMORY. The model must outlive the reader. */
alv_status alv_reader_begin(alv_reader *reader, const alv_checkpoint *model, alv_error *error);
/* Frees what it holds; the first failure since alv_reader_begin: ALV_ERR_IO. */
alv_status alv_reader_end(alv_reader *reader, alv_error *error);

/* Bytes [from, from + size) of the tensor's data, size <= ALV_READER_BYTES, until the next call;
 * NULL on failure. */
const unsigned char *alv_reader_span(alv_reader *reader, const alv_checkpoint_tensor *tensor,
                                     int64_t from, int64_t size);
/* Elements [lo, hi) as alv_checkpoint_decode gives them; false, and zeros, on failure. */
bool alv_reader_decode(double *out, alv_reader *reader, const alv_checkpoint_tensor *tensor,
                       int64_t lo, int64_t hi);

#endif
