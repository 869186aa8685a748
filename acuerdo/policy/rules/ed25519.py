"""Ed25519 signatures (RFC 8032, section 5.1) in plain Python, so that a checkpoint verifies wherever Python runs, offline.

Checked against the RFC's vectors. Not constant in time: it signs once a day, on the lender's own machine, where whoever
could time it can read the key. Do not use it to answer questions from a network.
"""

import hashlib

type Point = tuple[int, int, int, int]  # extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def public_key(secret: bytes) -> bytes:
    """The 32 bytes that verify what the 32 bytes of `secret` sign."""
    return _compress(_multiply(_expand(secret)[0], BASE))


def sign(secret: bytes, message: bytes) -> bytes:
    """64 bytes; the same message always gives the same signature."""
    scalar, prefix = _expand(secret)
    key = _compress(_multiply(scalar, BASE))
    nonce = _number(prefix + message)
    commitment = _compress(_multiply(nonce, BASE))
    return commitment + ((nonce + _number(commitment + key + message) * scalar) % ORDER).to_bytes(32, "little")


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the holder's of `key` for exactly this message. Malformed input is not a signature."""
    if len(key) != 32 or len(signature) != 64:
        return False
    holder, commitment = _decompress(key), _decompress(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if holder is None or commitment is None or answer >= ORDER:
        return False
    challenge = _number(signature[:32] + key + message)
    return _equal(_multiply(answer, BASE), _add(commitment, _multiply(challenge, holder)))


def _expand(secret: bytes) -> tuple[int, bytes]:
    if len(secret) != 32:
        raise ValueError("a secret key has 32 bytes")
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    return scalar, digest[32:]


def _number(text: bytes) -> int:
    return int.from_bytes(hashlib.sha512(text).digest(), "little") % ORDER


def _add(a: Point, b: Point) -> Point:
    low, high = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = high - low, z - t, z + t, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def _multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _equal(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def _recover_x(y: int, sign_bit: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign_bit else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign_bit else x


def _compress(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decompress(text: bytes) -> Point | None:
    y = int.from_bytes(text, "little")
    sign_bit, y = y >> 255, y & (1 << 255) - 1
    x = _recover_x(y, sign_bit)
    return None if x is None else (x, y, 1, x * y % P)


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _recover_x(_BASE_Y, 0) or 0
BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)
