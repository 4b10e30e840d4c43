/* alvor guide: writes the guide, a site that the build made, to where its reader wants it.
 *
 * The site's pages hold what the lab measured when it was built (web/guide), which takes minutes,
 * so it is no part of the plain build: `cmake --build DIR --target guide` makes it beside the
 * command, and the installation puts it into share/alvor/guide. Both are found from where the
 * command lies. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/guide.h"
#include "cli/verbs.h"

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

static int run(const cli_args *args)
{
    char site[PATH];
    alv_error error;
    const char *to = cli_value(args, "output", "guide");
    if (args->n_positional > 0)
        return cli_fail("alvor guide -o DIR", "guide takes no argument '%s'", args->positional[0]);
    if (!find_site(site))
        return cli_fail("in the source tree: cmake --build build/release --target guide (a few "
                        "minutes; it needs node and npm), then the same command again, or cmake "
                        "--install build/release for an installed alvor",
                        "the guide has not been built here");
    if (cli_guide_copy(to, site, &error) != ALV_OK) return cli_fail_error(&error);
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
