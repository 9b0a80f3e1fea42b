"""The text report: what people read, exactly as it stands."""

import re

import msgspec
import pytest

from scanner.model import Coverage, Excluded, Finding, Message, Sealed, Severity, Skipped, Slot, Standing, Suppression
from tests.reports import LEAKED, NO_AUDIENCE, leak, mint, rendered, report, sighting, subject


def test_a_report_in_full():
    """A card a subject, its findings worst first, each remedy once, a table of rules, and what was read."""
    assert rendered("text", leak(), width=80) == (
        """\
 HIGH  Access token from idp.example, live
  eyJhbGciOi… (3 parts, 175 characters)
  .env:3:12  (environment)
  logs/app.log:12:12
  and 12 more places

  high     token-leaked              A live token of idp.example. (×2)
  medium   token-no-audience         Any service that trusts idp.example will
                                     accept it.

  fix   · Revoke it at idp.example.
        · Issue it with an `aud`.

rule               worst     findings
token-leaked       high             2
token-no-audience  medium           1

3 open findings: 2 high, 1 medium
Read 9 of 9 files, 1.2 MB.
"""
    )


def test_a_clean_scan():
    """Says what was read, and what was left out of it."""
    coverage = Coverage(planned=1, read=1, bytes=999, excluded={"vendored": Excluded(3, ["node_modules"])})
    assert rendered("text", report(coverage=coverage)) == (
        "No findings in 1 file\nRead 1 of 1 files, 999 bytes; left out: 3 vendored.\n"
    )


def test_an_incomplete_scan_names_what_was_not_read():
    """The first five, and how many more."""
    skipped = [Skipped(f"{n}.log", "unreadable", "Permission denied") for n in range(6)]
    lines = rendered("text", report(coverage=Coverage(planned=7, read=1, skipped=skipped))).splitlines()
    assert lines[2] == "Incomplete: 6 not read, or not all of it:"
    assert lines[3].strip() == "0.log: unreadable (Permission denied)"
    assert len(lines) == 9
    assert lines[-1].strip() == "and 1 more; --format json lists all of them"


def test_a_scan_that_read_nothing_does_not_sound_clean():
    """There is no such thing as no findings in no files."""
    skipped = [Skipped("src", "nothing-read", "it holds no file to read")]
    text = rendered("text", report(coverage=Coverage(skipped=skipped)))
    assert text.startswith("Nothing was read\n")
    assert "No findings" not in text


def test_decided_findings_are_counted():
    """What is suppressed or baselined has no card, but its count."""
    token = subject(mint())
    of = report(
        Finding(LEAKED, token, Severity.HIGH, sighting(), "suppressed", Suppression("inline", "a demo", "app.py:7")),
        Finding(LEAKED, token, Severity.HIGH, sighting(), "baselined", Suppression("baseline", "", "known.json")),
    )
    assert rendered("text", of).splitlines()[0] == "No findings in 9 files (1 suppressed, 1 baselined)"


def test_decided_findings_are_shown_on_request():
    """With the decision, its reason and its place."""
    suppression = Suppression("inline", "a demo", "app.py:7")
    of = report(Finding(LEAKED, subject(mint()), Severity.HIGH, sighting(), "suppressed", suppression))
    assert "A live token of idp.example. [suppressed: a demo, app.py:7]" in rendered(
        "text", of, include_suppressed=True
    )


def test_cards_are_limited():
    """Fifty are read by someone; the rest is counted in the table and named where it is listed."""
    findings = [Finding(LEAKED, subject(mint(str(n))), Severity.HIGH, sighting()) for n in range(52)]
    lines = rendered("text", report(*findings)).splitlines()
    assert sum(line.startswith(" HIGH  ") for line in lines) == 50
    assert "2 more subjects have findings; --format json lists all of them." in lines
    assert "52 open findings: 52 high" in lines


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({}, "Access token from idp.example, live"),
        ({"token_state": "expired"}, "Access token from idp.example, expired"),
        ({"token_state": "not_yet", "token_issuer": ""}, "Access token, not valid yet"),
        ({"token_class_title": "token", "token_state": "unknown"}, "Token from idp.example, of unknown state"),
    ],
)
def test_a_title_says_what_it_is(facts, title):
    """Class, issuer and state, as far as they are known."""
    of = report(Finding(LEAKED, subject(mint(), **facts), Severity.LOW, sighting()))
    assert rendered("text", of).splitlines()[0] == f" LOW  {title}"


def test_the_value_is_shown_on_request_alone():
    """On a line of its own and unbroken, to be copied."""
    raw = mint()
    of = report(Finding(LEAKED, subject(raw), Severity.HIGH, sighting()))
    assert raw not in rendered("text", of)
    assert f"  {raw}" in rendered("text", of, show_secrets=True).splitlines()


def test_a_secret_is_shown_on_request_alone():
    """What signs a token, under it."""
    token = subject(mint())
    token.secret = Sealed(b"hush\x1b")
    of = report(Finding(LEAKED, token, Severity.HIGH, sighting()))
    assert "hush" not in rendered("text", of)
    assert "  secret hush\\x1b" in rendered("text", of, show_secrets=True).splitlines()


@pytest.mark.parametrize("width", [0, 70, 80, 100, 500])
def test_prose_keeps_within_the_width(width):
    """From 70 to 120 columns, whatever the terminal says of itself."""
    long = msgspec.structs.replace(leak().findings[0].rule, title="x", message=_message("word " * 100))
    of = report(Finding(long, subject(mint()), Severity.HIGH, sighting()))
    longest = max(map(len, rendered("text", of, width=width).splitlines()))
    assert min(max(width, 70), 120) - 10 <= longest <= min(max(width, 70), 120)


def _message(text: str):
    return msgspec.structs.replace(LEAKED.message, parts=(text,))


def test_remedies_hang_below_their_first_word():
    """Where one ends and the next begins is seen at a glance."""
    long = msgspec.structs.replace(LEAKED, remedy=_message("word " * 20))
    of = report(Finding(long, subject(mint()), Severity.HIGH, sighting()))
    first, second = rendered("text", of, width=80).splitlines()[6:8]
    assert first == "  fix   · " + " ".join(["word"] * 14)
    assert second == "          " + " ".join(["word"] * 6)


def test_a_place_can_be_followed():
    """`path:line:column`, with the way into an archive; standard input by its name."""

    def of(place):
        return rendered("text", report(Finding(LEAKED, subject(mint(), place), Severity.HIGH, place))).splitlines()[2]

    assert of(sighting("a.tgz", members=("inner.tar", ".env"))) == "  a.tgz!inner.tar!.env:7:12"
    assert of(sighting("-", kind="stdin")) == "  standard input:7:12"


def test_colour_changes_no_word():
    """With colour, the same text under escapes that set colours and nothing else."""
    colored = rendered("text", leak(), color=True, width=80)
    assert colored.startswith("\x1b[1;31m HIGH \x1b[0m ")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in bare.splitlines()] == rendered("text", leak(), width=80).splitlines()


def test_a_dumb_terminal_cuts_no_coloured_line(monkeypatch):
    """Pipelines set TERM=dumb, for which rich knows 80 columns only."""
    wide = rendered("text", leak(), color=True, width=120)
    monkeypatch.setenv("TERM", "dumb")
    assert rendered("text", leak(), color=True, width=120) == wide
    assert "Any service that trusts idp.example will accept it." in wide


@pytest.mark.parametrize("count", [1, 2])
def test_counts_agree_with_their_nouns(count):
    """One finding is a finding."""
    findings = [Finding(LEAKED, subject(mint(str(n))), Severity.HIGH, sighting()) for n in range(count)]
    noun = "finding" if count == 1 else "findings"
    assert f"{count} open {noun}: {count} high" in rendered("text", report(*findings)).splitlines()


def test_how_a_token_is_ended_is_told_once():
    """The remedies of a subject share it; each stands alone in other formats."""
    way = Slot("token.revocation", None, str)
    first = msgspec.structs.replace(LEAKED, remedy=Message((way, " Then look for others.")))
    second = msgspec.structs.replace(NO_AUDIENCE, remedy=Message(("Name one. To end it: ", way)))
    token = subject(mint())
    token.standing = Standing({}, (("token.revocation", Message(("Call the operators.",))),))
    findings = [Finding(rule, token, Severity.HIGH, sighting()) for rule in (first, second)]
    lines = rendered("text", report(*findings)).splitlines()
    assert "  fix   · Call the operators. Then look for others." in lines
    assert "        · Name one. To end it: as above." in lines
