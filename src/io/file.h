/* The rim: whole files out, or nothing. */
#ifndef ALV_IO_FILE_H
#define ALV_IO_FILE_H

#include <stddef.h>

#include "alvor/error.h"

/* A file being written. The bytes go to a temporary file beside the path; commit flushes them to
 * the disk and renames, so the path holds the old file or the whole new one and nothing between. A
 * path that exists and is no regular file (a device, a pipe) is written straight; "-" is standard
 * output. A symbolic link stays, its target is replaced. */
typedef struct alv_writer alv_writer;

alv_status alv_writer_open(alv_writer **out, const char *path, alv_error *error);
alv_status alv_writer_put(alv_writer *writer, const void *bytes, size_t size, alv_error *error);
/* Writes at a position of a regular file; threads may do so at once. */
alv_status alv_writer_put_at(alv_writer *writer, const void *bytes, size_t size, int64_t offset,
                             alv_error *error);
/* Asks for the room of a file of `size` bytes, so that a full disk is known before the work begins.
 * Where the file system cannot tell it is no error. */
alv_status alv_writer_reserve(alv_writer *writer, int64_t size, alv_error *error);
/* Begins to carry bytes that were written to the disk, and does not wait, so that the flush at the
 * end finds little left to do; a hint. */
void alv_writer_begin_flush(alv_writer *writer, int64_t offset, size_t size);
/* Flushes what was written to the disk; commit does so too, but for one file at a time. */
alv_status alv_writer_sync(alv_writer *writer, alv_error *error);
/* Ends the writer whatever it returns; on an error the path is as it was. */
alv_status alv_writer_commit(alv_writer *writer, alv_error *error);
/* Ends the writer and leaves the path as it was; NULL is fine. */
void alv_writer_abort(alv_writer *writer);

/* The three in one. */
alv_status alv_file_write(const char *path, const void *bytes, size_t size, alv_error *error);

#endif
