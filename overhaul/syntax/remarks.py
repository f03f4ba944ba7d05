"""What comments and docstrings say of code that is not finished, or that does nothing on purpose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from overhaul.patterns import regex

Strength = Literal["tag", "says", "hint"]
"""tag: TODO and the like; says: a sentence on the code beside it; hint: a word that also has other meanings, and is
taken for one only where the code does nothing."""


class Said(NamedTuple):
    """One remark that code is not what it should be."""

    strength: Strength
    phrase: str
    """The words that say so, in small letters; a tag as it is written."""
    offset: int
    """Where it begins."""


_LONGEST: Final = 2000
"""Characters of a comment or docstring that are looked at."""

_WORDS: Final = (
    "todo", "fixme", "xxx", "hack", "wip", "tbd", "placeholder", "for now", "implement", "simplif", "simplis", "stub",
    "mock", "dummy", "fake", "coded", "wired", "temporar", " real", "actual", "normally ", "typically ", "production",
    "replace ", "coming soon", "simulat", "pretend", "work in", "proof", "as an exerc", " yet", "quick", " later",
    "canned", "# would ", "# should ", "some point", "eventually", " here", "skip", "bogus", "made", "kludge",
)  # fmt: skip
"""A text that has none of these says nothing: looked for first, for most have none."""


def telling(texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the words without which nothing is said that stand in any of some texts."""
    whole = "\n".join(texts).lower()
    return tuple([word for word in _WORDS if word in whole])


def speaks(text: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in a text: then it is worth asking what is said."""
    text = text.lower()
    return any(word in text for word in words)


def prose(comment: str) -> str:
    """What a comment says to people: all before `# overhaul: ignore[rule] reason`, which explains no code."""
    return _SUPPRESSION.split(comment, maxsplit=1)[0] if "overhaul" in comment.lower() else comment


_SUPPRESSION: Final = regex(r"(?:^|(?<=\s))#+\s*overhaul\s*(?::|\s(?=ignore))", re.IGNORECASE)

_TAG: Final = regex(
    r"(?<![\w\"'`/.<{\[-])(?P<tag>TODO|FIXME|XXX|HACK|WIP|TBD)(?![\w\"'`>}\]-])(?!\s*=|\.[a-z])|"
    r"^\W*(?P<small>todo|fixme)\s*(?:[:(!-]|$)|@(?P<at>todo)\b"
)
"""A tag; not where it is quoted, part of a name, or a value."""

_TAG_OF_PROSE: Final = regex(
    r"(?:^[rbuRBU]?[\"']*|\n)[\s*.:@-]*(?P<tag>TODO|FIXME|XXX|HACK|WIP|TBD|todo(?=:)|fixme(?=:))(?![\w\"'`>}\]-])(?!\.[a-z])"
    r"|(?<![\w\"'`/.<{\[])(?P<small>TODO|FIXME)\s*:"
    r"|@(?P<at>todo)\b"
)
"""In a docstring a tag begins its line, or has a colon behind it."""

_MADE_UP: Final = (
    r"(?:data|values?|responses?|results?|implementation|return|records?|numbers?|figures?|prices?|users?|output|"
    r"credentials|balance|rates?|scores?|predictions?|answer|logic|metrics|payload|content|entries|items)"
)
_SAYS: Final = regex(
    r"\b(?:"
    r"not\s+(?:been\s+)?(?:yet\s+)(?:been\s+)?(?:fully\s+|really\s+|actually\s+)?implemented|not\s+(?:fully\s+"
    r"|really\s+|actually\s+)?implemented\s+(?:yet|so\s+far|at\s+this\s+time|at\s+the\s+moment)"
    r"|(?:still\s+(?:needs?\s+|has\s+)?to|will|yet\s+to)\s+be\s+implemented|to\s+be\s+implemented\s*(?=[.!\n)]|$"
    r"|later|soon|once|when|after)"
    r"|(?:is|are|has|have)n['\u2019]t\s+(?:been\s+)?implemented\s+yet|(?:(?<=[#.:;!-]\s)|(?<=[#.:;!(-])"
    r"|^)implement\s+(?:me|this|later|properly|real|actual|the\s+(?:real|actual))\b|implement\s+(?:me|this\s+later"
    r"|later|properly)\b"
    r"|(?:needs?|awaits?|awaiting|pending|missing)\s+(?:an?\s+|the\s+)?(?:real\s+|actual\s+|proper\s+)?implementation"
    r"|implementation\s+(?:goes\s+here|to\s+follow|pending|is\s+(?:missing|pending))|implemented\s+later"
    r"|for\s+now(?!\s+on\b|\(\w*\)|\.[a-z])(?=\W|$)|coming\s+soon|work\s+in\s+progress|proof[\s-]of[\s-]concept"
    r"|left\s+as\s+an\s+exercise"
    r"|(?:in|for)\s+(?:an?\s+|the\s+)?(?:real|actual|production|proper)[\s-](?:world\s+)?(?:implementation|app\w*"
    r"|system|code|world|environment|scenario|version|deployment|life|service)\b"
    r"|in\s+production\s*,?\s+(?:this|we|you|it|one|use|would|should|replace|call|query|connect"
    r"|integrate)\b(?=\W)(?!\s+(?:is|are|does|do|can|may|never|always)\b)"
    r"|(?:real|actual|proper|full|complete|production)\s+(?:implementation|version|code|logic|integration|system"
    r"|service)\s+(?:would|should|will|goes|needs?|comes|is\s+(?:pending|missing|not))\b"
    r"|replace\s+(?:this\s+|me\s+|it\s+)?with\s+(?:an?\s+|the\s+|your\s+)?(?:real|actual|proper|production|genuine)\b"
    r"|replace\s+(?:this|me)\s+(?:later|in\s+production|once|when)\b"
    r"|(?:mock|dummy|fake|canned|bogus|made[\s-]up)(?:ed)?\s+" + _MADE_UP + r"\b"
    r"|(?:this|it)\s+is\s+(?:just\s+|only\s+|currently\s+)?an?\s+(?:simple\s+|temporary\s+|mere\s+)?(?:stub"
    r"|placeholder|mock|dummy|fake|skeleton|hack|kludge)\b"
    r"|(?:just|only|currently|merely)\s+an?\s+(?:stub|placeholder|mock|dummy)\b|stubbed(?:\s+out)?"
    r"|stub\s+(?:implementation|until|for\s+now)"
    r"|placeholder\s+(?:implementation|logic|code|until|function|method|return|calculation|result"
    r"|for\s+(?:the\s+)?(?:real|actual|future))"
    r"|hard-?\s?coded\s+(?:for|to|until|here|values?|list|default|from\s+the|constant|limit|rate|price|response|path"
    r"|url|data|number|at|result|because)\b|(?:is|are|currently|just|now|was)\s+hard-?\s?coded(?!\s+(?:in|by)\b)"
    r"|simplified\s+(?:version|implementation|calculation|logic|approach|model|heuristic|check|placeholder|handling)"
    r"|(?:much|grossly|overly)\s+simplified|simplistic(?:ally)?|simplification"
    r"|temporary\s+(?:workaround|work-around|fix|hack|solution|measure|implementation|kludge|stub|code|stopgap|until)"
    r"|(?:(?:this|which)\s+is|as\s+a)\s+temporary\b(?!\s+(?:file|dir|table|name|path|storage|variable|credential"
    r"|token|password|redirect|upload|copy|object|buffer|failure|error|folder|location))"
    r"|temporarily\s+(?:disabled?|hard|return\w*|use|using|comment\w*|ignor\w*|skip\w*|until|stub\w*|removed?"
    r"|bypass\w*)"
    r"|(?:simulat(?:e|es|ed|ing)|pretend(?:s|ing)?(?:\s+(?:to|that|we))?|fak(?:e|es|ing))\s+(?:an?\s+|the\s+|some\s+"
    r"|that\s+|it\s+|we\s+)?(?:\w+\s+)?(?:api|network|call|calls|response|processing|delay|latency|work|request"
    r"|success|query|sending|send|i/o|io|computation|lookup|payment|check|have|did)\b"
    r"|(?:this|we|you|it|here|one)\s+(?:would|should|will)\s+(?:normally|actually|really|typically"
    r"|eventually)\s+(?:call|query|fetch|connect|compute|calculate|send|validate|integrate|talk|hit)\b"
    r"|not\s+(?:supported|wired(?:\s+up)?|hooked\s+up|handled|covered)\s+yet|not\s+yet\s+(?:supported|wired"
    r"|hooked\s+up|written|integrated)"
    r"|(?:we|this|it|i)\s+(?:should|need\s+to|must|ought\s+to|want\s+to)\s+[^.\n]{0,80}\b(?:eventually|some\s?day"
    r"|at\s+some\s+point|later\s+on)\b"
    r"|skip(?:ping|ped|s)?\s+(?:\w+\s+){0,4}(?:in|during|for)\s+(?:dev|development|local|now|the\s+moment)\b"
    r"|(?:actual|real|proper|business|your|the)\s+(?:\w+\s+){0,2}(?:goes|would\s+go|should\s+go|belongs|would\s+be"
    r"|would\s+happen|happens)\s+here\b|(?:code|logic|implementation|processing|stuff)\s+goes\s+here\b"
    r"|(?:add|insert|put|implement|write)\s+(?:your\s+|the\s+|an?\s+|some\s+|actual\s+"
    r"|real\s+)?(?:\w+\s+){0,3}here\s*(?=[.!\n]|$)"
    r"|quick(?:\s+and\s+|[\s-]n[\s-])dirty|fill\s+(?:this\s+|me\s+)?in\s+later|(?:finish|complete|wire)\s+(?:this\s+"
    r"|it\s+)?(?:up\s+)?later\b|until\s+(?:the\s+|we\s+|a\s+|an\s+|our\s+)?(?:\w+\s+){0,4}(?:is|are|gets?|has been"
    r"|have been)\s+(?:\w+\s+)?(?:wired\s*(?:up)?|implemented)"
    r")|^\W*(?:stub|placeholder|dummy|mock|fake|hack|simplified|temporary|temporarily|hard-?coded|unimplemented"
    r"|not\s+implemented)\s*(?:[:!.,;]|-\s|$)"
    r"|\n\s*(?:stub|placeholder)\s*[:.,]"
    r"|(?:^|[.:;,(]\s+|\()temporar(?:y|ily)\s*[:,;!.)]|(?:^|[.\n]\s*)simplified\s*[:,]",
    re.IGNORECASE,
)
_HINT: Final = regex(
    r"\b(?:placeholders?|stubs?|mock(?:ed|s)?|dummy|fake|bogus|simplified|temporary|temporarily|hard-?\s?wired"
    r"|skeleton|"
    r"canned|pretend|simulat(?:e|es|ed|ing)|hard-?\s?coded|un-?implemented|not\s+implemented|not\s+(?:\w+\s+)?yet"
    r"|yet\s+to)\b|^#\W*(?:would|should|will)\s+\w+",
    re.IGNORECASE,
)

_NOT_SO: Final = regex(
    r"(?:not|n['\u2019]t)\s+(?:\w+\s+){0,2}(?:implemented|supported|available)(?:\s+yet)?\s+(?:by\s+(?!this|us\b|our\b|me\b|it\b)"
    r"|(?:in|on|with|before|until|for)\s+(?:(?:\w?python|pypy|jython|ironpython|micropython|upstream)\b"
    r"|(?!version|release|v\d)[a-z]\w+\s+(?:[<>]=?\s*)?\d+\.\d))"
    r"|(?:created|written|opened|kept|held|allocated|reserved|locked|acquired|parked)\W+for\s+now\W+(?:and|then|but)\W+"
    r"(?:\w+\W+){0,2}(?:removed|deleted|unlinked|dropped|renamed|moved|closed|released|freed|cleaned|unlocked)"
    r"|temporar(?:y|ily)\W+(?:file|dir|folder|table|name|path|storage|variable|credential|token|redirect|upload|copy|"
    r"object|buffer|failure|error|location|unavailab|view|password|key|session|index|column|array|list|module)"
    r"|placeholder\W+(?:attribute|text|name|char|string|param|token|syntax|in|for\s+(?:the\s+)?(?:%|\?|param|argument"
    r"|value|field|column|missing|input|text))"
    r"|(?:sql|html|query|format|input|template|string|parameter|argument|column|value|image|jinja"
    r"|message)\W+placeholder"
    r"|\bstub\s+(?:file|package|module|generat|area|resolver|zone|network)|(?:type|typing|grpc|\.pyi|boto3"
    r"|client)[\s-]*stubs?"
    r"|(?:unittest\.|magic|patch|http_?)mock|simplified\s+(?:chinese|geometr|json|expression|form|path|mesh|url|name"
    r"|syntax)"
    r"|fake\s+(?:news|server|migrat|initial)|dummy\s+(?:variable|row|column|table|backend|cache|symbol|index|argument"
    r"|head)|mock\s+(?:object|librar|patch|turtle)"
    r"|real\s+estate|(?:can|may|could|or)\s+(?:be\s+)?(?:an?\s+)?hard-?\s?coded|hard-?coded\s+(?:below|above)"
    r"|(?:enough|stop(?:s|ped)?|wait(?:s|ing)?|done|finished|paus(?:e|es|ed|ing)|sleep(?:s|ing)?|idle|blocked)\W+"
    r"(?:\w+\W+){0,2}for\s+now"
    r"|(?:earlier|previous(?:ly)?|former(?:ly)?|older|used\s+to|prior)\b[^.\n]{0,24}hard-?\s?coded"
    r"|no\s+longer\s+hard|(?:avoid|without|instead\s+of|not|never|don't|no|than)\W+(?:the\s+|a\s+|any\s+"
    r"|be\s+)?(?:hard-?\s?cod|temporar)|hard-?\s?coded\W+(?:credential|secret|password)s?\b.*(?:detect|check|scan)",
    re.IGNORECASE,
)


def said(text: str) -> Said | None:
    """The strongest remark in a comment or docstring; None for none."""
    text = text[:_LONGEST]
    if not speaks(text, _WORDS):
        return None
    found = _TAG.search(text) if text.startswith("#") else _TAG_OF_PROSE.search(text)
    if found is not None:
        group = found.lastgroup or "tag"
        return Said("tag", found[group].upper(), found.start(group))
    for found in _SAYS.finditer(text):
        if not _domain(text, found.start(), found.end()):
            words = found[0].lstrip(_POINTS)
            return Said("says", _phrase(words), found.end() - len(words))
    for found in _HINT.finditer(text):
        if not _domain(text, found.start(), found.end()):
            return Said("hint", _phrase(found[0]), found.start())
    return None


_POINTS: Final = "#.:;,(!- \t\n\"'*"


def _phrase(text: str) -> str:
    words = " ".join(text.split()).lower().rstrip(_POINTS)[:60]
    return "hardcoded" if re.search(r"hard-? ?coded", words) else words


def _domain(text: str, start: int, end: int) -> bool:
    """Whether a word belongs to what the code is about: it stands in a fixed phrase, in quotes, or in a name."""
    around = text[max(0, start - 30): end + 30]
    found = _NOT_SO.search(around)
    while found is not None:
        first = max(0, start - 30) + found.start()
        if first < end and first + len(found[0]) > start:
            return True
        found = _NOT_SO.search(around, found.end())
    before, after = text[start - 1: start], text[end: end + 1]
    if before and before in _MARKS:
        return True
    return bool(after) and after in (_MARKS if not before or before in _QUOTES else _MARKS.replace("'", ""))


_QUOTES: Final = "\"'`"
_MARKS: Final = "\"'`_/<{=*$@"

_EXCUSE: Final = regex(
    r"\b(?:hooks?|overrid(?:e|es|den|able|ing)|sub-?class(?:es|ed|ing)?|no-?op(?:eration)?|(?:do|does"
    r"|doing)\s+nothing|nothing\s+(?:to|here|more|is|needs?|special|happens|else)|"
    r"by\s+default|the\s+default|default\s+(?:implementation|behaviou?r|is)|defaults?\s+to|implement(?:ed"
    r"|ors?)\s+(?:by|in)|implementations?\s+(?:must|should|may|can)|(?:called|invoked|run|fired|triggered)\s+(?:when"
    r"|before|after|by|once|on|if|at|for|from|every|whenever|during|just)|"
    r"callbacks?|(?:event|signal)\s+handler|interface|abstract|intentional(?:ly)?|deliberate(?:ly)?|on\s+purpose"
    r"|(?:not|isn't|n't|never)\s+(?:be\s+)?(?:needed|required|necessary|used|applicable|supported|allowed|relevant"
    r"|permitted|meaningful|called|have\s+an\s+effect)|"
    r"unsupported|compat\w*|deprecat\w+|obsolete|legacy|ignored?\b|(?:^|\bthis\s+)returns?\s+(?:None|an?\s+empty"
    r"|nothing|false|true|0|zero)\b|^(?:do|does)\s+not\b|always\s+(?:\d+|zero|returns?|be|true|false|has|have|is|valid|none"
    r"|empty|succeeds?|an?\s+\w+)|"
    r"n/a|no\s+(?:need|action|effect|op|longer|state)|unnecessary|unused|plug-?ins?|extension\s+points?"
    r"|derived\s+class\w*|inherit\w*|mixin|base\s+class|"
    r"automatic(?:ally)?|prevents?|suppress\w*|silence|swallow|null\s+object|just\s+to\s+\w+|satisf(?:y|ies)"
    r"|(?:for|match\w*|same|keep\w*|common|uniform|method|function|call)\s+(?:\w+\s+){0,2}signatures?|type\s+check\w*|introspect\w*|sentinel|marker|dummy\s+(?:\w+\s+)?backend|for\s+(?:testing|tests"
    r"|documentation)|"
    r"can\s+be\s+(?:used|re|imple|sub|ext)\w*|may\s+be\s+(?:re|imple|sub|ext)\w*|should\s+be\s+(?:re|imple|sub"
    r"|ext)\w*|must\s+be\s+(?:re|imple|sub|ext)\w*|to\s+be\s+(?:overr|implemented\s+by|implemented\s+in|subclass"
    r"|called|extended)\w*)\b",
    re.IGNORECASE,
)


def excuse(text: str) -> str:
    """The words of a comment or docstring which say that doing nothing, or always the same, is meant; "" for none."""
    found = _EXCUSE.search(text[:_LONGEST].strip("# \t\r\n"))
    return _phrase(found[0]) if found is not None else ""


_CODE: Final = regex(
    r"#+\s*(?:return\s+[\w.]+\(|(?:[\w.]+\s*=\s*)?(?:await\s+)?[\w.]+\([\w.,'\"\[\]=*+:{}/ -]*\)+\s*$|"
    r"[\w.]+\s*[-+*/|]?=\s*[\w.\[\]()'\"]+.*[\])\w}\"']$|return\s+\w[\w.\[\]() +*/-]*$|yield\s+[\w.]+$|"
    r"for\s+\w+(?:,\s*\w+)*\s+in\s+\S+:$|(?:if|elif|while)\s+(?:not\s+)?[\w.\[\]()]+(?:\s+(?:not\s+)?in\s+\S+"
    r"|\s*(?:==|!=|<=?|>=?|is|is\s+not)\s*\S+)?:$)"
)


def code(comment: str) -> bool:
    """Whether a comment is a statement that was commented out."""
    return len(comment) <= 200 and _CODE.match(comment) is not None


_LIMIT: Final = regex(
    r"support|does\s*n.t|does\s+not|can\s*not|can't|only\b|must|sub-?class|overrid|abstract|should\s+(?:be|impl|not)"
    r"|instead|deprecat|remov|not\s+(?:available|allowed|possible|valid|applicable|known|recogni)|unknown|unrecogni"
    r"|invalid|unexpected|derived|provide|requires?\b|define|without|use\s|child"
    r"|immutable|read-?only|frozen|unmodifiable|not\s+(?:modif|mutab|writ(?:e?able))",
    re.IGNORECASE,
)


def limitation(message: str) -> bool:
    """Whether the message of a NotImplementedError states a limit, or what subclasses have to do."""
    return _LIMIT.search(message[:300]) is not None and _YET.search(message[:300]) is None


_YET: Final = regex(
    r"\byet\b|\btodo\b|coming\s+soon|for\s+now|later\b|work\s+in\s+progress|\bstub\b|placeholder", re.IGNORECASE,
)


def unfinished(message: str) -> bool:
    """Whether the message of an exception says that something has not been written."""
    return _UNFINISHED.search(message[:300]) is not None


_UNFINISHED: Final = regex(
    r"not\s+(?:yet\s+|been\s+|fully\s+)*implemented|unimplemented|\btodo\b|\bfixme\b|implement\s+(?:me|this)"
    r"|coming\s+soon|not\s+yet\s+supported"
    r"|not\s+supported\s+yet|isn't\s+implemented|placeholder|\bstub\b|to\s+be\s+implemented|work\s+in\s+progress"
    r"|not\s+(?:done|written|finished|ready|available|built)\s+yet|not\s+yet\s+(?:done|written|finished|ready"
    r"|available|built|possible)|\bis\s+not\s+written\b",
    re.IGNORECASE,
)
