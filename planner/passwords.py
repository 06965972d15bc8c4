"""The one password of a server that others reach: its hash, made and compared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from planner.errors import InputError

VARIABLE = "PLANNER_PASSWORD_HASH"
"""The environment variable that holds the hash; without it nobody is asked."""
COST_N, COST_R, COST_P = 2**14, 8, 1
"""scrypt's cost: some 16 MB and 50 ms for each try (what RFC 7914, section 2, gives for interactive use)."""
MEMORY_BYTES = 256 * 1024 * 1024


def hashed(password: str) -> str:
    """What PLANNER_PASSWORD_HASH is to hold for a password: `scrypt:N:r:p:salt:hash`."""
    salt = secrets.token_bytes(16)
    made = _scrypt(password, salt, COST_N, COST_R, COST_P)
    return ":".join(["scrypt", str(COST_N), str(COST_R), str(COST_P), _text(salt), _text(made)])


def fits(password: str, kept: str) -> bool:
    """Whether a password is the one whose hash is kept; compared in constant time. Raises InputError (password_hash_wrong)."""
    try:
        kind, n, r, p, salt, known = kept.strip().split(":")
        if kind != "scrypt":
            raise ValueError(kind)
        made = _scrypt(password, base64.urlsafe_b64decode(salt), int(n), int(r), int(p))
        return hmac.compare_digest(made, base64.urlsafe_b64decode(known))
    except ValueError as error:
        raise InputError("password_hash_wrong", variable=VARIABLE) from error


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    """The hash itself."""
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=MEMORY_BYTES)


def _text(raw: bytes) -> str:
    """Bytes as text for an environment variable."""
    return base64.urlsafe_b64encode(raw).decode()
