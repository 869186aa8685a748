"""Ed25519 (RFC 8032) by the `cryptography` library: constant in time, quick. `rules/ed25519.py` is the small plain form that
the *expediente* carries, for whoever verifies without installing anything; tests hold the two to each other."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def public_key(secret: bytes) -> bytes:
    """32 bytes of the key pair whose secret is these 32 bytes. ValueError for another length."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def sign(secret: bytes, message: bytes) -> bytes:
    """64 bytes. ValueError for a secret of another length than 32."""
    return Ed25519PrivateKey.from_private_bytes(secret).sign(message)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of the public key signed the message; false as well for what is no key or no signature."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
