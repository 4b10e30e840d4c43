/* Downloads: mirrors in turn, sums checked, files that appear whole or not at all. */
#include "data/cache.h"

#include <errno.h>
#include <sys/stat.h>

#include "data/curl.h"
#include "data/sha256.h"
#include "io/file.h"

/* One attempt at one file. */
typedef struct attempt {
    const alv_curl *curl;
    const alv_remote_file *file;
    const alv_download_watch *watch;
    alv_writer *out;
    alv_sha256 sha;
    int64_t received;
    alv_status disk; /* of writing, with its error */
    alv_error disk_error;
    bool too_long, stopped;
} attempt;

static void note(const alv_download_watch *watch, const char *format, ...)
{
    char text[512];
    va_list args;
    if (!watch || !watch->note) return;
    va_start(args, format);
    alv_text_vformat(text, sizeof text, format, args);
    va_end(args);
    watch->note(watch->context, text);
}

static bool go_on(const alv_download_watch *watch, const alv_remote_file *file, int64_t done)
{
    return !watch || !watch->progress ||
           watch->progress(watch->context, file->name, done, file->size);
}

/* libcurl's callbacks: fewer bytes than given, or nonzero, ends the transfer. */
static size_t on_bytes(char *bytes, size_t one, size_t n, void *context)
{
    attempt *a = context;
    size_t size = one * n;
    if (a->received + (int64_t)size > a->file->size) return a->too_long = true, 0;
    a->disk = alv_writer_put(a->out, bytes, size, &a->disk_error);
    if (a->disk != ALV_OK) return 0;
    alv_sha256_add(&a->sha, bytes, size);
    a->received += (int64_t)size;
    return size;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    attempt *a = context;
    (void)total, (void)now, (void)up_total, (void)up_now;
    if (!go_on(a->watch, a->file, a->received)) a->stopped = true;
    return a->stopped;
}

static CURLcode transfer(attempt *a, const char *url, char message[CURL_ERROR_SIZE])
{
    const alv_curl *curl = a->curl;
    CURL *handle = curl->init();
    if (!handle) return CURLE_FAILED_INIT;
    message[0] = '\0';
    curl->setopt(handle, CURLOPT_URL, url);
    curl->setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl->setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl->setopt(handle, CURLOPT_MAXREDIRS, 5L);
    curl->setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl->setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->setopt(handle, CURLOPT_CONNECTTIMEOUT, 20L);
    curl->setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 100L); /* bytes a second ... */
    curl->setopt(handle, CURLOPT_LOW_SPEED_TIME, 30L);   /* ... over this many seconds */
    curl->setopt(handle, CURLOPT_USERAGENT, "alvor/" ALV_VERSION);
    curl->setopt(handle, CURLOPT_ERRORBUFFER, message);
    curl->setopt(handle, CURLOPT_WRITEFUNCTION, on_bytes);
    curl->setopt(handle, CURLOPT_WRITEDATA, a);
    curl->setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl->setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl->setopt(handle, CURLOPT_XFERINFODATA, a);
    CURLcode code = curl->perform(handle);
    curl->cleanup(handle);
    if (code != CURLE_OK && !message[0])
        alv_text_format(message, CURL_ERROR_SIZE, "%s", curl->strerror(code));
    return code;
}

/* What became of a mirror: *retry says whether the next one may do better. */
static alv_status judge(attempt *a, CURLcode code, const char *url, const char *message,
                        bool *retry, alv_error *error)
{
    const alv_remote_file *file = a->file;
    char sum[65];
    *retry = false;
    if (a->stopped) return alv_fail(error, ALV_ERR_INTERRUPTED, file->name, "stopped on request");
    if (a->disk != ALV_OK)
        return alv_fail(error, a->disk, a->disk_error.where, "%s", a->disk_error.message);
    *retry = true;
    if (a->too_long)
        return alv_fail(error, ALV_ERR_FORMAT, url, "more than the %lld bytes of %s", file->size,
                        file->name);
    if (code != CURLE_OK) return alv_fail(error, ALV_ERR_IO, url, "%s", message);
    alv_sha256_end(&a->sha, sum);
    if (strcmp(sum, file->sha256) != 0)
        return alv_fail(error, ALV_ERR_FORMAT, url, "wrong SHA-256 after %lld bytes: %s",
                        a->received, sum);
    return ALV_OK;
}

static alv_status fetch(const alv_curl *curl, const char *path, const char *url,
                        const alv_remote_file *file, const alv_download_watch *watch, bool *retry,
                        alv_error *error)
{
    char message[CURL_ERROR_SIZE];
    attempt a = {.curl = curl, .file = file, .watch = watch};
    *retry = false;
    ALV_TRY(alv_writer_open(&a.out, path, error));
    alv_sha256_start(&a.sha);
    CURLcode code = transfer(&a, url, message);
    alv_status status = judge(&a, code, url, message, retry, error);
    if (status != ALV_OK) {
        alv_writer_abort(a.out);
        return status;
    }
    *retry = false;
    return alv_writer_commit(a.out, error);
}

static bool has_right_sum(const char *path, const alv_remote_file *file)
{
    alv_file found;
    struct stat info;
    char sum[65];
    if (stat(path, &info) != 0 || info.st_size != file->size) return false;
    if (alv_file_read(&found, path, NULL) != ALV_OK) return false;
    alv_sha256 sha;
    alv_sha256_start(&sha);
    alv_sha256_add(&sha, found.bytes, found.size);
    alv_sha256_end(&sha, sum);
    alv_file_free(&found);
    return strcmp(sum, file->sha256) == 0;
}

static alv_status download_file(const alv_curl *curl, const char *directory,
                                const alv_remote_file *file, const char *const *mirrors,
                                const alv_download_watch *watch, alv_error *error)
{
    char path[ALV_PATH_SIZE], url[ALV_PATH_SIZE];
    if (!alv_path_join(path, directory, file->name))
        return alv_fail(error, ALV_ERR_ARGUMENT, file->name, "the path is too long");
    if (has_right_sum(path, file)) return note(watch, "%s: already there", file->name), ALV_OK;
    alv_error last = {0};
    for (int i = 0; mirrors[i]; i++) {
        bool retry = false;
        if (!alv_path_join(url, mirrors[i], file->name))
            return alv_fail(error, ALV_ERR_ARGUMENT, file->name,
                            "the mirror's address is too long");
        alv_status status = fetch(curl, path, url, file, watch, &retry, &last);
        if (status == ALV_OK) return note(watch, "%s: %s", file->name, mirrors[i]), ALV_OK;
        if (!retry) return alv_fail(error, status, last.where, "%s", last.message);
        note(watch, "%s: %s", url, last.message);
    }
    return alv_fail(error, ALV_ERR_IO, file->name, "no mirror had it; the last said: %s",
                    mirrors[0] ? last.message : "(no mirror given)");
}

/* mkdir -p */
static alv_status make_directories(const char *directory, alv_error *error)
{
    char path[ALV_PATH_SIZE];
    size_t length = strlen(directory);
    if (length == 0 || length >= sizeof path)
        return alv_fail(error, ALV_ERR_ARGUMENT, "directory", "empty or too long");
    memcpy(path, directory, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        char kept = path[i];
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            int cause = errno;
            char where[64];
            alv_file_where(where, path);
            return alv_fail(error, ALV_ERR_IO, where, "cannot make the directory: %s",
                            strerror(cause));
        }
        path[i] = kept;
    }
    return ALV_OK;
}

alv_status alv_download(const char *directory, const alv_remote_file *files, int n_files,
                        const char *const *mirrors, const alv_download_watch *watch,
                        alv_error *error)
{
    ALV_TRY(make_directories(directory, error));
    alv_curl curl;
    ALV_TRY(alv_curl_load(&curl, error));
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != 0)
        return alv_fail(error, ALV_ERR_IO, "libcurl", "cannot start");
    alv_status status = ALV_OK;
    for (int i = 0; i < n_files && status == ALV_OK; i++) {
        if (!go_on(watch, &files[i], 0))
            status = alv_fail(error, ALV_ERR_INTERRUPTED, files[i].name, "stopped on request");
        else
            status = download_file(&curl, directory, &files[i], mirrors, watch, error);
    }
    curl.global_cleanup();
    return status;
}
