"""Values that tell about a person, whatever their claim is called.

They are known by their form and, where they have some, by their check digits: no number of the right length is taken
for a bank account or a national id by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple


class Told(NamedTuple):
    """What a value tells."""

    kind: str
    """Such as `mail` or `iban`."""
    sensitive: bool
    """Whether law or lasting harm sets it apart."""


def told(value: str) -> Told | None:
    """What a value tells about a person by itself; None for nothing."""
    if "@" in value:
        return _MAIL if len(value) <= _LONGEST_MAIL and _MAIL_FORM.fullmatch(value) else None
    # All other forms are of digits and capitals; ids and words, which most values are, stop here.
    match = _FORMS.fullmatch(value) if len(value) <= _LONGEST and value.upper() == value else None
    if match is None:
        return None
    kind = str(match.lastgroup)
    check = _CHECKS.get(kind)
    return Told(kind, kind != "phone") if check is None or check(re.sub(r"[\W_]", "", value)) else None


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    return sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits))) % 10 == 0


def _is_iban(value: str) -> bool:
    """ISO 13616: the length that its country has, and a remainder of 1 modulo 97."""
    digits = "".join(str(int(character, 36)) for character in value[4:] + value[:4])
    return _IBAN_LENGTHS.get(value[:2]) == len(value) and int(digits) % 97 == 1


def _is_chinese(value: str) -> bool:
    """GB 11643: a date of birth, and ISO 7064 MOD 11-2."""
    total = sum(int(digit) << 17 - place for place, digit in enumerate(value[:17]))
    return _is_date(value[10:14]) and "10X98765432"[total % 11] == value[17]


def _is_french(digits: str) -> bool:
    """A NIR: its last two digits are 97 less the rest, modulo 97."""
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def _is_italian(value: str) -> bool:
    """A codice fiscale: letters and digits, weighted by their place, modulo 26."""
    places = (int(character) if character.isdigit() else ord(character) - ord("A") for character in value[:15])
    total = sum(place if number % 2 else _ITALIAN_ODD[place] for number, place in enumerate(places))
    return chr(ord("A") + total % 26) == value[15]


def _is_brazilian(digits: str) -> bool:
    """A CPF: two check digits, each over all before it, modulo 11."""
    for length in (9, 10):
        total = sum(int(digit) * (length + 1 - place) for place, digit in enumerate(digits[:length]))
        if total * 10 % 11 % 10 != int(digits[length]):
            return False
    return len(set(digits)) > 1


def _is_swedish(digits: str) -> bool:
    """A personnummer: a date of birth, and Luhn over the last ten digits. Finland's may look the same."""
    return (_is_date(digits[-8:-4]) and _luhn(digits[-10:])) or (len(digits) == 10 and _is_finnish(digits))


def _is_finnish(value: str) -> bool:
    """A henkilötunnus: a date of birth, and a check character modulo 31."""
    number = value[:6] + value[-4:-1]
    return _is_date(value[2:4] + value[:2]) and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number) % 31] == value[-1]


def _is_indian(digits: str) -> bool:
    """An Aadhaar number: the check of Verhoeff, a sum in the dihedral group of ten elements."""
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        for _ in range(place % 8):
            digit = _VERHOEFF[digit]  # noqa: PLW2901 - permuted once for each place
        sign = -1 if total >= 5 else 1
        total = (total + sign * digit) % 5 + 5 * ((total >= 5) != (digit >= 5))
    return total == 0


def _is_date(month_and_day: str) -> bool:
    return 1 <= int(month_and_day[:2]) <= 12 and 1 <= int(month_and_day[2:]) <= 31


_MAIL: Final = Told("mail", sensitive=False)
_MAIL_FORM: Final = re.compile(r"[^@\s/:;,<>()\[\]\"'\\]{1,64}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}")
_LONGEST_MAIL: Final = 254
"""Characters, RFC 5321 §4.5.3 with its erratum 1690."""
_LONGEST: Final = 42
"""Characters of the longest of the others: an IBAN in groups."""
_FORMS: Final = re.compile(
    r"(?P<phone>\+[1-9](?:[ ()./-]{0,2}[0-9]){7,14})"  # ITU-T E.164
    # In groups, as on the card; without them it could be any number, unless its claim is called a card.
    r"|(?P<card>(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|35[0-9]{2}|6[0-9]{3})(?:[ -][0-9]{4}){3}"
    r"|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})"
    r"|(?P<iban>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30})"
    r"|(?P<american>(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4})"  # SSN, 20 CFR 422.103
    r"|(?P<chinese>[1-6][0-9]{5}(?:19|20)[0-9]{9}[0-9X])"
    r"|(?P<french>[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2})"
    r"|(?P<italian>[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-7][0-9][A-Z][0-9]{3}[A-Z])"
    r"|(?P<brazilian>[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})"
    r"|(?P<swedish>(?:19|20)?[0-9]{6}[+-][0-9]{4})"
    r"|(?P<finnish>[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-Y])"
    r"|(?P<indian>[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4})"
)
_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "card": _luhn,
    "iban": _is_iban,
    "chinese": _is_chinese,
    "french": _is_french,
    "italian": _is_italian,
    "brazilian": _is_brazilian,
    "swedish": _is_swedish,
    "finnish": _is_finnish,
    "indian": _is_indian,
}
"""What tells a value of each form from a number that only looks like it; it gets letters and digits alone."""

_IBAN_LENGTHS: Final = {
    country: int(length)
    for country, length in re.findall(
        "(..)([0-9]{2}) ?",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 "
        "LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 "
        "QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30",
    )
}
"""Characters by country, from SWIFT's IBAN registry."""
_ITALIAN_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
"""What a letter, or the digit of its place, counts at an odd place (decree of 12 March 1974)."""
_VERHOEFF: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
"""The permutation of Verhoeff's check."""
