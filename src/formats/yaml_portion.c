/* A long list of a file, some items at a time.
 *
 * What libcyaml and libyaml make of a text takes ten times its room and more, and a plan may have
 * 100,000 tensors. So the text is read in portions, each a text of the same kind by itself: first
 * all but the items of the list, then that list alone, some of its items in each. libyaml's parser
 * hands its events to libyaml's emitter, with every scalar in quotes, and thus any style of YAML
 * can be cut. Places within a portion mean nothing to who wrote the file: if one is refused, the
 * whole is read for the message, in as much memory as that takes. */
#include <yaml.h>

#include "base/base.h"
#include "formats/yaml.h"

enum { PORTION = 1 << 14 /* bytes of text after which a portion ends */ };

/* A place in the events of a text. */
typedef struct cursor {
    yaml_parser_t parser;
    const char *list;
    int depth;        /* what is open around the event at hand */
    bool after_key;   /* in the top mapping: a value comes next */
    bool is_list;     /* and that of the list */
    bool within;      /* the list is open */
    bool ended, fine; /* no more events; and not because something is wrong */
} cursor;

static bool starts(const yaml_event_t *e)
{
    return e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT;
}

static bool ends(const yaml_event_t *e)
{
    return e->type == YAML_SEQUENCE_END_EVENT || e->type == YAML_MAPPING_END_EVENT;
}

static bool is_content(const yaml_event_t *e)
{
    return starts(e) || ends(e) || e->type == YAML_SCALAR_EVENT || e->type == YAML_ALIAS_EVENT;
}

/* A key or a value of the top mapping. */
static void note(cursor *c, const yaml_event_t *e)
{
    const bool value = c->after_key;
    c->within = value && c->is_list && e->type == YAML_SEQUENCE_START_EVENT;
    c->is_list = !value && e->type == YAML_SCALAR_EVENT &&
                 strcmp((const char *)e->data.scalar.value, c->list) == 0;
    c->after_key = !value;
}

/* The next event of what the document contains; false at its end, behind which the text has to be
 * YAML as well. */
static bool next(yaml_event_t *e, cursor *c, int *depth)
{
    bool behind = false;
    while (!c->ended) {
        c->fine = yaml_parser_parse(&c->parser, e);
        c->ended = behind || !c->fine || e->type == YAML_STREAM_END_EVENT;
        behind = c->fine && e->type == YAML_DOCUMENT_END_EVENT;
        if (c->fine && !c->ended && is_content(e)) break;
        yaml_event_delete(e);
    }
    if (c->ended) return false;
    if (ends(e)) c->depth--;
    *depth = c->depth;
    if (c->depth == 1 && !ends(e)) note(c, e);
    if (starts(e)) c->depth++;
    return true;
}

/* A text that is being written. */
typedef struct page {
    yaml_emitter_t emitter;
    char *text;
    size_t n, room;
    bool full, fine; /* out of memory; nothing is wrong so far */
} page;

static int append(void *user, unsigned char *bytes, size_t size)
{
    page *p = user;
    if (size > p->room - p->n) {
        const size_t room = 2 * p->room + size;
        char *longer = realloc(p->text, room);
        p->full = !longer;
        if (p->full) return 0;
        p->text = longer;
        p->room = room;
    }
    memcpy(p->text + p->n, bytes, size);
    p->n += size;
    return 1;
}

/* Takes the event, whose making may have failed. */
static void emit(page *p, yaml_event_t *e, int made)
{
    if (!made)
        p->fine = false, p->full = true;
    else if (p->fine)
        p->fine = yaml_emitter_emit(&p->emitter, e);
    else
        yaml_event_delete(e);
}

static void put_scalar(page *p, const char *text, size_t n)
{
    yaml_event_t e;
    emit(p, &e,
         yaml_scalar_event_initialize(&e, NULL, NULL, (const unsigned char *)text, (int)n, 1, 1,
                                      YAML_DOUBLE_QUOTED_SCALAR_STYLE));
}

static void put_sequence(page *p)
{
    yaml_event_t e;
    emit(p, &e, yaml_sequence_start_event_initialize(&e, NULL, NULL, 1, YAML_FLOW_SEQUENCE_STYLE));
}

static void put_mapping(page *p)
{
    yaml_event_t e;
    emit(p, &e, yaml_mapping_start_event_initialize(&e, NULL, NULL, 1, YAML_FLOW_MAPPING_STYLE));
}

/* The same without tag, anchor and style. */
static void put(page *p, const yaml_event_t *from)
{
    yaml_event_t e;
    switch (from->type) {
    case YAML_SCALAR_EVENT:
        put_scalar(p, (const char *)from->data.scalar.value, from->data.scalar.length);
        break;
    case YAML_ALIAS_EVENT:
        emit(p, &e, yaml_alias_event_initialize(&e, from->data.alias.anchor));
        break;
    case YAML_SEQUENCE_START_EVENT:
        put_sequence(p);
        break;
    case YAML_MAPPING_START_EVENT:
        put_mapping(p);
        break;
    case YAML_SEQUENCE_END_EVENT:
        emit(p, &e, yaml_sequence_end_event_initialize(&e));
        break;
    default:
        emit(p, &e, yaml_mapping_end_event_initialize(&e));
        break;
    }
}

static void start(page *p)
{
    yaml_event_t e;
    p->fine = yaml_emitter_initialize(&p->emitter);
    p->full = !p->fine;
    if (!p->fine) return;
    yaml_emitter_set_output(&p->emitter, append, p);
    yaml_emitter_set_unicode(&p->emitter, 1);
    yaml_emitter_set_width(&p->emitter, -1);
    emit(p, &e, yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING));
    emit(p, &e, yaml_document_start_event_initialize(&e, NULL, NULL, NULL, 1));
}

static void finish(page *p)
{
    yaml_event_t e;
    emit(p, &e, yaml_document_end_event_initialize(&e, 1));
    emit(p, &e, yaml_stream_end_event_initialize(&e));
    if (p->emitter.error == YAML_MEMORY_ERROR) p->full = true;
    yaml_emitter_delete(&p->emitter);
}

/* All but the items of the list. */
static void write_rest(page *p, cursor *c)
{
    yaml_event_t e;
    int depth = 0;
    start(p);
    while (p->fine && next(&e, c, &depth)) {
        if (!c->within || depth < 2) put(p, &e);
        yaml_event_delete(&e);
    }
    finish(p);
}

/* The list with its next items; returns whether there were any. */
static bool write_items(page *p, cursor *c)
{
    yaml_event_t e;
    int depth = 0;
    bool any = false, more = true;
    start(p);
    put_mapping(p);
    put_scalar(p, c->list, strlen(c->list));
    put_sequence(p);
    while (p->fine && more && next(&e, c, &depth)) {
        const bool item = c->within && depth >= 2, whole = depth == 2 && !starts(&e);
        if (item) put(p, &e);
        any = any || item;
        more = !(item && whole && p->n >= PORTION);
        yaml_event_delete(&e);
    }
    emit(p, &e, yaml_sequence_end_event_initialize(&e));
    emit(p, &e, yaml_mapping_end_event_initialize(&e));
    finish(p);
    return any;
}

static alv_status begin(cursor *c, const char *list, const char *bytes, size_t size,
                        const char *name, alv_error *error)
{
    *c = (cursor){.list = list, .fine = true};
    if (!yaml_parser_initialize(&c->parser))
        return alv_fail(error, ALV_ERR_MEMORY, name, "no memory");
    yaml_parser_set_input_string(&c->parser, (const unsigned char *)bytes, size);
    return ALV_OK;
}

/* Reads a portion; where that fails, the whole says why and where. */
static alv_status parse(void **out, const alv_yaml_portions *from, const page *p, const cursor *c,
                        alv_error *error)
{
    alv_yaml_kind portion = *from->kind;
    alv_status status = ALV_ERR_SYNTAX;
    void *whole;
    portion.most = SIZE_MAX;
    if (p->full || c->parser.error == YAML_MEMORY_ERROR)
        return alv_fail(error, ALV_ERR_MEMORY, from->name, "no memory");
    alv_fail(error, status, from->name, "this cannot be read");
    if (p->fine && c->fine)
        status = alv_yaml_parse(out, &portion, p->text, p->n, from->name, error);
    if (status == ALV_OK || status == ALV_ERR_MEMORY) return status;
    ALV_TRY(alv_yaml_parse(&whole, from->kind, from->bytes, from->size, from->name, error));
    alv_yaml_release(from->kind, whole);
    return status;
}

alv_status alv_yaml_parse_rest(void **out, const alv_yaml_portions *from, alv_error *error)
{
    cursor c;
    page p = {.text = NULL};
    if (from->size > from->kind->most)
        return alv_yaml_parse(out, from->kind, from->bytes, from->size, from->name, error);
    ALV_TRY(begin(&c, from->list, from->bytes, from->size, from->name, error));
    write_rest(&p, &c);
    alv_status status = parse(out, from, &p, &c, error);
    yaml_parser_delete(&c.parser);
    free(p.text);
    return status;
}

alv_status alv_yaml_parse_items(const alv_yaml_portions *from, alv_yaml_take *take, void *user,
                                alv_error *error)
{
    cursor c;
    page p = {.text = NULL};
    void *value;
    alv_status status = ALV_OK;
    ALV_TRY(begin(&c, from->list, from->bytes, from->size, from->name, error));
    while (status == ALV_OK) {
        const bool any = write_items(&p, &c);
        if (!any && p.fine && c.fine) break;
        status = parse(&value, from, &p, &c, error);
        if (status != ALV_OK) break;
        status = take(user, value);
        alv_yaml_release(from->kind, value);
        p.n = 0;
    }
    yaml_parser_delete(&c.parser);
    free(p.text);
    return status;
}
