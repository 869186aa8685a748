"""Mail that comes in, read without trusting it: words of HTML, quotations, reports, complaints, automatic answers, files."""

import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.messaging.rules.attachments import BYTES_MAX, judge_file, safe_name
from acuerdo.messaging.rules.wire import mail_in
from acuerdo.messaging.rules.wire.mail_in import own_words, read_mail, words_of

DSN = b"""From: MAILER-DAEMON@mx.example\r
To: rebotes+%s@banco.example\r
Message-ID: <dsn1@mx.example>\r
Subject: Undelivered\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r
\r
--B\r
Content-Type: text/plain\r
\r
failed\r
--B\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
Original-Envelope-Id: TOKEN\r
\r
Final-Recipient: rfc822; nobody@example.net\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 user unknown\r
\r
--B\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <a1@bancox.example>\r
\r
--B--\r
"""
ARF = b"""From: fbl@mailbox.example\r
To: rebotes+%s@banco.example\r
Message-ID: <arf1@mailbox.example>\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r
\r
--B\r
Content-Type: text/plain\r
\r
complaint\r
--B\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: Fbl/1\r
Version: 1\r
Original-Mail-From: <rebotes+%s@banco.example>\r
\r
--B\r
Content-Type: message/rfc822\r
\r
From: avisos@banco.example\r
To: ana@correo.example\r
Message-ID: <a1@banco.example>\r
\r
Hola\r
--B--\r
"""


def mail(**headers: str) -> EmailMessage:
    found = EmailMessage(policy=SMTP)
    for name, value in {
        "From": "Ana <ANA@correo.example>",
        "To": "servicio@banco.example",
        "Message-ID": "<m1@correo.example>",
        **headers,
    }.items():
        found[name.replace("_", "-")] = value
    return found


def test_a_written_mail_gives_its_own_words() -> None:
    letter = mail(Subject="Re: Su cuota", In_Reply_To="<0190-uid@banco.example>")
    letter.set_content(
        "Ya pagué ayer.\n\nEl lun, 13 jul 2026 a las 9:00, Banco <avisos@banco.example> escribió:\n> Hola, Ana\n> BAJA\n"
    )
    found = read_mail(letter.as_bytes())
    assert (found.kind, found.sender, found.text, found.subject) == (
        "written",
        "ana@correo.example",
        "Ya pagué ayer.",
        "Re: Su cuota",
    )
    assert found.replies_to == ("0190-uid@banco.example",)
    assert not found.is_automatic


def test_of_html_only_the_words_are_kept() -> None:
    letter = mail()
    letter.set_content(
        "<style>p{}</style><script>alert('x')</script><p>No <b>puedo</b> pagar</p><img src=x onerror=alert(1)>",
        subtype="html",
    )
    assert read_mail(letter.as_bytes()).text == "No puedo pagar"
    assert words_of("&lt;script&gt;alert(1)&lt;/script&gt; a<br>b") == "<script>alert(1)</script> a\nb"


def test_a_report_and_a_complaint_are_told_apart() -> None:
    token = b"a" * 39
    report = read_mail(DSN % token)
    assert (report.kind, report.reports[0].action, report.reports[0].status, report.reports[0].receiver) == (
        "report",
        "failed",
        "5.1.1",
        "nobody@example.net",
    )
    assert any(token.decode() in trace for trace in report.traces)
    complaint = read_mail(ARF % (token, token))
    assert (complaint.kind, complaint.reports) == ("complaint", ())
    assert any(token.decode() in trace for trace in complaint.traces)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"From": "MAILER-DAEMON@x.example"},
    ],
)
def test_automatic_answers_are_known(headers: dict[str, str]) -> None:
    letter = mail(**headers) if "From" not in headers else EmailMessage(policy=SMTP)
    if "From" in headers:
        letter["From"] = headers["From"]
    letter.set_content("Estoy de vacaciones")
    assert read_mail(letter.as_bytes()).is_automatic


def test_files_come_with_their_size_and_an_enormous_mail_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = mail()
    letter.set_content("Adjunto el comprobante")
    letter.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="pago.pdf")
    raw = letter.as_bytes()
    (paper,) = read_mail(raw).papers
    assert (paper.name, paper.size_bytes, paper.content) == ("pago.pdf", 10, b"%PDF-1.7 x")
    monkeypatch.setattr(mail_in, "WHOLE_BYTES_MAX", len(raw) - 1)
    found = read_mail(raw)
    assert found.text == "Adjunto el comprobante"
    assert [(one.size_bytes, one.content) for one in found.papers] == [(len(raw), None)]


def test_fifty_megabytes_are_read_in_no_time() -> None:
    letter = mail()
    letter.set_content("Adjunto")
    raw = letter.as_bytes() + b"x" * 50_000_000
    start = time.process_time()
    assert read_mail(raw).papers[0].content is None
    assert time.process_time() - start < 1.0


@given(st.binary(max_size=3000))
def test_any_bytes_are_some_mail(raw: bytes) -> None:
    read_mail(raw)
    read_mail(DSN[:400] + raw)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (b"Subject", b"=?utf-8?B?////?="),
        (b"From", b'"a\r\n b" <x'),
        (b"Content-Type", b"text/plain; charset=nada"),
        (b"Message-ID", b"<<>>"),
    ],
)
def test_broken_headers_do_no_harm(header: bytes, value: bytes) -> None:
    assert read_mail(header + b": " + value + b"\r\n\r\nhola").kind == "written"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sí\n\nOn Mon, Ana wrote:\n> x", "Sí"),
        ("Sí\n-----Mensaje original-----\nDe: x", "Sí"),
        ("Sí\nEnviado desde mi iPhone", "Sí"),
        ("De acuerdo con pagar", "De acuerdo con pagar"),
        ("> todo citado", ""),
    ],
)
def test_quotations_end_the_words(text: str, words: str) -> None:
    assert own_words(text) == words


@pytest.mark.parametrize(
    ("content", "size", "place", "expected"),
    [
        (b"%PDF-1.4", 8, 0, ("application/pdf", "")),
        (b"\xff\xd8\xff\xe0", 4, 0, ("image/jpeg", "")),
        (b"MZ\x90\x00", 4, 0, ("", "kind")),
        (b"<html>", 6, 0, ("", "kind")),
        (b"PK\x03\x04", 4, 0, ("", "kind")),
        (b"", 0, 0, ("", "empty")),
        (None, 50_000_000, 0, ("", "too-large")),
        (b"%PDF-" + b"x" * BYTES_MAX, BYTES_MAX + 5, 0, ("", "too-large")),
        (b"%PDF-", 5, 10, ("", "too-many")),
    ],
)
def test_files_are_judged_by_their_bytes(
    content: bytes | None, size: int, place: int, expected: tuple[str, str]
) -> None:
    found = judge_file(size, content, place)
    assert (found.content_type, found.refused) == expected


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "archivo"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_of_files_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe
