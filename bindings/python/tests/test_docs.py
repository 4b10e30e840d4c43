"""What help(), editors and the README show: signatures, types and examples, run."""

import ast
import doctest
import importlib
import inspect
import pathlib
import subprocess
import sys

import pytest

import alvor

PACKAGE = pathlib.Path(alvor.__file__).parent


def test_every_initializer_has_a_signature_and_a_text():
    for name, init in alvor.initializers.items():
        function = getattr(alvor, name)
        defaults = {p.name: p.default for p in inspect.signature(function).parameters.values()}
        assert all(defaults[a.name] == a.default for a in init.arguments)
        assert defaults["seed"] == 0 and list(defaults)[0] == "shape"
        assert init.formula in function.__doc__ and init.citation in function.__doc__
        assert init.summary["pt"][1:] in alvor.explain(name, lang="pt")


def test_no_scheme_hides_a_name_of_the_package():
    run = subprocess.run([sys.executable, "-c", "import alvor; from alvor import _fill, _lab, _plan;"
                          "assert alvor.fill is _fill.fill and alvor.compare is _lab.compare;"
                          "assert alvor.weights is _plan.weights;"
                          "assert not any(word in vars(alvor) for word in alvor._SUBMODULES)"])
    assert run.returncode == 0
    assert callable(alvor.pytorch) and alvor.pytorch is alvor.torch_default


def stub_functions():
    stubs = PACKAGE / "__init__.pyi"
    if not stubs.exists():
        pytest.skip("the types are written by the build: install the wheel")
    return {node.name: node for node in ast.parse(stubs.read_text()).body
            if isinstance(node, ast.FunctionDef)}


def test_stubs_are_the_signatures():
    functions = stub_functions()
    assert set(functions) == set(alvor.initializers)
    for name, node in functions.items():
        parameters = inspect.signature(getattr(alvor, name)).parameters
        assert [a.arg for a in node.args.args + node.args.kwonlyargs] == list(parameters)
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults):
            assert ast.literal_eval(default) == parameters[argument.arg].default


@pytest.mark.parametrize("name", sorted(f.stem for f in PACKAGE.glob("*.py")))
def test_doctests(name):
    needs = name.removeprefix("_").split("_")[0]
    pytest.importorskip(needs if needs in alvor._SUBMODULES else "sys")
    module = alvor if name == "__init__" else importlib.import_module("alvor." + name)
    result = doctest.testmod(module)
    assert result.failed == 0


def test_gains_are_those_of_the_papers():
    assert alvor.gain("relu").forward == pytest.approx(2**0.5, abs=1e-12)
    assert alvor.gain("tanh").forward == pytest.approx(1.5925374197228, abs=1e-9)
    assert alvor.gain("leaky_relu(slope=0.2)").forward == pytest.approx((2 / 1.04)**0.5, abs=1e-12)
    with pytest.raises(alvor.Error, match="did you mean tanh"):
        alvor.gain("tahn")


def test_activations_are_the_table():
    relu = alvor.activations["relu"]
    assert (relu.f(-2, 0), relu.f(3, 0), relu.df(3, 0)) == (0, 3, 1)
    assert alvor.activations["leaky_relu"].parameter == "slope"


def test_version_is_the_distribution_s():
    importlib_metadata = pytest.importorskip("importlib.metadata")
    try:
        installed = importlib_metadata.version("alvor")
    except importlib_metadata.PackageNotFoundError:
        pytest.skip("not installed: run from the source tree")
    assert alvor.__version__ == installed
