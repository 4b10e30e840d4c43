/* alvor guide: writes the guide, a site that the build made, to where its reader wants it.
 *
 * The site's pages hold what the lab measured when it was built (web/guide), which takes minutes,
 * so it is no part of the plain build: `cmake --build DIR --target guide` makes it beside the
 * command, and the installation puts it into share/alvor/guide. Both are found from where the
 * command lies. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/verbs.h"
#include "io/file.h"

enum { PATH = 4096 };

static bool is_there(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* The site: from the build's directory, or an installation's. index.html is written last. */
static bool find_site(char out[PATH])
{
    static const char *const places[] = {"guide/site", "../share/alvor/guide"};
    char self[PATH], index[PATH + 64];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash) return false;
    *slash = '\0';
    for (int i = 0; i < ALV_COUNT(places); i++) {
        if (alv_text_format(out, PATH, "%s/%s", self, places[i]) >= PATH) continue;
        alv_text_format(index, sizeof index, "%s/index.html", out);
        if (is_there(index)) return true;
    }
    return false;
}

static bool make_directory(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* --- copying -------------------------------------------------------------------------------- */

static alv_status pass_on(alv_writer *writer, FILE *file, const char *from, alv_error *error)
{
    char bytes[PATH];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        ALV_TRY(alv_writer_put(writer, bytes, n, error));
    if (ferror(file)) return alv_fail(error, ALV_ERR_IO, from, "cannot be read whole");
    return ALV_OK;
}

static alv_status copy_file(const char *to, const char *from, alv_error *error)
{
    alv_writer *writer;
    FILE *file = fopen(from, "rb");
    if (!file) return alv_fail(error, ALV_ERR_IO, from, "%s", strerror(errno));
    alv_status status = alv_writer_open(&writer, to, error);
    if (status == ALV_OK) {
        status = pass_on(writer, file, from, error);
        if (status == ALV_OK)
            status = alv_writer_commit(writer, error);
        else
            alv_writer_abort(writer);
    }
    fclose(file);
    return status;
}

static alv_status copy_tree(const char *to, const char *from, alv_error *error);

static alv_status copy_entry(const char *to, const char *from, const char *name, alv_error *error)
{
    char source[PATH], target[PATH];
    struct stat info;
    if (alv_text_format(source, PATH, "%s/%s", from, name) >= PATH ||
        alv_text_format(target, PATH, "%s/%s", to, name) >= PATH)
        return alv_fail(error, ALV_ERR_IO, to, "the path is too long");
    if (stat(source, &info) != 0) return alv_fail(error, ALV_ERR_IO, source, "%s", strerror(errno));
    return S_ISDIR(info.st_mode) ? copy_tree(target, source, error)
                                 : copy_file(target, source, error);
}

static alv_status copy_tree(const char *to, const char *from, alv_error *error)
{
    if (!make_directory(to))
        return alv_fail(error, ALV_ERR_IO, to, "cannot be made: %s", strerror(errno));
    DIR *list = opendir(from);
    if (!list) return alv_fail(error, ALV_ERR_IO, from, "%s", strerror(errno));
    alv_status status = ALV_OK;
    for (struct dirent *one; status == ALV_OK && (one = readdir(list));)
        if (one->d_name[0] != '.') status = copy_entry(to, from, one->d_name, error);
    closedir(list);
    return status;
}

static int run(const cli_args *args)
{
    char site[PATH];
    alv_error error;
    const char *to = cli_value(args, "output", "guide");
    if (args->n_positional > 0)
        return cli_fail("alvor guide -o DIR", "guide takes no argument '%s'", args->positional[0]);
    if (!find_site(site))
        return cli_fail("in the source tree: cmake --build build/release --target guide (a few "
                        "minutes), then the same command again",
                        "the guide has not been built here");
    if (copy_tree(to, site, &error) != ALV_OK) return cli_fail_error(&error);
    printf("%s/%s/index.html\n", to, args->lang == ALV_PT ? "pt" : "en");
    return CLI_OK;
}

static const cli_option options[] = {
    {"output",
     'o',
     "DIR",
     {"where to write the site (default: guide)", "onde gravar o site (padrão: guide)"}},
    {0},
};

const cli_verb cli_verb_guide = {
    .name = "guide",
    .summary = {"write the guide: a site of chapters, figures, questions, in both languages",
                "grava o guia: um site com capítulos, figuras e perguntas, nos dois idiomas"},
    .usage = "[-o DIR]",
    .examples = "  alvor guide\n"
                "  alvor guide -o aula --lang pt\n",
    .options = options,
    .run = run,
};
