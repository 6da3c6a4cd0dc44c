"""A formula read from the code that computes it, so that what is printed is what runs.

`read` takes the text of a function of `etolib.equations` or `etolib.water`, puts the numbers of FAO-56 where the code
names a constant or a convention, and returns lines in the way formulas are written in `etolib.widgets.markup.formulas`.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from docs.builder.symbols import OF_FUNCTIONS, symbol
from etolib.equations import constants
from etolib.equations.conventions import FAO56

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_NUMPY = {
    **{"exp": "exp", "log": "ln", "cos": "cos", "sin": "sin", "tan": "tan", "arccos": "arccos", "arcsin": "arcsin"},
    **{"maximum": "max", "minimum": "min"},
}
_AS_IS = {"asarray", "broadcast_arrays", "float", "broadcast_to"}
_COMPARE = {ast.Gt: ">", ast.GtE: "≥", ast.Lt: "<", ast.LtE: "≤", ast.Eq: "="}


_UNKNOWN = object()


class CannotRead(Exception):
    """Code that is not a formula: a loop, a table, a choice that depends on what is given."""


def read(function: Callable[..., Any]) -> list[str]:
    """Return the lines of a function's formula: what it returns, then what was named on the way.

    >>> from etolib.equations import air
    >>> read(air.psychrometric_constant)
    ['γ = 0.000665 P']
    >>> read(air.wind_speed_2m)
    ['u_2 = {4.87 u_z}/{ln (67.8 z_w − 5.42)}']

    Raises
    ------
    CannotRead
        Where the code is no formula.
    """
    inner = inspect.unwrap(function)
    tree = ast.parse(inspect.getsource(inner).lstrip())
    return _Reader(inner, tree.body[0]).lines()


class _Reader:
    """Reads one function, top down; what it names stays a name, what it only passes on does not."""

    def __init__(self, function: Callable[..., Any], node: ast.AST) -> None:
        assert isinstance(node, ast.FunctionDef)
        self.node, self.globals = node, vars(sys.modules[function.__module__])
        self.places = (node.name, function.__module__.rpartition(".")[2])
        self.left = OF_FUNCTIONS.get(node.name) or symbol(node.name)
        self.known: dict[str, Any] = {"convention": FAO56}  # what is the same in every call
        self.texts: dict[str, tuple[str, int]] = {}  # names that stand for another expression
        self.named: list[tuple[str, str]] = []  # names with a line of their own
        for parameter in inspect.signature(function).parameters.values():
            if parameter.default is None or isinstance(parameter.default, bool) or parameter.name == "surface":
                self.known[parameter.name] = parameter.default

    def lines(self) -> list[str]:
        found = self._block(self.node.body)
        if found is None:
            raise CannotRead(self.node.name)
        used = [(name, rule) for name, rule in self.named if any(name in text for text in [found, *self._rules()])]
        return [f"{self.left} = {found}", *(f"{name} = {rule}" for name, rule in used)]

    def _rules(self) -> list[str]:
        return [rule for _, rule in self.named]

    # --- statements ---------------------------------------------------------------------------------------------------

    def _block(self, body: list[ast.stmt]) -> str | None:
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if isinstance(statement, ast.Return) and statement.value is not None:
                return self._bounded(statement.value)
            if isinstance(statement, ast.If) and _refuses(statement):
                continue
            if isinstance(statement, ast.With):
                found = self._block(statement.body)
            elif isinstance(statement, ast.If):
                found = self._block(statement.body if self._decided(statement.test) else statement.orelse)
            elif isinstance(statement, ast.Assign):
                found = self._assign(statement.targets[0], statement.value)
            else:
                raise CannotRead(ast.unparse(statement))
            if found is not None:
                return found
        return None

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple):
            values = value.elts if isinstance(value, ast.Tuple) else getattr(value, "args", [])
            known = self._value(value)
            for at, one in enumerate(target.elts):
                if known is not _UNKNOWN:
                    self.known[one.id] = known[at]  # type: ignore[attr-defined]
                elif at < len(values) and len(values) >= len(target.elts):
                    self._assign(one, values[at])
                else:
                    raise CannotRead(ast.unparse(value))
            return
        assert isinstance(target, ast.Name)
        known = self._value(value)
        if known is not _UNKNOWN:
            self.known[target.id] = known
            return
        text, binding = self._expression(value)
        name = symbol(target.id, *self.places)
        anew = name == self.left or name in self._tokens(text) or any(name == left for left, _ in self.named)
        if anew or isinstance(value, ast.Name) or self._passes_on(value):
            self.texts[target.id] = (text, binding)  # what it is stands where it is used
        else:
            self.texts.pop(target.id, None)
            self.named.append((name, self._bounded(value)))

    @staticmethod
    def _tokens(text: str) -> list[str]:
        return re.findall(r'"[^"]*"|[^\s(){},|]+', text)

    def _bounded(self, node: ast.expr) -> str:
        """Return an expression whose outermost bounds stand behind it in words."""
        if isinstance(node, ast.Call) and self._called(node) == "clip":
            text, low, high = (self._text(argument) for argument in node.args[:3])
            return f'{text} ", at least "{low}", at most "{high}'
        if isinstance(node, ast.Call) and self._called(node) in ("maximum", "minimum"):
            first, second = node.args
            if isinstance(self._number_of(second), float):
                word = "least" if self._called(node) == "maximum" else "most"
                return f'{self._text(first)} ", at {word} "{self._text(second)}'
        return self._text(node)

    def _number_of(self, node: ast.expr) -> float | None:
        if isinstance(node, ast.Constant):
            return float(node.value)
        value = self._value(node) if isinstance(node, ast.Attribute) else None
        return float(value) if isinstance(value, int | float) else None

    def _passes_on(self, value: ast.expr) -> bool:
        """Return whether an expression is another equation called, whose symbol says all."""
        return isinstance(value, ast.Call) and self._called(value) in {*OF_FUNCTIONS, *_AS_IS, "radians"}

    def _decided(self, test: ast.expr) -> bool:
        found = self._value(test, decide=True)
        if found is _UNKNOWN:
            raise CannotRead(ast.unparse(test))
        return bool(found)

    # --- what is the same in every call -------------------------------------------------------------------------------

    def _value(self, node: ast.expr, decide: bool = False) -> Any:
        """Return what an expression is, where that is known without data; else `_UNKNOWN`."""
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if "isinstance" in names:
            return False if decide else _UNKNOWN  # an array is given, no word
        if names - set(self.known) - {"c", "conventions"} or not names:
            return _UNKNOWN
        if not decide and not isinstance(node, ast.Attribute | ast.Subscript | ast.Name | ast.Call | ast.Tuple):
            return _UNKNOWN
        text = ast.unparse(node).replace("conventions.get(convention)", "convention")
        if "with_clear_sky" in text:
            return FAO56, None
        try:
            return eval(text, {"c": constants}, self.known)
        except Exception as wrong:
            raise CannotRead(ast.unparse(node)) from wrong

    # --- expressions --------------------------------------------------------------------------------------------------

    def _text(self, node: ast.expr, least: int = _SUM) -> str:
        text, binding = self._expression(node)
        return f"({text})" if binding < least else text

    def _expression(self, node: ast.expr) -> tuple[str, int]:
        known = self._value(node) if isinstance(node, ast.Attribute | ast.Name | ast.Subscript) else _UNKNOWN
        if isinstance(known, int | float):
            return _number(known)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return _number(node.value)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "np.pi":
            return "π", _ATOM
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return _number(-node.operand.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return f"− {self._text(node.operand, _PRODUCT)}", _SUM
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sign = _COMPARE[type(node.ops[0])]
            return f"{self._text(node.left)} {sign} {self._text(node.comparators[0])}", _SUM
        if isinstance(node, ast.IfExp):
            return self._expression(node.body if self._decided(node.test) else node.orelse)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise CannotRead(ast.unparse(node))

    def _name(self, name: str) -> tuple[str, int]:
        if name in self.texts:
            return self.texts[name]
        if isinstance(self.globals.get(name), int | float):
            return _number(self.globals[name])
        text = symbol(name, *self.places)
        return text, _SUM if " − " in text else _ATOM

    def _operation(self, node: ast.BinOp) -> tuple[str, int]:
        left, right = node.left, node.right
        if isinstance(node.op, ast.Add | ast.Sub):
            return self._sum(node)
        if isinstance(node.op, ast.Mult):
            return self._product(left, right)
        if isinstance(node.op, ast.Mod):
            return f'{self._text(left, _ATOM)} " modulo " {self._text(right, _ATOM)}', _SUM
        if isinstance(node.op, ast.Div):
            return f"{{{self._text(left)}}}/{{{self._text(right)}}}", _PRODUCT
        if isinstance(node.op, ast.Pow):
            power = self._text(right)
            return f"{self._text(left, _ATOM)}^{power if _single(power) else f'{{{power}}}'}", _POWER
        raise CannotRead(ast.unparse(node))

    def _sum(self, node: ast.BinOp) -> tuple[str, int]:
        left, right, added = node.left, node.right, isinstance(node.op, ast.Add)
        if _nothing(right):
            return self._expression(left)
        if _nothing(left) and added:
            return self._expression(right)
        text, binding = self._expression(right)
        if text.startswith("− ") and added:
            return f"{self._text(left)} {text}", _SUM
        return f"{self._text(left)} {'+' if added else '−'} {text if added or binding else f'({text})'}", _SUM

    def _product(self, left: ast.expr, right: ast.expr) -> tuple[str, int]:
        """Return a product with its number first, a minus before all of it, and no factor 1."""
        first, second = self._expression(left), self._expression(right)
        if _is_number(second[0]) and not _is_number(first[0].partition(" ")[0]):
            first, second = second, first
        minus = first[0].startswith("− ") and not re.search(r" [+−] ", _outer(first[0][2:]))
        one, two = first[0].removeprefix("− ") if minus else first[0], second[0]
        one = f"({one})" if first[1] < _PRODUCT and not minus else one
        two = f"({two})" if second[1] < _PRODUCT else two
        digit = two[0].isdigit() or (two[0] == "{" and two[1].isdigit())
        text = two if one == "1" else one if two == "1" else f"{one}{' · ' if digit else ' '}{two}"
        return (f"− {text}", _SUM) if minus else (text, _PRODUCT)

    def _called(self, node: ast.Call) -> str:
        return ast.unparse(node.func).rpartition(".")[2]

    def _call(self, node: ast.Call) -> tuple[str, int]:
        name = self._called(node)
        if name in _AS_IS:
            return self._expression(node.args[0])
        if name == "sqrt":
            return f"sqrt{{{self._text(node.args[0])}}}", _ATOM
        if name == "radians":
            return self._expression(node.args[0])
        if name in _NUMPY and len(node.args) == 1:
            inside = self._text(node.args[0])
            return f"{_NUMPY[name]} {inside if _single(inside) else f'({inside})'}", _POWER
        if name == "abs":
            return f"| {self._text(node.args[0])} |", _ATOM
        if name in _NUMPY:
            inside = ", ".join(self._text(argument) for argument in node.args)
            return f"{_NUMPY[name]} ({inside})", _POWER
        if name == "clip":
            text, low, high = (self._text(argument) for argument in node.args[:3])
            return f"min (max ({text}, {low}), {high})", _POWER
        if name == "where":
            return self._where(*node.args)
        if name == "energy_to_water":
            return f"{_number(constants.MM_PER_MJ)[0]} {self._text(node.args[0], _PRODUCT)}", _PRODUCT
        if name in ("saturation_vapour_pressure", "vapour_pressure_from_dew_point"):
            inside = self._text(node.args[0])
            return (f"e°({inside})" if _single(inside) else f"e° ({inside})"), _ATOM
        if name in OF_FUNCTIONS:
            return OF_FUNCTIONS[name], _SUM if " − " in OF_FUNCTIONS[name] else _ATOM
        raise CannotRead(ast.unparse(node))

    def _where(self, test: ast.expr, yes: ast.expr, no: ast.expr) -> tuple[str, int]:
        if "isnan" in ast.unparse(test):
            return self._expression(no)
        if ast.unparse(no) in ("np.nan", "np.inf"):
            return self._expression(yes)
        guard = isinstance(test, ast.Compare) and self._number_of(test.comparators[0]) == 0
        if guard and ast.unparse(yes) == ast.unparse(test.left):  # type: ignore[attr-defined]
            return self._expression(yes)
        if guard and _nothing(yes):
            return self._expression(no)
        if _nothing(yes):
            return f'0 " where " {self._text(test)}", else " {self._text(no)}', _SUM
        return f'{self._text(yes)} " where " {self._text(test)}", else " {self._text(no)}', _SUM


def _nothing(node: ast.expr) -> bool:
    """Return whether an expression is a product with 0, by which code carries shapes and gaps along."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
        return False
    return any(isinstance(one, ast.Constant) and one.value == 0 for one in (node.left, node.right))


def _refuses(node: ast.If) -> bool:
    """Return whether a condition only leads to an error."""
    return isinstance(node.body[-1], ast.Raise) and not node.orelse


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"(?:− )?\d+(?:\.\d+)?", text))


def _outer(text: str) -> str:
    """Return a text without what stands in brackets and braces."""
    while text != (shorter := re.sub(r"[({][^(){}]*[)}]", "", text)):
        text = shorter
    return text


def _single(power: str) -> bool:
    return " " not in power and "{" not in power


def _number(value: float) -> tuple[str, int]:
    """Return a number as it is printed: no 273.0, no 2e-05, at most seven digits.

    >>> _number(4.903e-9)[0], _number(900.0)[0], _number(2e-5)[0], _number(-0.5)[0]
    ('4.903 · 10^{−9}', '900', '0.00002', '− 0.5')
    """
    if value < 0:
        return f"− {_number(-value)[0]}", _SUM
    if value and abs(math.log10(value)) > 5:
        digits, _, power = f"{value:.6e}".partition("e")
        digits = digits.rstrip("0").rstrip(".")
        sign = "−" if int(power) < 0 else ""
        return f"{digits} · 10^{{{sign}{abs(int(power))}}}", _PRODUCT
    text = np.format_float_positional(float(f"{value:.7g}"), trim="-")
    return text, _ATOM
