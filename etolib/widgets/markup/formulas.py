"""The equations of a day as set formulas (MathML), with the symbols of FAO-56.

Numbers in them are those of FAO-56 for a day; in brackets behind each formula stands what came out.
"""

from __future__ import annotations

import re
from html import escape

BOOK = "https://www.fao.org/4/x0490e/"
CHAPTERS = {2: f"{BOOK}x0490e06.htm", 3: f"{BOOK}x0490e07.htm"}
"""Chapters of FAO-56 in which the equations stand: the Penman-Monteith equation, meteorological data."""

# How a formula is written here: names and numbers as they are, a_b with an index, a^b or a^{b c},
# {numerator}/{denominator}, sqrt{...}, "words"; everything else is an operator.
TERMS: dict[str, tuple[str, str]] = {
    "tmean": ("T", "{T_max + T_min}/{2}"),
    "pressure": ("P", "101.3 ({293 − 0.0065 z}/{293})^5.26"),
    "gamma": ("γ", "0.000665 P"),
    "delta": ("Δ", "{4098 · 0.6108 exp ({17.27 T}/{T + 237.3})}/{(T + 237.3)^2}"),
    "es": ("e_s", "{e°(T_max) + e°(T_min)}/{2}"),
    "ea": ("e_a", ""),
    "vpd": ("e_s − e_a", ""),
    "u2": ("u_2", ""),
    "dr": ("d_r", "1 + 0.033 cos ({2 π}/{365} J)"),
    "declination": ("δ", "0.409 sin ({2 π}/{365} J − 1.39)"),
    "sunset_hour_angle": ("ω_s", "arccos (− tan φ tan δ)"),
    "daylight": ("N", "{24}/{π} ω_s"),
    "ra": ("R_a", "{24 · 60}/{π} G_sc d_r (ω_s sin φ sin δ + cos φ cos δ sin ω_s)"),
    "rs": ("R_s", ""),
    "rso": ("R_so", "(0.75 + 0.00002 z) R_a"),
    "relative_shortwave": ("R_s / R_so", ""),
    "rns": ("R_ns", "(1 − 0.23) R_s"),
    "rnl": ("R_nl", "σ {T_max,K^4 + T_min,K^4}/{2} (0.34 − 0.14 sqrt{e_a}) (1.35 {R_s}/{R_so} − 0.35)"),
    "rn": ("R_n", "R_ns − R_nl"),
    "g": ("G", ""),
    "radiation_term": ("ET_rad", "{0.408 Δ (R_n − G)}/{Δ + γ (1 + 0.34 u_2)}"),
    "aerodynamic_term": ("ET_aero", "{γ {900}/{T + 273} u_2 (e_s − e_a)}/{Δ + γ (1 + 0.34 u_2)}"),
    "eto": ("ET_o", "{0.408 Δ (R_n − G) + γ {900}/{T + 273} u_2 (e_s − e_a)}/{Δ + γ (1 + 0.34 u_2)}"),
}
"""Symbol and formula of every term that `etolib.equations.daily.TERMS` names; empty where it is an input."""

_TOKEN = re.compile(r'"[^"]*"|' r"sqrt\{|[{}]|[\w°,.]*[^\W\d_][\w°,]*|\d+(?:\.\d+)?|\^|/(?=\{)|\S")
_POINT = re.compile(r"(?<=\d)[.](?=\d+</mn>)")
_WORDS = ("cos", "sin", "tan", "arccos", "arcsin", "exp", "ln", "max", "min")
_SPACE = '<mspace width="0.17em"></mspace>'


def formula(term: str, mark: str = ".") -> str:
    """Return a term as ``symbol = formula`` in MathML, its numbers with the decimal mark of a language.

    >>> formula("tmean").startswith('<math displaystyle="true"><mrow><mi>T</mi><mo>=</mo><mfrac>')
    True
    >>> "<mn>0,000665</mn>" in formula("gamma", ",")
    True
    """
    symbol, rule = TERMS[term]
    return mathml(f"{symbol} = {rule}" if rule else symbol, mark)


def mathml(text: str, mark: str = ".") -> str:
    """Return a formula, written as in `TERMS`, in MathML.

    >>> mathml("a^{b + 1}")
    '<math displaystyle="true"><mrow><msup><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></msup></mrow></math>'
    """
    return f'<math displaystyle="true"><mrow>{_POINT.sub(mark, _set(text))}</mrow></math>'


def _set(text: str) -> str:
    tokens = _TOKEN.findall(text)
    parts, rest = _parse(tokens)
    assert not rest, text
    return "".join(parts)


def _parse(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Return the MathML of the tokens up to a closing brace, and the tokens after it.

    What stands in brackets is a row of its own, which a power belongs to: only then do both brackets grow with it.
    """
    parts: list[str] = []
    opened: list[int] = []
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token == "}":
            break
        if token in ("{", "sqrt{"):
            inner, tokens = _parse(tokens)
            row = f"<mrow>{''.join(inner)}</mrow>"
            parts.append(row if token == "{" else f"<msqrt>{row}</msqrt>")
        elif token == "/" and tokens[:1] == ["{"]:
            below, tokens = _parse(tokens[1:])
            parts[-1] = f"<mfrac>{parts[-1]}<mrow>{''.join(below)}</mrow></mfrac>"
        elif token == "^":
            power, tokens = _power(tokens)
            parts[-1] = f"<msup>{parts[-1]}{power}</msup>"
        elif token in _WORDS:
            space = bool(parts) and not parts[-1].startswith("<mo")
            parts.append(f"{_SPACE if space else ''}{_atom(token)}")
        else:
            if token == "(":
                opened.append(len(parts))
            parts.append(_atom(token))
            if token == ")":
                at = opened.pop()
                parts[at:] = [f"<mrow>{''.join(parts[at:])}</mrow>"]
    return parts, tokens


def _power(tokens: list[str]) -> tuple[str, list[str]]:
    """Return what stands above a base, a token or what braces hold, and the tokens after it."""
    if tokens[0] != "{":
        return _atom(tokens[0]), tokens[1:]
    inner, rest = _parse(tokens[1:])
    return f"<mrow>{''.join(inner)}</mrow>", rest


def _atom(token: str) -> str:
    if token[0] == '"':
        return f"<mtext>{escape(token[1:-1])}</mtext>".replace(" ", "\u00a0")  # a browser would cut blanks off
    name, _, index = token.partition("_")
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    if token in _WORDS:
        return f'<mi>{token}</mi><mo rspace="0.15em">&#8289;</mo>'
    if name and (name[0].isalpha()):
        return f"<msub><mi>{name}</mi><mi>{escape(index)}</mi></msub>" if index else f"<mi>{name}</mi>"
    return f"<mo>{escape(token)}</mo>"
