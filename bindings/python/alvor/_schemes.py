"""One function for each row of the registry, with its signature and documentation."""

from ._fill import fill
from ._registry import INITIALIZERS, common, signature, words
from ._tensor import scheme_text

_HEADS = {
    "en": ("Formula", "Parameters", "When", "Dangers", "The same distribution elsewhere", "Source",
           "shape of the tensor; None: that of out", "default"),
    "pt": ("Fórmula", "Parâmetros", "Quando", "Perigos", "A mesma distribuição em outros lugares",
           "Fonte", "formato do tensor; None: o de out", "padrão"),
}


def _section(title, lines):
    return [title, "-" * len(title)] + lines + [""]


def _accepts(argument):
    if argument.choices:
        return ", ".join(argument.choices)
    return "%s%g, %g]" % ("(" if argument.open_lo else "[", argument.lo, argument.hi)


def explain(name, lang="en"):
    """What a scheme is, when to use it, what is dangerous about it; lang "en" or "pt".

    >>> import alvor
    >>> print(alvor.explain("he_normal").splitlines()[0])
    Normal with variance 2 / fan_in, for ReLU.
    """
    init = find(name)
    formula, parameters, when, dangers, elsewhere, source, shape, default = _HEADS[lang]
    summary = init.summary[lang]
    lines = [summary[0].upper() + summary[1:] + ".", ""]
    lines += _section(formula, [init.formula] + ([init.density] if init.density else []))
    listed = ["shape : tuple of int", "    " + shape]
    for a in init.arguments:
        listed += ["%s : %s, %s %r" % (a.name, _accepts(a), default, a.default),
                   "    " + a.help[lang]]
    for word, value, type_, meaning in common(init):
        listed += ["%s : %s, %s %r" % (word, type_, default, value), "    " + meaning]
    lines += _section(parameters, listed)
    for title, text in ((when, init.when[lang]), (dangers, init.dangers[lang])):
        lines += _section(title, [text]) if text else []
    same = [line for line in (init.pytorch, init.keras, init.jax) if line]
    lines += _section(elsewhere, same) if same else []
    lines += _section(source, [init.citation]) if init.citation else []
    return "\n".join(lines).rstrip() + "\n"


def find(name):
    """The row of the registry by name or alias."""
    if name in INITIALIZERS:
        return INITIALIZERS[name]
    for init in INITIALIZERS.values():
        if name in init.aliases:
            return init
    from ._tensor import make_scheme

    make_scheme(name)  # says what is near
    raise LookupError(name)


def _function(init):
    own = {argument.name for argument in init.arguments}
    known = {row[0] for row in common(init)}

    def draw(shape=None, **keywords):
        tensor = {key: value for key, value in keywords.items() if key in known}
        rest = {key: value for key, value in keywords.items() if key not in known}
        return fill(scheme_text(init.name, rest), shape, **tensor)

    draw.__name__ = draw.__qualname__ = init.name
    draw.__module__ = "alvor"
    draw.__doc__ = explain(init.name)
    draw.__signature__ = signature(init)
    assert "shape" not in own
    return draw


def factories(make, others):
    """{name: function}, aliases included: each takes a scheme's own arguments and what `make`, which
    gets the scheme's text, takes besides; `others` names that in the documentation."""

    def factory(row):
        own = {argument.name for argument in row.arguments}

        def function(**keywords):
            arguments = {key: value for key, value in keywords.items() if key in own}
            rest = {key: value for key, value in keywords.items() if key not in own}
            return make(scheme_text(row.name, arguments), **rest)

        function.__name__ = function.__qualname__ = row.name
        words = [argument.name for argument in row.arguments] + [others]
        function.__doc__ = "%s. Arguments: %s." % (row.summary["en"], ", ".join(words))
        return function

    return {name: factory(row) for row in INITIALIZERS.values()
            for name in (row.name, *row.aliases)}


def functions():
    """{name: function}, aliases included."""
    made = [(init, _function(init)) for init in INITIALIZERS.values()]
    return {word: function for init, function in made for word in words(init)}
