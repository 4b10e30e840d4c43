/* npz, a ZIP archive of npy files, and npy by itself, as sources of tensors.
 *
 * numpy.savez stores its members as they are, so that they can be mapped; savez_compressed deflates
 * them, and only then are they unpacked into memory. ZIP: PKWARE's APPNOTE.TXT 6.3.10, sections
 * 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (its ends), 4.5.3 (ZIP64).
 * Nothing that the archive claims is believed before it is checked: a member cannot unpack to more
 * than deflate can, 1032 bytes from one, nor all of them to more than MOST_UNPACKED. */
#include <limits.h>
#include <stdio.h>
#include <zlib.h>

#include "base/base.h"
#include "formats/checkpoint_formats.h"

static const int64_t MOST_UNPACKED = INT64_C(4) << 30;
enum { END = 22, LOCATOR = 20, END64 = 56, ENTRY = 46, LOCAL = 30, MOST_COMMENT = 65535 };

static uint64_t number(const unsigned char *bytes, int n)
{
    uint64_t x = 0;
    for (int i = n - 1; i >= 0; i--) x = x << 8 | bytes[i];
    return x;
}

static bool is_zip(const unsigned char *bytes, size_t size)
{
    return size >= 4 && memcmp(bytes, "PK", 2) == 0 &&
           (memcmp(bytes + 2, "\3\4", 2) == 0 || memcmp(bytes + 2, "\5\6", 2) == 0);
}

typedef struct archive {
    alv_checkpoint *model;
    const unsigned char *bytes;
    const char *path;
    uint64_t size, at, entries;
    alv_error *error;
} archive;

/* A place that the archive claims may lie beyond its end: then the end is what is told. */
static alv_status broken(const archive *a, uint64_t at, const char *what)
{
    const uint64_t place = at < a->size ? at : a->size;
    return alv_fail_at(a->error, ALV_ERR_FORMAT, a->path, (int64_t)place, "%s", what);
}

static bool has(const archive *a, uint64_t at, uint64_t n)
{
    return at <= a->size && n <= a->size - at;
}

static bool is_mark(const archive *a, uint64_t at, const char *mark)
{
    return has(a, at, 4) && memcmp(a->bytes + at, mark, 4) == 0;
}

/* Where the central directory begins and how many entries it has. */
static alv_status find_directory(archive *a)
{
    uint64_t end = a->size;
    for (uint64_t back = END; back <= a->size && back <= END + MOST_COMMENT; back++)
        if (is_mark(a, a->size - back, "PK\5\6")) {
            end = a->size - back;
            break;
        }
    if (end == a->size) return broken(a, a->size, "the archive ends without its directory");
    a->entries = number(a->bytes + end + 10, 2);
    a->at = number(a->bytes + end + 16, 4);
    if ((a->entries != 0xffff && a->at != 0xffffffff) || end < LOCATOR ||
        !is_mark(a, end - LOCATOR, "PK\6\7"))
        return ALV_OK;
    const uint64_t far = number(a->bytes + end - LOCATOR + 8, 8);
    if (!has(a, far, END64) || !is_mark(a, far, "PK\6\6"))
        return broken(a, end - LOCATOR, "the ZIP64 directory is not where this says");
    a->entries = number(a->bytes + far + 32, 8);
    a->at = number(a->bytes + far + 48, 8);
    return ALV_OK;
}

typedef struct member {
    const unsigned char *name;
    size_t name_length;
    unsigned method, flags;
    uint64_t packed, unpacked, local, entry;
} member;

/* Sizes too large for 32 bits stand in the ZIP64 field of the entry's extra bytes, in this order.
 */
static alv_status read_zip64(member *m, const archive *a, uint64_t at, uint64_t length)
{
    uint64_t *const fields[] = {&m->unpacked, &m->packed, &m->local};
    for (const uint64_t end = at + length; at + 4 <= end;) {
        const uint64_t id = number(a->bytes + at, 2), n = number(a->bytes + at + 2, 2);
        at += 4;
        if (n > end - at) break;
        uint64_t from = at;
        for (int i = 0; i < 3 && id == 1; i++) {
            if (*fields[i] != 0xffffffff) continue;
            if (from + 8 > at + n) return broken(a, from, "a ZIP64 field is cut short");
            *fields[i] = number(a->bytes + from, 8);
            from += 8;
        }
        at += n;
    }
    return ALV_OK;
}

/* Reads the entry at a->at and moves behind it. */
static alv_status read_entry(member *m, archive *a)
{
    const uint64_t at = a->at;
    if (!has(a, at, ENTRY) || !is_mark(a, at, "PK\1\2"))
        return broken(a, at, "an entry of the archive's directory should be here");
    const unsigned char *e = a->bytes + at;
    const uint64_t name = number(e + 28, 2), extra = number(e + 30, 2), note = number(e + 32, 2);
    if (!has(a, at + ENTRY, name + extra + note))
        return broken(a, at, "this entry of the directory leaves the file");
    *m = (member){.name = e + ENTRY,
                  .name_length = (size_t)name,
                  .flags = (unsigned)number(e + 8, 2),
                  .method = (unsigned)number(e + 10, 2),
                  .packed = number(e + 20, 4),
                  .unpacked = number(e + 24, 4),
                  .local = number(e + 42, 4),
                  .entry = at};
    a->at = at + ENTRY + name + extra + note;
    return read_zip64(m, a, at + ENTRY + name, extra);
}

/* Unpacks a deflated member into kept memory. */
static alv_status unpack(const unsigned char **out, archive *a, const member *m, uint64_t at)
{
    if (m->packed > UINT_MAX || m->unpacked > UINT_MAX || m->unpacked / 1032 > m->packed + 64 ||
        (a->model->unpacked += (int64_t)m->unpacked) > MOST_UNPACKED)
        return alv_fail_at(a->error, ALV_ERR_UNSUPPORTED, a->path, (int64_t)at,
                           "compressed arrays of more than 4 GiB: write them with numpy.savez");
    unsigned char *bytes = alv_checkpoint_keep(a->model, (size_t)m->unpacked);
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)(a->bytes + at),
                  .avail_in = (unsigned)m->packed,
                  .next_out = bytes,
                  .avail_out = (unsigned)m->unpacked};
    if (!bytes || inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return alv_fail(a->error, ALV_ERR_MEMORY, a->path, "no memory to unpack an array");
    const int end = inflate(&z, Z_FINISH);
    const bool whole = end == Z_STREAM_END && z.avail_out == 0;
    inflateEnd(&z);
    if (!whole) return broken(a, at, "compressed data that do not unpack to what they promise");
    *out = bytes;
    return ALV_OK;
}

static alv_status add_member(archive *a, const member *m)
{
    const uint64_t local = m->local;
    if (!has(a, local, LOCAL) || !is_mark(a, local, "PK\3\4"))
        return broken(a, local, "an array of the archive should begin here");
    const uint64_t at =
        local + LOCAL + number(a->bytes + local + 26, 2) + number(a->bytes + local + 28, 2);
    if (!has(a, at, m->packed)) return broken(a, local, "the data of this array leave the file");
    if (m->flags & 1 || (m->method != 0 && m->method != 8))
        return alv_fail_at(a->error, ALV_ERR_UNSUPPORTED, a->path, (int64_t)local,
                           "an array that is encrypted, or not packed by deflate");
    size_t n = m->name_length;
    if (n < 4 || memcmp(m->name + n - 4, ".npy", 4) != 0) return ALV_OK;
    if (memchr(m->name, 0, n)) return broken(a, local, "a name with a NUL");
    const char *name = alv_checkpoint_text(a->model, (const char *)m->name, n - 4);
    const unsigned char *bytes = a->bytes + at;
    if (!name) return alv_fail(a->error, ALV_ERR_MEMORY, a->path, "no memory for a name");
    if (m->method == 8) ALV_TRY(unpack(&bytes, a, m, at));
    ALV_TRY(alv_checkpoint_add_npy(a->model, name, bytes,
                                   (size_t)(m->method == 8 ? m->unpacked : m->packed),
                                   m->method == 8 ? -1 : 0, (int64_t)at, a->error));
    alv_checkpoint_tensor *t = &a->model->tensors[a->model->n - 1];
    t->sum_from = (int64_t)at;
    t->sum_at[0] = m->flags & 8 ? 0 : (int64_t)local + 14; /* else it stands behind the data */
    t->sum_at[1] = (int64_t)m->entry + 16;
    return ALV_OK;
}

static alv_status open_npz(alv_checkpoint *model, alv_error *error)
{
    archive a = {model, model->files[0].bytes, model->files[0].path, model->files[0].size, 0, 0,
                 error};
    ALV_TRY(find_directory(&a));
    for (uint64_t i = 0; i < a.entries; i++) {
        member m;
        ALV_TRY(read_entry(&m, &a));
        ALV_TRY(add_member(&a, &m));
    }
    return ALV_OK;
}

const alv_checkpoint_format alv_format_npz = {
    .name = "npz",
    .summary = {"npz: NumPy's archive of arrays", "npz: o arquivo de vetores do NumPy"},
    .sniff = is_zip,
    .open = open_npz,
};

static int npy_dtype(const alv_npy *npy)
{
    if (npy->kind != 'f') return -1;
    return npy->item == 4 ? ALV_F32 : npy->item == 8 ? ALV_F64 : npy->item == 2 ? ALV_F16 : -1;
}

alv_status alv_checkpoint_add_npy(alv_checkpoint *model, const char *name,
                                  const unsigned char *bytes, size_t size, int file, int64_t at,
                                  alv_error *error)
{
    alv_npy npy;
    alv_error inner;
    const char *path = model->files[0].path;
    const alv_status status = alv_npy_parse(&npy, bytes, size, &inner);
    if (status != ALV_OK)
        return alv_fail_at(error, status, path, inner.position < 0 ? at : at + inner.position,
                           "'%s': %s", name, inner.message);
    char type[8];
    const size_t length =
        alv_text_format(type, sizeof type, "%c%c%d", npy.big ? '>' : '<', npy.kind, npy.item);
    alv_checkpoint_tensor t = {.name = name,
                               .type = alv_checkpoint_text(model, type, length),
                               .dtype = npy_dtype(&npy),
                               .item = npy.item,
                               .big = npy.big,
                               .fortran = npy.fortran,
                               .rank = npy.rank,
                               .size = npy.count * npy.item,
                               .bytes = bytes + npy.offset,
                               .file = file,
                               .at = at + (int64_t)npy.offset};
    memcpy(t.shape, npy.shape, sizeof t.shape);
    if (!t.type) return alv_fail(error, ALV_ERR_MEMORY, path, "no memory for an array");
    return alv_checkpoint_add(model, &t, error);
}

static bool is_npy(const unsigned char *bytes, size_t size)
{
    return size >= 6 && memcmp(bytes, "\x93NUMPY", 6) == 0;
}

/* One array, named as its file: "w.npy" is "w". */
static alv_status open_npy(alv_checkpoint *model, alv_error *error)
{
    const char *path = model->files[0].path, *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    const char *name = alv_checkpoint_text(model, base, dot ? (size_t)(dot - base) : strlen(base));
    if (!name) return alv_fail(error, ALV_ERR_MEMORY, path, "no memory for a name");
    return alv_checkpoint_add_npy(model, name, model->files[0].bytes, model->files[0].size, 0, 0,
                                  error);
}

const alv_checkpoint_format alv_format_npy = {
    .name = "npy",
    .summary = {"npy: one array of NumPy's", "npy: um vetor do NumPy"},
    .sniff = is_npy,
    .open = open_npy,
};
