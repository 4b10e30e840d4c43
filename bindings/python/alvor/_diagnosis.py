"""A network's pass as records for C, and its findings as text and HTML; the words come from C."""

import ctypes as c
import html

import numpy as np

from ._lab_abi import alv_layer_record, alv_pass_record, document, lab

_COLUMNS = ("z_std", "forward_gain", "backward_gain", "saturated", "dead", "symmetry")
_HEADS = {
    "en": ("layer", "std of z", "forward", "backward", "saturated", "dead", "copies"),
    "pt": ("camada", "desvio de z", "ida", "volta", "saturados", "mortos", "cópias"),
}


class Diagnosis:
    """``document`` is "alvor.diagnosis/1" (docs/formats.md); ``layers`` are the names, in order."""

    def __init__(self, document, layers, lang="en"):
        self.document, self.layers, self.lang = document, layers, lang

    @property
    def verdict(self):
        return self.document["verdict"]

    @property
    def trains(self):
        return self.document["trains"]

    @property
    def findings(self):
        return self.document["findings"]

    def _rows(self):
        rows = [_HEADS[self.lang]]
        for name, layer in zip(self.layers, self.document["layers"]):
            shown = ["-" if layer[key] is None else "%.3g" % layer[key] for key in _COLUMNS]
            rows.append((name, *shown))
        return rows

    def _words(self):
        """What is said below the table: a paragraph for each finding, then the forecast."""
        for f in self.findings:
            yield "%s: %s %s" % (f["word"][self.lang], f["text"][self.lang], f["why"][self.lang])
            yield "%s  %s" % (f["try"][self.lang], f["pytorch"])
        yield self.document["forecast"][self.lang]
        yield self.document["caveat"][self.lang]

    def __str__(self):
        rows = self._rows()
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = ["  ".join([row[0].ljust(widths[0])] +
                           [text.rjust(width) for text, width in zip(row[1:], widths[1:])])
                 for row in rows]
        return "\n".join(lines + [""] + list(self._words()))

    __repr__ = __str__

    def _repr_html_(self):
        head, *rows = self._rows()
        cells = "".join("<th>%s</th>" % html.escape(text) for text in head)
        body = "".join("<tr>%s</tr>" % "".join("<td>%s</td>" % html.escape(t) for t in row)
                       for row in rows)
        words = "".join("<p>%s</p>" % html.escape(text) for text in self._words())
        return "<table><tr>%s</tr>%s</table>%s" % (cells, body, words)


def _floats(array):
    return array.ctypes.data_as(c.POINTER(c.c_float)) if array is not None else None


def diagnose(layers, x, *, chain=False, pooled=False, lang="en"):
    """Findings about a pass: layers are (name, activation or None, z, delta, weights, biases or
    None), z and delta with the units last, weights with a row per unit; x has a row per sample."""
    keep, records = [], (alv_layer_record * len(layers))()
    for record, (_, act, *arrays) in zip(records, layers):
        z, delta, weights, biases = (
            None if a is None else np.ascontiguousarray(a, np.float32) for a in arrays)
        z, delta = z.reshape(-1, z.shape[-1]), delta.reshape(-1, z.shape[-1])
        weights = weights.reshape(weights.shape[0], -1)
        keep.append((z, delta, weights, biases))
        record.act = act.encode() if act else None
        record.z, record.delta = _floats(z), _floats(delta)
        record.weights, record.biases = _floats(weights), _floats(biases)
        record.rows, record.units = z.shape
        record.fan = weights.shape[1]
        if delta.shape != z.shape or weights.shape[0] != z.shape[1]:
            raise ValueError("z is %s, delta %s, weights %s: they are (rows, units) twice and "
                             "(units, fan)" % (z.shape, delta.shape, weights.shape))
    x = np.ascontiguousarray(x, np.float32)
    x = x.reshape(x.shape[0], -1)
    record = alv_pass_record(records, len(layers), _floats(x), x.shape[0], x.shape[1], chain,
                             pooled)
    return Diagnosis(document(lab().alv_diagnose, record), [layer[0] for layer in layers], lang)
