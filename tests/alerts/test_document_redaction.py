"""What must not leave the office: hostile texts in, struck texts out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.documents.case import Case, Measure, Proof, Subject
from alerts.documents.police import police
from alerts.documents.redaction import INTERNAL, Disclosure, internal, redact, redacted
from tests.alerts.document_samples import example
from tests.alerts.sample_cases import NOON, sample_case

NOTHING = Disclosure()
ADDRESS = "[địa chỉ nội bộ đã lược bỏ]"
MAC = "[địa chỉ MAC đã lược bỏ]"
USER = "[tên người dùng đã lược bỏ]"

GOLDEN = (
    ("từ 192.168.1.25 đến máy chủ", f"từ {ADDRESS} đến máy chủ"),
    ("10.0.0.1:445, 10.0.0.0/8", f"{ADDRESS}:445, {ADDRESS}"),
    ("http://172.16.3.4/admin", f"http://{ADDRESS}/admin"),
    ("172.32.0.1 và 11.0.0.1", "172.32.0.1 và 11.0.0.1"),
    ("100.64.0.1 100.127.255.254 100.128.0.1", f"{ADDRESS} {ADDRESS} 100.128.0.1"),
    ("127.0.0.1, 169.254.7.7, 0.0.0.0", f"{ADDRESS}, {ADDRESS}, {ADDRESS}"),
    ("010.000.000.001", ADDRESS),
    ("10[.]0[.]0[.]1 và 10(.)1(.)1(.)1", f"{ADDRESS} và {ADDRESS}"),
    ("10 . 0 . 0 . 1", ADDRESS),
    ("1\u200b0.0.0.1", ADDRESS),
    ("１０.０.０.１", ADDRESS),
    ("kết thúc câu 10.0.0.1.", f"kết thúc câu {ADDRESS}."),
    ("fe80::1%eth0 fe80::a00:27ff:fe4e:66a1/64", f"{ADDRESS} {ADDRESS}"),
    ("FD12:3456:789A::1, fc00::, ::1", f"{ADDRESS}, {ADDRESS}, {ADDRESS}"),
    ("::ffff:192.168.0.9", ADDRESS),
    ("64:ff9b::10.0.0.1 2002:c0a8:1::1", f"{ADDRESS} {ADDRESS}"),
    ("::ffff:8.8.8.8 64:ff9b::8.8.8.8", None),
    ("[fe80::1]:8443", f"[{ADDRESS}]:8443"),
    ("2001:db8::5 ghi lúc 06:53:07", "2001:db8::5 ghi lúc 06:53:07"),
    ("aa:bb:cc:dd:ee:ff AA-BB-CC-DD-EE-FF", f"{MAC} {MAC}"),
    ("aabb.ccdd.eeff aabbccddeeff", f"{MAC} {MAC}"),
    ("00:11:22:33:44:55:66:77", MAC),
    (r"C:\Users\lan.nguyen\Desktop\a.exe", rf"C:\Users\{USER}\Desktop\a.exe"),
    (r"\\may1\Users\Lan Anh\x", rf"\\may1\Users\{USER}\x"),
    ("/home/lan/.ssh, /Users/lan", f"/home/{USER}/.ssh, /Users/{USER}"),
    (r"HOAMAI\lan.nguyen và HKLM\SOFTWARE", rf"{USER} và HKLM\SOFTWARE"),
    ("thư gửi lan@phuonghoamai.example", f"thư gửi {USER}"),
    ("Failed password for invalid user lan from", f"Failed password for invalid user {USER} from"),
    ("Accepted publickey for lan from", f"Accepted publickey for {USER} from"),
    ('user=lan acct="lan" ruser=lan', f"user={USER} acct={USER} ruser={USER}"),
    ("chị Nguyễn Thị Lan báo", f"chị {USER} báo"),
    ("NGUYỄN THỊ LAN", USER),
    ("Nguye\u0302\u0303n Thi\u0323 Lan", USER),
    ("Windows 11 Pro 23H2 (10.0.22631), 10.0.19045.3803", None),
    ("std::string a::b: lỗi ở main.cpp:12:7", None),
    ("fd00:0:0:0:0:0:0:5:445", ADDRESS),
    ("RSIT: other:undetermined; 23/11/2026 10:57", None),
    ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", None),
)
"""Text and what is left of it; None: all of it."""

SECRETS = (
    "192.168.10.25",
    "10.0.0.7",
    "fe80::1",
    "fd00::7",
    "100.64.1.1",
    "127.0.0.1",
    "aa:bb:cc:dd:ee:ff",
    "tran.van.nam",
)


@pytest.fixture
def case(example_inventory_path: Path) -> Case:
    return sample_case(example(example_inventory_path))


@pytest.mark.parametrize(("line", "left"), GOLDEN)
def test_internal_addresses_hardware_addresses_and_user_names_are_struck_out(
    line: str, left: str | None
) -> None:
    assert redact(line, ("Nguyễn Thị Lan",), NOTHING) == (line if left is None else left)


@given(
    address=st.sampled_from(INTERNAL).flatmap(
        lambda network: st.integers(
            int(network.network_address), int(network.broadcast_address)
        ).map(lambda number: str(type(network.network_address)(number)))
    ),
    before=st.sampled_from(["", " ", "(", "từ ", "http://", '"', "addr=", ",", "-", "@ "]),
    after=st.sampled_from(["", " ", ")", ":445", "/24", ".", ", ", '"', "/admin", "; xong"]),
)
def test_no_internal_address_survives_whatever_stands_around_it(
    address: str, before: str, after: str
) -> None:
    assume(address != "::")
    assert address not in redact(f"{before}{address}{after}", (), NOTHING)


def test_the_longest_known_name_is_struck_first() -> None:
    assert redact("lan.anh, lan", ("lan", "lan.anh", " "), NOTHING) == f"{USER}, {USER}"


def test_a_known_name_inside_a_word_is_left() -> None:
    assert redact("mạng lan và plan", ("lan",), NOTHING) == f"mạng {USER} và plan"


def test_only_what_is_ticked_is_printed() -> None:
    line = "user=lan tại 10.0.0.1"
    addresses = Disclosure(internal_addresses=True)
    names = Disclosure(user_names=True)
    assert redact(line, (), addresses) == f"user={USER} tại 10.0.0.1"
    assert redact(line, (), names) == f"user=lan tại {ADDRESS}"


def test_no_text_that_was_observed_reaches_the_paper_with_a_secret(case: Case) -> None:
    hostile = f"đọc: {' '.join(SECRETS)}"
    full = replace(
        case,
        happened_at=NOON,
        title=hostile,
        what=hostile,
        status=hostile,
        detection=hostile,
        subject=Subject(hostile, hostile, (hostile,), case.subject.checks),
        proofs=(Proof(hostile, hostile, hostile, NOON, 1, "ab" * 32),),
        measures=(Measure(NOON, hostile),),
        security_provider=hostile,
        internet_providers=(hostile,),
        public_addresses=(*SECRETS, "203.0.113.9"),
        domains=(hostile,),
        bases=(hostile,),
        proposal=hostile,
        user_names=("tran.van.nam",),
    )
    printed = msgspec.json.encode(police(full, "real")).decode()
    assert [secret for secret in SECRETS if secret in printed] == []
    assert "203.0.113.9" in printed


def test_what_the_office_declared_is_printed_as_it_stands(case: Case) -> None:
    kept = redacted(case, NOTHING)
    assert (kept.site, kept.contacts, kept.documents) == (
        case.site,
        case.contacts,
        case.documents,
    )


def test_instants_numbers_and_flags_pass_redaction_unchanged(case: Case) -> None:
    kept = redacted(replace(case, confidential=True), NOTHING)
    assert kept.detected_at == case.detected_at
    assert kept.proofs[0].report == case.proofs[0].report
    assert kept.proofs[0].sha256 == case.proofs[0].sha256
    assert kept.confidential is True


def test_an_internal_address_is_never_printed_as_the_internet_address_even_if_ticked(
    case: Case,
) -> None:
    ticked = Disclosure(internal_addresses=True, user_names=True)
    shown = redacted(replace(case, public_addresses=("192.168.1.1", "203.0.113.9")), ticked)
    assert shown.public_addresses == ("203.0.113.9",)


@pytest.mark.parametrize("word", ["", "...", "may-1", "10.0.0", "999.1.1.1", ":", "x::y"])
def test_what_is_no_address_is_not_internal(word: str) -> None:
    assert not internal(word)
