"""The words and shapes that leads/text_checks.py looks for: in English here, in Spanish beside it."""

from __future__ import annotations

import re

from leads import text_patterns_es as spanish


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_SOON = (
    r"(?:today|tonight|tomorrow|same[- ]day|overnight|instantly|immediately|within\b"
    rf"|by {_DAY}|in \w+ (?:minute|hour|day)s?)"
)

_CLAIMS = (
    (
        _any(
            r"\d\s*(?:%|bps\b|basis points)",
            r"\bper ?cent\b",
            r"\b(?:apr|interest)\b.{0,30}\d",
            r"\brates?\b.{0,30}\d",
            r"\b(?:low(?:est|er)?|best|better|great|lock(?:ed)?|fixed|special|competitive)\b.{0,20}\brates?\b",
        ),
        "It speaks of a rate.",
    ),
    (
        _any(
            r"\byou(?:'re| are|'ve been| have been|'ll be| will be| were| got| get)\s+(?:\w+\s+){0,2}?approved\b",
            r"\b(?:loan|application|file|mortgage|funding|request|credit)\b.{0,20}\b"
            r"(?:is|was|are|has been|have been|will be|gets?|got)\s+(?:\w+\s+){0,2}?approved\b",
            r"\b(?:pre-?|pre |conditionally )approved\b",
            r"\bapprov(?:e|ed|ing) (?:you|your)\b",
            r"\b(?:guaranteed?|certain|assured|instant|automatic|sure)\b.{0,20}\bapproval\b",
            r"\bapproval\b.{0,20}\b(?:guaranteed|certain|assured|sure|automatic|instant)\b",
            r"(?<!if )(?<!whether )(?<!not )\byou(?:'ll| will| do| already| definitely| easily)*"
            r"\s+(?:are eligible|(?:pre-?)?qualif(?:y|ied))\b",
            r"\byou(?:'re| are) (?:eligible|qualified)\b",
            r"\bcongratulations\b",
            r"\bloan is yours\b",
        ),
        "It promises approval.",
    ),
    (_any(r"\bguarante", r"\bpromis", r"\bno matter what\b", r"\brisk[- ]free\b"), "It promises something."),
    (
        _any(
            r"\bno credit check\b",
            r"\b(?:any|bad|poor|no) credit\b",
            r"\b(?:won't|will not|doesn't|does not|never) (?:affect|hurt|impact|touch) your (?:credit|score)\b",
        ),
        "It makes a claim about credit.",
    ),
    (
        _any(
            r"\b(?:no|zero|without(?: any)?|waive\w*)\s+(?:\w+ )?(?:fees?|costs?|points|obligations?|down ?payment)\b"
        ),
        "It makes a claim about costs.",
    ),
    (
        _any(
            rf"\b(?:funds?|funding|funded|money|cash|deposit(?:ed)?|payout)\b.{{0,40}}\b{_SOON}",
            rf"\b{_SOON}\b.{{0,30}}\b(?:funded|in your account|deposited)\b",
        ),
        "It says when money will come.",
    ),
    (
        _any(r"\blegal action\b", r"\blawsuit\b", r"\bsue you\b", r"\bgarnish", r"\barrest", r"\bfinal notice\b"),
        "It threatens.",
    ),
)
#: What no message may claim, and what the claim is.
CLAIMS = (*_CLAIMS, *spanish.CLAIMS)
MONEY = _any(
    *spanish.MONEY,
    r"(?:\$|€|£|\busd ?)\s?\d[\d,.]*\s?(?:k|m|thousand|million)?\b",
    r"\b\d[\d,.]*\s?(?:k\b|dollars|usd\b|bucks|grand\b)",
)

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: With or without https:// before it; "Thanks.See you" counts, because it may be one.
DOMAIN = re.compile(r"(?<![\w@.-])(?P<host>(?:[\w-]+\.)+(?:[^\W\d_]{2,24}|xn--[a-z0-9-]+))(?![\w@-])", re.IGNORECASE)
SPELLED_LINK = _any(
    r"\bhxxp", r"\w\s?[\[(]\s?(?:\.|dot)\s?[\])]\s?\w", r"\w+ dot (?:com|net|org|io|co|info|biz|us|me|link|xyz|app)\b"
)

SECRETS = _any(
    *spanish.SECRETS,
    r"\bssn\b",
    r"\bsocial security\b",
    r"\bpasswords?\b",
    r"\bpasscodes?\b",
    r"\bpin(?: code| number)?\b",
    r"\bcvv\b",
    r"\b(?:card|account|routing) numbers?\b",
    r"\b(?:verification|one[- ]time|security) codes?\b",
    r"\bgift cards?\b",
    r"\bwire (?:the |a |your )?(?:money|transfer|funds|fee)\b",
)

OPT_OUT_ALLOWED = re.compile(
    r"\b(?:reply|text|send) STOP to (?:opt out|unsubscribe|end|stop)(?: messages| texts)?", re.I
)
OPT_OUT_WORDS = re.compile(
    r"\bSTOP\b|[\"“]stop[\"”]"
    r"|(?i:\bunsubscrib|\bopt(?:ed|ing)?[ -]?(?:out|in|back)\b|\bre-?subscribe|\b(?:reply|text) start\b)"
    r"|(?i:\bdo[ -]not[ -]call\b)"
    rf"|{spanish.OPT_OUT_WORDS}"
)

BLANKS = re.compile(
    r"\[[^\]\n]{0,60}\]|\{\{?[^}\n]{0,60}\}?\}|<[^>\n]{1,60}>|_{3,}"
    r"|\((?:number|e-mail address)\)|\bX{3,}\b|\b(?:TBD|TODO|INSERT)\b|\b[Ll]orem ipsum\b"
)

INNER_WORKINGS = (
    (
        _any(
            r"\bas an? (?:ai|assistant|language model)\b",
            r"\blanguage model\b",
            r"\bsystem prompt\b",
            r"\b(?:my|these|the|your|previous|prior) (?:instructions|prompt|rules)\b",
            r"\b(?:ignore|disregard|override|forget)\b.{0,20}\b(?:previous|prior|above|everything|rules)\b",
            r"\b(?:chatgpt|gpt-?\d|openai|anthropic|claude)\b",
            r"\b(?:wants|needs)_handoff\b",
            r"\b\w+_(?:still_)?(?:needed|collected|name)\b",
            r"[{\[]\s*\"",
            r"\bjson\b",
        ),
        "It speaks of how it was written.",
    ),
    (
        _any(
            r"\b(?:i am|i'm) (?:a )?(?:real |actual |live )?(?:human|person)\b",
            r"\bnot (?:a |an )?(?:bot|robot|ai|machine|computer)\b",
        ),
        "It claims to be a person.",
    ),
    *spanish.INNER_WORKINGS,
)

GREETING = re.compile(
    rf"\b(?:{spanish.GREETING}|"
    r"[Hh](?:i|ello|ey|ola)|[Dd]ear|[Gg]ood (?:morning|afternoon|evening)|[Tt]hank(?:s| you)|[Bb]onjour),? "
    r"(?P<name>[^\W\d_a-z][\w'-]*)"
)
_ORDINARY = """
    i i'm i'd i'll i've
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    christmas thanksgiving easter new year day eve
    am pm est edt cst cdt mst mdt pst pdt
    english spanish french american us usa federal
    google zoom internet excel word adobe
    best kind regards sincerely warmly cheers team hi hello hey dear thanks thank you
"""
#: Capitals that name nobody, in lower case.
ORDINARY_CAPITALS = frozenset([*_ORDINARY.split(), *spanish.ORDINARY.split()])
