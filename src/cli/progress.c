/* Progress of a long command on stderr, and the flag that Ctrl-C raises. */
#include "cli/progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR = 16, NARROW = 60 };

static volatile sig_atomic_t interrupted;

static const char *note = "";

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
    if (write(STDERR_FILENO, note, strlen(note)) < 0) return; /* nobody is left to tell */
}

void cli_catch_interrupt(alv_lang lang)
{
    note = lang == ALV_PT ? "\nalvor: parando; o que terminou fica (de novo: para já)\n"
                          : "\nalvor: stopping; what is finished is kept (again: stop at once)\n";
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool cli_interrupted(void)
{
    return interrupted != 0;
}

cli_progress cli_progress_make(alv_lang lang, bool quiet)
{
    return (cli_progress){
        .lang = lang, .quiet = quiet, .terminal = isatty(STDERR_FILENO) != 0, .last_tenth = -1};
}

static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* "0:08" until the end at the rate so far; "" before there is one. */
static void print_eta(char *out, size_t size, const alv_progress *p)
{
    out[0] = '\0';
    if (p->share < 0.02 || p->seconds < 0.5) return;
    int left = (int)(p->seconds * (1 - p->share) / p->share + 0.5);
    if (left < 0) left = 0;
    snprintf(out, size, " · ETA %d:%02d", left / 60, left % 60);
}

static void print_best(char *out, size_t size, const alv_progress *p, alv_lang lang)
{
    char loss[32];
    out[0] = '\0';
    if (!p->best[0]) return;
    snprintf(loss, sizeof loss, "%.3g", p->best_loss);
    for (char *c = loss; lang == ALV_PT && *c; c++)
        if (*c == '.') *c = ',';
    snprintf(out, size, lang == ALV_PT ? " · melhor %s %s" : " · best %s %s", p->best, loss);
}

static void draw(const cli_progress *line, const alv_progress *p)
{
    char bar[BAR + 1], eta[32], best[96], text[256];
    int filled = (int)(p->share * BAR + 0.5);
    for (int i = 0; i < BAR; i++) bar[i] = i < filled ? '#' : '-';
    bar[BAR] = '\0';
    print_eta(eta, sizeof eta, p);
    print_best(best, sizeof best, p, line->lang);
    double rate = p->seconds > 0.2 ? (double)(p->done - p->resumed) / p->seconds : 0;
    int n = snprintf(text, sizeof text, "[%s] %lld/%lld %s", bar, (long long)p->done,
                     (long long)p->total, line->lang == ALV_PT ? "ensaios" : "trials");
    int room = columns() - 1;
    if (room >= NARROW && rate > 0)
        n += snprintf(text + n, sizeof text - (size_t)n, " · %.1f/s%s", rate, eta);
    if (n + (int)strlen(best) <= room + 4) /* each middle dot is two bytes in one column */
        snprintf(text + n, sizeof text - (size_t)n, "%s", best);
    fprintf(stderr, "\r\033[K%s", text);
    fflush(stderr);
}

static void tell(cli_progress *line, const alv_progress *p)
{
    int tenth = (int)(p->share * 10);
    if (tenth <= line->last_tenth) return;
    line->last_tenth = tenth;
    fprintf(stderr,
            line->lang == ALV_PT ? "alvor: %d %%, %lld de %lld ensaios, %.0f s\n"
                                 : "alvor: %d %%, %lld of %lld trials, %.0f s\n",
            10 * tenth, (long long)p->done, (long long)p->total, p->seconds);
}

void cli_progress_show(cli_progress *line, const alv_progress *progress)
{
    if (line->quiet || cli_interrupted()) return;
    if (line->terminal) {
        draw(line, progress);
        line->drawn = true;
    } else {
        tell(line, progress);
    }
}

void cli_progress_end(cli_progress *line)
{
    if (line->drawn) fputs("\r\033[K", stderr);
    line->drawn = false;
}
