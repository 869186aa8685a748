"""The pure parts of the receipts' proof: signatures against the RFC's vectors, trees against their definition."""

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acuerdo.policy.adapters import signatures
from acuerdo.policy.rules.ed25519 import ORDER, is_signed, public_key, sign
from acuerdo.policy.rules.proof import GENESIS, Link, commit, follow_path, link_digest, tree_path, tree_root

# RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "key", "message", "signature"), VECTORS)
def test_signatures_of_the_rfc(secret: str, key: str, message: str, signature: str) -> None:
    assert public_key(bytes.fromhex(secret)).hex() == key
    assert sign(bytes.fromhex(secret), bytes.fromhex(message)).hex() == signature
    assert is_signed(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize("length", [0, 1, 64, 1000])
def test_the_library_and_the_plain_form_agree(length: int) -> None:
    secret, message = hashlib.sha256(bytes([length % 256])).digest(), bytes(range(256)) * 4
    message = message[:length]
    signature = signatures.sign(secret, message)
    assert signature == sign(secret, message)
    assert signatures.public_key(secret) == public_key(secret)
    for key, text, told in ((public_key(secret), message, signature), (bytes(32), message, signature), (b"", b"", b"")):
        assert signatures.is_signed(key, text, told) == is_signed(key, text, told)
    assert not signatures.is_signed(public_key(secret), message + b"x", signature)


@pytest.mark.parametrize("place", [0, 31, 32, 63])
def test_no_byte_of_a_signature_may_change(place: int) -> None:
    key, message, signature = (bytes.fromhex(text) for text in VECTORS[2][1:])
    changed = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
    assert not is_signed(key, message, changed)
    assert not is_signed(key, message + b"x", signature)
    assert not is_signed(public_key(bytes(32)), message, signature)


def test_a_second_form_of_a_signature_is_refused() -> None:
    """S + L verifies in a careless implementation: the same text would have two signatures."""
    key, message, signature = (bytes.fromhex(text) for text in VECTORS[0][1:])
    twin = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not is_signed(key, message, twin)


@pytest.mark.parametrize(("key", "signature"), [(b"", b""), (bytes(31), bytes(64)), (b"\xff" * 32, bytes(64))])
def test_malformed_input_is_not_a_signature(key: bytes, signature: bytes) -> None:
    assert not is_signed(key, b"", signature)


def test_a_secret_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sign(b"short", b"")


def test_the_digest_is_the_documented_one() -> None:
    link = Link("c", 7, datetime(2026, 7, 15, 10, 0, 0, 5, tzinfo=UTC), "verdict", "s", '{"a":"ñ"}')
    told = 'c\n7\n2026-07-15T10:00:00.000005Z\nverdict\ns\n{"a":"ñ"}'
    assert link_digest(GENESIS, link) == hashlib.sha256(bytes(32) + told.encode()).digest()


def test_a_tree_of_three_is_that_of_rfc_9162() -> None:
    a, b, c = (hashlib.sha256(b"\0" + one).digest() for one in (b"a", b"b", b"c"))
    left = hashlib.sha256(b"\1" + a + b).digest()
    assert tree_root([b"a", b"b", b"c"]) == hashlib.sha256(b"\1" + left + c).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True), st.data())
def test_each_leaf_and_no_other_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = tree_path(leaves, place)
    assert follow_path(leaves[place], path) == tree_root(leaves)
    assert follow_path(bytes(31) + b"\xaa", path) != tree_root(leaves)
    assert len(path) <= 7


def test_a_commitment_needs_its_salt_and_its_name() -> None:
    known = commit(b"s" * 32, "text", "hola")
    assert known == commit(b"s" * 32, "text", "hola")
    assert len({known, commit(b"t" * 32, "text", "hola"), commit(b"s" * 32, "point", "hola")}) == 3
