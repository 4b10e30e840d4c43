/* Manual pages in the man macros of roff, one for the command and one for each verb. */
#include <string.h>

#include "tools/pages/pages.h"

/* Text of a paragraph: roff's own characters escaped, a line that begins with a dot shielded. */
static void put(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if ((*p == '.' || *p == '\'') && (p == text || p[-1] == '\n')) fputs("\\&", out);
        if (*p == '\\')
            fputs("\\e", out);
        else if (*p == '-')
            fputs("\\-", out);
        else
            fputc(*p, out);
    }
}

static void heading(FILE *out, const char *const titles[ALV_LANGS], alv_lang lang)
{
    fprintf(out, ".SH %s\n", titles[lang]);
}

static void option(FILE *out, const cli_option *o, alv_lang lang)
{
    fputs(".TP\n", out);
    if (o->letter) fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", out);
    put(out, o->name);
    fputs("\\fR", out);
    if (o->value) {
        fputs(" \\fI", out);
        put(out, o->value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put(out, o->help[lang]);
    fputc('\n', out);
}

static void verb_body(FILE *out, const cli_verb *verb, alv_lang lang)
{
    heading(out, (const char *const[]){"OPTIONS", "OPÇÕES"}, lang);
    for (const cli_option *o = verb->options; o->name; o++) option(out, o, lang);
    for (const cli_option *o = cli_common; o->name; o++) option(out, o, lang);
    if (!verb->examples) return;
    heading(out, (const char *const[]){"EXAMPLES", "EXEMPLOS"}, lang);
    fputs(".nf\n", out);
    put(out, verb->examples);
    fputs(".fi\n", out);
}

static void command_body(FILE *out, alv_lang lang)
{
    heading(out, (const char *const[]){"VERBS", "VERBOS"}, lang);
    for (int i = 0; pages_verb(i); i++) {
        fprintf(out, ".TP\n.BR alvor\\-%s (1)\n", pages_verb(i)->name);
        put(out, pages_verb(i)->summary[lang]);
        fputc('\n', out);
    }
}

static void status_and_others(FILE *out, const cli_verb *verb, alv_lang lang)
{
    static const char *const status[ALV_LANGS] = {
        "0: fine. 1: it ran and failed its purpose. 2: usage, input or output. 130: interrupted.",
        "0: tudo certo. 1: rodou e não cumpriu o que devia. 2: uso, entrada ou saída. 130: "
        "interrompido."};
    heading(out, (const char *const[]){"EXIT STATUS", "CÓDIGOS DE SAÍDA"}, lang);
    put(out, status[lang]);
    fputc('\n', out);
    heading(out, (const char *const[]){"SEE ALSO", "VEJA TAMBÉM"}, lang);
    if (verb) fputs(".BR alvor (1)", out);
    for (int i = 0, first = !verb; pages_verb(i); i++) {
        if (pages_verb(i) == verb) continue;
        fprintf(out, "%s.BR alvor\\-%s (1)", first ? "" : ",\n", pages_verb(i)->name);
        first = 0;
    }
    fputc('\n', out);
}

void pages_manual(const char *directory, const cli_verb *verb, alv_lang lang)
{
    static const char *const summary[ALV_LANGS] = {
        "the first weights of a neural network, and what they do to its training",
        "os primeiros pesos de uma rede neural, e o que fazem com o seu treinamento"};
    char name[64], file[128];
    snprintf(name, sizeof name, verb ? "alvor-%s" : "alvor", verb ? verb->name : "");
    snprintf(file, sizeof file, "%sman1/%s.1", lang == ALV_PT ? "pt_BR/" : "", name);
    FILE *out = pages_open(directory, file);
    fputs(".TH ", out);
    put(out, name);
    fprintf(out, " 1 \"\" \"alvor %s\"\n", ALV_VERSION);
    heading(out, (const char *const[]){"NAME", "NOME"}, lang);
    put(out, name);
    fputs(" \\- ", out);
    put(out, verb ? verb->summary[lang] : summary[lang]);
    fputc('\n', out);
    heading(out, (const char *const[]){"SYNOPSIS", "SINOPSE"}, lang);
    fputs(".B alvor ", out);
    put(out, verb ? verb->name : lang == ALV_PT ? "VERBO" : "VERB");
    fputc('\n', out);
    put(out, verb ? verb->usage : "[OPTIONS]");
    fputc('\n', out);
    if (verb)
        verb_body(out, verb, lang);
    else
        command_body(out, lang);
    status_and_others(out, verb, lang);
    fclose(out);
}
