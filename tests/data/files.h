/* Small files for tests of the loaders: a directory of their own, bytes, gzip. */
#ifndef ALV_TEST_DATA_FILES_H
#define ALV_TEST_DATA_FILES_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "test.h"

static char files_root[256];
static char files_path[1024];

/* cmocka setup and teardown of a directory that goes with its files. */
static inline int files_setup(void **state)
{
    (void)state;
    const char *root = getenv("TMPDIR");
    snprintf(files_root, sizeof files_root, "%s/alvor-test-XXXXXX", root ? root : P_tmpdir);
    return mkdtemp(files_root) ? 0 : -1;
}

static inline int files_teardown(void **state)
{
    (void)state;
    DIR *dir = opendir(files_root);
    for (struct dirent *item; dir && (item = readdir(dir));) {
        snprintf(files_path, sizeof files_path, "%s/%s", files_root, item->d_name);
        unlink(files_path); /* leaves "." and ".." */
    }
    if (dir) closedir(dir);
    return rmdir(files_root);
}

static inline const char *files_write(const char *name, const void *bytes, size_t size)
{
    snprintf(files_path, sizeof files_path, "%s/%s", files_root, name);
    FILE *file = fopen(files_path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return files_path;
}

static inline const char *files_write_text(const char *name, const char *text)
{
    return files_write(name, text, strlen(text));
}

/* Compresses with a gzip wrapper; returns the size. `out` has room for size + 64 bytes or more. */
static inline size_t files_gzip(unsigned char *out, size_t room, const void *bytes, size_t size)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t made = room - z.avail_out;
    deflateEnd(&z);
    return made;
}

/* The shared real data, or NULL where there is none. */
static inline const char *files_shared(const char *name)
{
    static char path[1024];
    const char *root = getenv("ALVOR_SHARED_DATA");
    snprintf(path, sizeof path, "%s/%s", root ? root : ALV_SOURCE_DIR "/../shared/data", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

#endif
