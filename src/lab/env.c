/* env.json: the machine, build and command that produced a run. Nothing reads results off it. */
#include "lab/env.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/base.h"
#include "io/file.h"
#include "lab/file.h"
#include "lab/json.h"
#include "lab/setup.h"

static void write_system(alv_json *json)
{
    struct utsname system;
    char text[256] = "unknown", processor[128];
    if (uname(&system) == 0)
        alv_text_format(text, sizeof text, "%s %s %s", system.sysname, system.release,
                        system.machine);
    alv_processor_text(processor, sizeof processor);
    alv_json_string(json, "system", text);
    alv_json_string(json, "processor", processor);
    alv_json_string(json, "kernels", alv_backend_isa());
}

static void write_libraries(alv_json *json)
{
    char onednn[64];
    alv_backend_version(onednn, sizeof onednn, ALV_BACKEND_ONEDNN);
    alv_json_open(json, "libraries", '{');
    alv_json_string(json, "onednn", onednn);
    alv_json_string(json, "sqlite", sqlite3_libversion());
    alv_json_string(json, "jansson", JANSSON_VERSION);
    alv_json_close(json);
}

alv_status alv_env_write(const char *directory, const char *command, int threads, alv_error *error)
{
    char path[ALV_MAX_PATH], engine[96], date[32] = "unknown";
    time_t now = time(NULL);
    struct tm utc;
    ALV_TRY(alv_run_path(path, sizeof path, directory, "env.json", error));
    alv_engine_text(engine, sizeof engine);
    if (gmtime_r(&now, &utc)) strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    alv_json json = {0};
    alv_json_open(&json, NULL, '{');
    alv_json_string(&json, "schema", "alvor.env/1");
    alv_json_string(&json, "command", command);
    alv_json_string(&json, "date", date);
    alv_json_string(&json, "engine", engine);
    alv_json_string(&json, "compiler", __VERSION__);
    write_system(&json);
    alv_json_int(&json, "threads", threads);
    write_libraries(&json);
    alv_json_close(&json);
    char *text = alv_json_take(&json);
    if (!text) return alv_fail(error, ALV_ERR_MEMORY, "env.json", "out of memory");
    alv_status status = alv_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
