"""Names of firms as people write them: what is the same but for the writing, and what only looks alike.

A name is never an identity: two firms can bear one name, and one firm many. Whatever is found by these functions is a
candidate for somebody to decide on.
"""

import re
import unicodedata

_MARKS = re.compile(r"[\W_]+")
_PLACE = re.compile(r"广东省|广东|广州市|广州")
_FORM = re.compile(r"(?:股份)?(?:有限)?(?:责任)?公司$")


def plain(name: str) -> str:
    """Return ``name`` without what does not tell names apart: width, case, blanks, brackets, dots.

    >>> plain("广州甲 （集团）有限公司") == plain("广州甲(集团)有限公司")
    True
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def core(name: str) -> str:
    """Return the part of ``name`` people remember: without province, city and form of company.

    >>> core("广州市澜图科技有限责任公司"), core("澜图科技（广州）有限公司")
    ('澜图科技', '澜图科技')
    """
    bare = plain(name)
    return _FORM.sub("", _PLACE.sub("", bare)) or bare
