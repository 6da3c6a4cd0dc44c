"""Every sentence a person can read, as a key with values; one catalogue file per language.

A sentence arises where something happens: ``say("days_missing", variable="rs", days="2024-02-01")`` gives a `Text`. It
*is* the finished English sentence (a str, for logs, files and the command line) and still knows its key and values, so
that the page can show it in another language with `render`. Catalogues are gettext files, ``en.po`` and ``pt.po`` here,
with msgid = key, msgstr = the sentence with ``{names}``. A key with a value ``count`` may have plural forms.

What stands in a place follows from the name of the value. Most are shown as they are; `render` takes ``roles`` for
those that become words: ``variable`` a word instead of ``rs``, ``source`` a title, and so on.
"""

from etolib.words.catalogue import add_language, has, languages, look_up
from etolib.words.text import Text, decode, encode, join, plain, render, say, verbatim

__all__ = [
    "Text",
    "add_language",
    "decode",
    "encode",
    "has",
    "join",
    "languages",
    "look_up",
    "plain",
    "render",
    "say",
    "verbatim",
]
