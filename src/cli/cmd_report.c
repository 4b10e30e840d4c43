/* alvor report: makes a run's page again from its files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "report/report.h"

static const cli_option options[] = {
    {"output",
     'o',
     "FILE",
     {"where to write the page (default: DIR/report.html)",
      "onde gravar a página (padrão: DIR/report.html)"}},
    {"json",
     0,
     NULL,
     {"print the page's data as one JSON document instead",
      "imprime os dados da página como um documento JSON"}},
    {NULL},
};

static int check_directory(const char *dir)
{
    struct stat info;
    if (stat(dir, &info) != 0)
        return cli_fail("give the directory that alvor compare printed", "%s: %s", dir,
                        strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return cli_fail("give the run directory, not a file in it", "%s is not a directory", dir);
    return CLI_OK;
}

static int print_document(const char *dir, alv_lang lang)
{
    alv_error error;
    char *document;
    if (alv_report_document(&document, dir, lang, &error) != ALV_OK) return cli_fail_error(&error);
    puts(document);
    free(document);
    return CLI_OK;
}

static int run(const cli_args *args)
{
    if (args->n_positional != 1)
        return cli_fail("usage: alvor report DIR [-o FILE]", "give one run directory");
    const char *dir = args->positional[0];
    const char *output = cli_value(args, "output", NULL);
    int status = check_directory(dir);
    if (status != CLI_OK) return status;
    if (cli_flag(args, "json")) return print_document(dir, args->lang);
    alv_error error;
    if (alv_report_write(dir, output, args->lang, &error) != ALV_OK) return cli_fail_error(&error);
    if (output)
        puts(output);
    else
        printf("%s/report.html\n", dir);
    return CLI_OK;
}

const cli_verb cli_verb_report = {
    .name = "report",
    .summary = {"make the report of a run again, from its files",
                "refaz o relatório de uma execução, a partir dos seus arquivos"},
    .usage = "DIR [-o FILE] [--json]",
    .examples = "  alvor report runs/first\n"
                "  alvor report runs/first -o lesson.html --lang pt\n",
    .options = options,
    .run = run,
};
