/* The document of reproductions. */
#include "reproduce/document.h"

#include <math.h>

#include "base/base.h"

static json_t *words(const char *const text[ALV_LANGS], bool paired)
{
    const char *en = text[ALV_EN], *pt = text[ALV_PT] ? text[ALV_PT] : en;
    return paired ? json_pack("[s, s]", en, pt) : json_string(en);
}

static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *criterion(const alv_claim *claim, bool paired)
{
    char text[ALV_LANGS][ALV_CRITERION];
    for (int lang = 0; lang < ALV_LANGS; lang++)
        alv_claim_criterion(text[lang], claim, (alv_lang)lang);
    return words((const char *const[]){text[ALV_EN], text[ALV_PT]}, paired);
}

static json_t *claim_json(const alv_claim *claim, double measured, bool paired)
{
    const bool holds = alv_claim_holds(claim, measured);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "claim",
                     words(claim->text, paired), "criterion", criterion(claim, paired), "lo",
                     real(claim->lo), "hi", real(claim->hi), "paper_value", real(claim->paper),
                     "measured", real(measured), "holds", holds, "why_not",
                     holds || !claim->why[ALV_EN] ? json_null() : words(claim->why, paired));
}

static json_t *axis_json(const alv_axis *axis, bool paired)
{
    json_t *names = json_array();
    for (int i = 0; axis->names[i][ALV_EN]; i++)
        json_array_append_new(names, words(axis->names[i], paired));
    return json_pack("{s:o, s:b, s:o}", "label", words(axis->label, paired), "log", axis->log,
                     "names", names);
}

static json_t *points_json(const alv_outcome *outcome, int panel, int series)
{
    json_t *points = json_array();
    for (int64_t i = 0; i < outcome->n; i++) {
        const alv_point *p = &outcome->points[i];
        if (p->panel != panel || p->series != series) continue;
        json_t *point = json_pack("[o, o]", real(p->x), real(p->y));
        if (!isnan(p->shade)) json_array_append_new(point, real(p->shade));
        json_array_append_new(points, point);
    }
    return points;
}

static json_t *panel_json(const alv_panel *panel, const alv_outcome *outcome, int index,
                          bool paired)
{
    static const char *const drawings[] = {
        [ALV_LINE] = "line",   [ALV_DOTS] = "dots",     [ALV_STEPS] = "steps",
        [ALV_CELLS] = "cells", [ALV_THEORY] = "theory", [ALV_PAPER] = "paper",
        [ALV_LEVEL] = "level"};
    json_t *list = json_array();
    for (int i = 0; panel->series[i].name[ALV_EN]; i++)
        json_array_append_new(list, json_pack("{s:o, s:s, s:o}", "name",
                                              words(panel->series[i].name, paired), "drawing",
                                              drawings[panel->series[i].drawing], "points",
                                              points_json(outcome, index, i)));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "title", words(panel->title, paired), "x",
                     axis_json(&panel->x, paired), "y", axis_json(&panel->y, paired), "shade",
                     panel->shade[ALV_EN] ? words(panel->shade, paired) : json_null(), "series",
                     list);
}

static json_t *figure_json(const alv_figure *figure, const alv_outcome *outcome, bool paired)
{
    json_t *panels = json_array();
    for (int i = 0; figure->panels[i].title[ALV_EN]; i++)
        json_array_append_new(panels, panel_json(&figure->panels[i], outcome, i, paired));
    return json_pack("{s:o, s:o}", "title", words(figure->title, paired), "panels", panels);
}

static json_t *experiment_json(const alv_reproduced *r, bool paired)
{
    const alv_experiment *e = r->experiment;
    json_t *claims = json_array();
    for (int i = 0; e->claims[i].text[ALV_EN]; i++)
        json_array_append_new(claims, claim_json(&e->claims[i], r->outcome.measured[i], paired));
    return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:f}", "name", e->name, "title",
                     words(e->title, paired), "paper", e->paper, "setting",
                     words(e->setting, paired), "claims", claims, "figure",
                     figure_json(&e->figure, &r->outcome, paired), "seconds", r->seconds);
}

json_t *alv_reproduce_document(const alv_reproduced *list, int n, bool paired)
{
    json_t *all = json_array();
    for (int i = 0; i < n; i++) {
        json_t *one = list[i].outcome.lost ? NULL : experiment_json(&list[i], paired);
        if (json_array_append_new(all, one) == 0) continue;
        json_decref(all);
        return NULL;
    }
    return json_pack("{s:s, s:o}", "schema", "alvor.reproduce/1", "experiments", all);
}
