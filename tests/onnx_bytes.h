/* ONNX files, byte by byte. */
#ifndef ALV_TEST_ONNX_BYTES_H
#define ALV_TEST_ONNX_BYTES_H

#include "test.h"

/* Protobuf that grows. */
typedef struct proto {
    unsigned char at[1 << 16];
    size_t n;
} proto;

static inline void put_varint(proto *p, uint64_t x)
{
    for (; x >= 0x80; x >>= 7) p->at[p->n++] = (unsigned char)(x | 0x80);
    p->at[p->n++] = (unsigned char)x;
}

static inline void put_int(proto *p, unsigned field, uint64_t x)
{
    put_varint(p, field << 3);
    put_varint(p, x);
}

static inline void put_bytes(proto *p, unsigned field, const void *from, size_t n)
{
    assert_true(p->n + n + 16 < sizeof p->at);
    put_varint(p, field << 3 | 2);
    put_varint(p, n);
    memcpy(p->at + p->n, from, n);
    p->n += n;
}

static inline void put_text(proto *p, unsigned field, const char *text)
{
    put_bytes(p, field, text, strlen(text));
}

static inline void put_message(proto *p, unsigned field, const proto *m)
{
    put_bytes(p, field, m->at, m->n);
}

/* A float tensor; its values are its places, or with `raw` missing there are none. */
static inline void put_tensor(proto *graph, const char *name, int64_t a, int64_t b, int type,
                              size_t size)
{
    static proto t;
    float values[256];
    t.n = 0;
    for (int i = 0; i < 256; i++) values[i] = (float)(i % 7) - 3;
    put_int(&t, 1, (uint64_t)a);
    if (b) put_int(&t, 1, (uint64_t)b);
    put_int(&t, 2, (uint64_t)type);
    put_text(&t, 8, name);
    put_bytes(&t, 9, values, size);
    put_message(graph, 5, &t);
}

static inline void put_node(proto *graph, const char *op, const char *inputs, const char *output,
                            const char *flag)
{
    static proto n, a;
    n.n = a.n = 0;
    char names[128], *save = NULL;
    snprintf(names, sizeof names, "%s", inputs);
    for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
        put_text(&n, 1, name);
    put_text(&n, 2, output);
    put_text(&n, 4, op);
    if (flag) {
        put_text(&a, 1, flag);
        put_int(&a, 3, 1);
        put_int(&a, 20, 2);
        put_message(&n, 5, &a);
    }
    put_message(graph, 1, &n);
}

static inline void put_input(proto *graph, unsigned field, const char *name)
{
    static proto v;
    v.n = 0;
    put_text(&v, 1, name);
    put_message(graph, field, &v);
}

/* A model of the graph, opset `opset`. */
static inline void wrap(proto *out, const proto *graph, int opset)
{
    static proto o;
    o.n = out->n = 0;
    put_int(out, 1, 8);
    put_message(out, 7, graph);
    put_text(&o, 1, "");
    put_int(&o, 2, (uint64_t)opset);
    put_message(out, 8, &o);
}

/* Two layers, x -> Gemm(transB) -> Relu -> MatMul -> Add, and an operator of nobody's. */
static inline void make_graph(proto *g)
{
    g->n = 0;
    put_input(g, 11, "x");
    put_tensor(g, "w1", 4, 6, 1, 96);
    put_tensor(g, "b1", 4, 0, 1, 16);
    put_tensor(g, "w2", 4, 3, 1, 48);
    put_tensor(g, "b2", 3, 0, 1, 12);
    put_node(g, "Gemm", "x w1 b1", "h", "transB");
    put_node(g, "Relu", "h", "r", NULL);
    put_node(g, "MatMul", "r w2", "m", NULL);
    put_node(g, "Add", "m b2", "y", NULL);
    put_node(g, "Frobnicate", "y r", "z", NULL);
    put_input(g, 12, "z");
}

#endif
