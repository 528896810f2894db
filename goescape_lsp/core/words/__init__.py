"""Every sentence that a person reads, in English and Chinese; nothing else formats text.

Each module beside this one holds the sentences of one subject as two tables of the same keys, `EN` and `ZH`, and the
functions that put values into them. A test checks that the tables have the same keys and the same fields.
"""

from __future__ import annotations

from typing import Literal

Locale = Literal["en", "zh-cn"]


def resolve_locale(setting: str, client: str | None) -> Locale:
    """Return the language for a setting (`auto`, `en`, `zh-cn`) and the client's or the environment's locale.

    Shape: `client` is what LSP's `initialize` or the variable `LANG` holds (`zh-CN`, `zh_CN.UTF-8`, `en`), or None.
    """
    wanted = (client or "") if setting == "auto" else setting
    return "zh-cn" if wanted.lower().replace("_", "-").startswith("zh") else "en"
