"""What leads/text_checks.py looks for in Spanish: the same claims as in English, with or without the accents."""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_RATES = r"(?:tasas?|tipos? de inter[eé]s|intereses)"
_FLATTERING = r"(?:m[aá]s )?(?:baj[ao]s?|mejor(?:es)?|fij[ao]s?|especial(?:es)?|competitiv[ao]s?|preferencial(?:es)?)"
_SURE = r"(?:garantizad[ao]s?|segur[ao]|inmediat[ao]|autom[aá]tic[ao]|instant[aá]ne[ao])"
_SOON = (
    r"(?:hoy|esta noche|mañana|de inmediato|inmediatamente|al instante|(?:el )?mismo d[ií]a|dentro de\b"
    r"|en \w+ (?:minuto|hora|d[ií]a)s?|(?:el|este) (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo))"
)
_COSTS = (
    r"(?:cargos?|costos?|costes?|comisi[oó]n(?:es)?|cuotas?|tarifas?|gastos?|puntos|compromisos?|enganche|pago inicial)"
)

CLAIMS = (
    (
        _any(
            r"\bpor ?ciento\b",
            rf"\b{_RATES}\b.{{0,30}}\d",
            r"\binter[eé]s\b.{0,30}\d",
            rf"\b{_FLATTERING}\b.{{0,20}}\b{_RATES}\b",
            rf"\b{_RATES}\b.{{0,12}}\b{_FLATTERING}\b",
        ),
        "It speaks of a rate.",
    ),
    (
        _any(
            r"\b(?:est[aá]n?|es|son|fue(?:ron)?|ser[aá]n?|qued[aoó]n?|ha[ns]? sido|tienes?)"
            r"\s+(?:\w+\s+){0,2}?aprobad[ao]s?\b",
            r"\bpre-? ?aprobad[ao]",
            r"\b(?:cr[eé]dito|pr[eé]stamo|solicitud|hipoteca|expediente)\b.{0,12}\baprobad[ao]",
            r"\b(?:le|te|les|ya|se) (?:ha[ns]? |hemos |hab[ií]a )?aprob(?:amos|aron|aremos|ar[aá]n?|[oó]|ado)\b",
            r"\b(?:aprob(?:amos|aremos|aron|ar[aá]n?)|hemos aprobado) (?:su|tu|el|la)\b",
            rf"\baprobaci[oó]n\b.{{0,20}}\b{_SURE}\b",
            rf"\b{_SURE}\b.{{0,20}}\baprobaci[oó]n\b",
            r"(?<!si )(?<!si usted )(?<!si t[uú] )(?<!si ya )(?<!no )"
            r"\b(?:usted |t[uú] |ya )?(?:pre-?)?califica[sn]?\b(?= (?:para|al?|con)\b|[.!,]|$)",
            r"\bes(?:t[aá])? (?:usted )?(?:elegible|calificad[ao])\b",
            r"\b(?:felicidades|felicitaciones|enhorabuena)\b",
            r"\bel (?:pr[eé]stamo|cr[eé]dito) es (?:suyo|tuyo)\b",
        ),
        "It promises approval.",
    ),
    (
        _any(
            r"\bgarantiz", r"\bgarantizamos\b", r"\bpromet", r"\bpromesa", r"\bpase lo que pase\b", r"\bsin riesgos?\b"
        ),
        "It promises something.",
    ),
    (
        _any(
            r"\bsin (?:\w+ )?(?:verificaci[oó]n|revisi[oó]n|consulta|chequeo|historial)"
            r" (?:del? )?(?:su )?(?:cr[eé]dito|crediticia|crediticio|bur[oó])\b",
            r"\bsin (?:verificar|revisar|consultar|checar) (?:su |tu |el )?(?:cr[eé]dito|historial|bur[oó])\b",
            r"\b(?:mal|cualquier|sin) (?:cr[eé]dito|historial)\b",
            r"\bno (?:le |te )?(?:afect|dañ|perjudic|baj|impact)\w* (?:a )?(?:su|tu)"
            r" (?:cr[eé]dito|puntaje|puntuaci[oó]n|historial)\b",
        ),
        "It makes a claim about credit.",
    ),
    (
        _any(rf"\b(?:sin|cero|ning[uú]n|ninguna)\s+(?:\w+ )?{_COSTS}\b", r"\bgratis\b", r"\bgratuit"),
        "It makes a claim about costs.",
    ),
    (
        _any(
            rf"\b(?:fondos|dinero|dep[oó]sito|desembolso|efectivo|financiamiento)\b.{{0,40}}\b{_SOON}",
            rf"\b{_SOON}\b.{{0,30}}\b(?:fondos|dinero|en su cuenta|en tu cuenta|depositad[ao]s?|desembolsad[ao]s?)\b",
        ),
        "It says when money will come.",
    ),
    (
        _any(
            r"\b(?:acci[oó]n(?:es)?|medidas?|proceso) legal(?:es)?\b",
            r"\bdemanda (?:judicial|legal|civil)\b",
            r"\b(?:lo|la|le|te|los) demandar",
            r"\bdemandar(?:lo|la|te|los)\b",
            r"\bembarg",
            r"\barrest",
            r"\b(?:[uú]ltimo|final) aviso\b|\baviso final\b",
        ),
        "It threatens.",
    ),
)
MONEY = (r"\b\d[\d,.]*\s?(?:mil(?:l[oó]n(?:es)?)?\b|d[oó]lares\b|pesos\b)",)

SECRETS = (
    r"\b(?:n[uú]mero de(?:l)? )?seguro social\b",
    r"\bcontraseñas?\b",
    r"\bclaves? (?:de acceso|secretas?|del? (?:banco|cajero|tarjeta))\b",
    r"\bNIP\b",
    r"\bn[uú]meros? de (?:su |tu |la |una )?(?:tarjeta|cuenta|ruta)\b",
    r"\bc[oó]digos? de (?:verificaci[oó]n|seguridad)\b",
    r"\btarjetas? de regalo\b",
)

#: Keywords in capitals, and talk of stopping the messages.
OPT_OUT_WORDS = (
    r"\b(?:ALTO|PARAR|BASTA|CANCELAR|DETENER)\b"
    r"|(?i:\b(?:dar(?:se|le|te)?|d[eé](?:se|te)?) de baja\b|\bcancelar (?:la |su |tu )?suscripci[oó]n\b)"
    r"|(?i:\b(?:responda|responde|env[ií]e|env[ií]a|escriba|escribe|mande|manda) (?:la palabra )?[\"“]?"
    r"(?:alto|parar|basta|cancelar)\b)"
)

INNER_WORKINGS = (
    (
        _any(
            r"\bcomo (?:una? )?(?:ia|inteligencia artificial|asistente (?:virtual|de ia)|modelo de lenguaje)\b",
            r"\bmodelo de lenguaje\b",
            r"\b(?:mis|estas|las|tus|sus) (?:instrucciones|reglas)\b",
            r"\b(?:ignor[aeo]|olvid[aeo]|descart[ae])\w*\b.{0,20}\b(?:anteriores|previas|todo|reglas)\b",
        ),
        "It speaks of how it was written.",
    ),
    (
        _any(
            r"\bsoy (?:una? )?(?:persona|human[ao])\b",
            r"\bno (?:soy|es|somos) (?:una? )?(?:bot|robot|m[aá]quina|ia|computadora)\b",
        ),
        "It claims to be a person.",
    ),
)

GREETING = r"[Bb]uenos d[ií]as|[Bb]uenas (?:tardes|noches)|[Ee]stimad[ao]|[Qq]uerid[ao]|[Gg]racias|[Mm]uchas gracias"
ORDINARY = """
    hola estimado estimada gracias saludos atentamente cordialmente señor señora sr sra usted ud uds le
    lunes martes miércoles jueves viernes sábado domingo
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    español inglés navidad año nuevo estados unidos
"""
