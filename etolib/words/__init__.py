"""Every sentence a person can read, as a key with values; one catalogue file per language.

A sentence arises where something happens: ``say("days_missing", variable="rs", days="2024-02-01")`` gives a `Text`. It
*is* the finished English sentence (a str, for logs, files and the command line) and still knows its key and values, so
that the page can show it in another language with `render`. Catalogues are gettext files, ``<language>.po`` here,
with msgid = key, msgstr = the sentence with ``{names}``. A key with a value ``count`` may have plural forms.

What stands in a place follows from the name of the value. Most are shown as they are; `render` takes ``roles`` for
those that become words on the page (`etolib.widgets.wording`), with or without a number after the name:

=============================  =======================================================================================
``variable``, ``variables``    a canonical name, a list of them: ``rs`` becomes solar radiation
``source``, ``sources``        a name or title of a source, a list of them: ``nasa_power`` becomes NASA POWER
``days``                       ``2024-01-01..2024-01-03, 2024-02-01`` (a str, or a `Text` with such in it)
``stage``                      a stage of the calculation
``unit``, ``units``            a unit as the file or a table of units names it, a list of them
``name``                       of a file or column as ``repr`` gives it: shown in the quotes of people
``ratio``                      a number as text; a zero loses its sign
``thing``, ``value``           of `etolib.errors.Problem`: ``latitude``, or a `Text` such as one that names a column
``count``                      a number, which chooses between the forms of singular and plural
=============================  =======================================================================================
"""

from etolib.words.catalogue import ENGLISH, add_language, best_language, has, languages, look_up, remove_language
from etolib.words.text import Text, decimals, decode, encode, join, render, say, verbatim

__all__ = [
    "ENGLISH",
    "Text",
    "add_language",
    "best_language",
    "decimals",
    "decode",
    "encode",
    "has",
    "join",
    "languages",
    "look_up",
    "remove_language",
    "render",
    "say",
    "verbatim",
]
