"""alvor.compare: train the same network from different first weights; tables, arrays, the report."""

import ctypes as c
import html
import os

import numpy as np

from ._abi import LANGS
from ._lab_abi import alv_compare, alv_progress, alv_watch, document, lab
from ._tensor import choice

_PROGRESS = dict(alv_watch._fields_)["progress"]
_STOP = dict(alv_watch._fields_)["stop"]


class Comparison:
    """What a run of the lab left in its directory.

    ``document`` is its "alvor.compare/1" (docs/formats.md); ``trials`` the same trials as columns,
    arrays with NaN where there is no number; ``report`` the path of a page that opens from disk,
    which notebooks show.
    """

    def __init__(self, directory, lang="en"):
        self.directory, self.lang = directory, lang
        self.document = document(lab().alv_compare_document, os.fsencode(directory))
        self.report = os.path.join(directory, "report.html")
        lab().alv_report_write(os.fsencode(directory), None, choice("lang", lang, LANGS))

    @property
    def trials(self):
        rows = self.document["trials"]
        return {key: _column([row[key] for row in rows]) for key in (rows[0] if rows else ())
                if key != "findings"}

    @property
    def conclusion(self):
        return self.document["conclusion"][self.lang]

    def __repr__(self):
        head = ("place", "setting", "scheme", "final loss")
        rows = [head] + [(str(row["place"]), row["setting"], row["scheme"],
                          _number(row["final_train_loss"])) for row in self.document["ranking"]]
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        table = "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip()
                          for row in rows)
        return "%s\n\n%s\n\nreport: %s" % (table, self.conclusion, self.report)

    def _repr_html_(self):
        with open(self.report, encoding="utf-8") as page:
            return ('<iframe srcdoc="%s" style="width: 100%%; height: 40em; border: 0" '
                    'title="alvor"></iframe>' % html.escape(page.read()))


def _number(value):
    return "-" if value is None else "%.4g" % value


def _column(values):
    if any(isinstance(value, str) for value in values):
        return np.array(values, object)
    return np.array([np.nan if value is None else value for value in values])


def _text(value):
    """A list as the command line has it: "zeros,he_normal"."""
    if value is None or isinstance(value, (str, os.PathLike)):
        return None if value is None else os.fsencode(value)
    if isinstance(value, (int, float)):
        return repr(value).encode()
    return ",".join(str(item) for item in value).encode()


def _watch(progress):
    """Callbacks that pass on what happens, and a list that an interruption or an exception enters:
    it may not cross C, so the run is stopped and then it is raised."""
    caught = []

    def guarded(function):
        try:
            function()
        except BaseException as exception:  # KeyboardInterrupt too
            caught.append(exception)

    def tell(_, now):
        if progress and not caught:
            guarded(lambda: progress(_copy(now.contents)))

    def stop(_):
        guarded(lambda: None)  # where Python looks for signals
        return bool(caught)

    return alv_watch(None, _PROGRESS(tell), _STOP(stop)), caught


def _copy(now):
    values = {name: getattr(now, name) for name, _ in alv_progress._fields_}
    values["best"] = values["best"].decode() if values["best"] else ""
    return values


def compare(data=None, *, progress=None, lang="en", **settings):
    """Trains one network from different first weights and returns a Comparison.

    >>> import alvor, tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     c = alvor.compare("blobs", schemes=["zeros", "he_normal"], hidden="8x2", steps=30,
    ...                       activations="relu", seeds=1, extra=False, directory=directory)
    >>> sorted(set(c.trials["scheme"]))
    ['he_normal', 'zeros']

    ``data``: the name of a procedural data set ("spirals") or a path. The settings are those of
    `alv_compare` in lab.h, and of `alvor compare --help`: model, hidden, activations, schemes, bias,
    optimizers, rates, schedules, regularizers, momentum, weight_decay, loss, backend, target,
    batch, steps, epochs, n_train, n_test, context, seeds, seed, stream, extra, light, directory,
    jobs, fresh; lists may be lists. ``progress`` is called with a dict about ten times a second. Ctrl-C
    keeps what is finished; the same call continues.
    """
    what = lab().alv_compare_defaults()
    kinds = dict(alv_compare._fields_)
    for name, value in [("data", data), *settings.items()]:
        if name not in kinds:
            raise TypeError("compare() has no setting %r; it has: %s" % (name, ", ".join(kinds)))
        if value is not None:
            setattr(what, name, _text(value) if kinds[name] is c.c_char_p else value)
    directory = c.create_string_buffer(4096)
    watch, caught = _watch(progress)
    try:
        lab().alv_compare_run(directory, len(directory), what, watch)
    except Exception:
        if caught:
            raise caught[0] from None
        raise
    return Comparison(os.fsdecode(directory.value), lang)
