"""Mosquitto's password file, made here so that no secret ever stands on a command line.

Format `$7$` of mosquitto_passwd 2.0: PBKDF2 with HMAC-SHA-512, `user:$7$<iterations>$<salt>$<hash>`, base64.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping

SALT_BYTES = 12
# As mosquitto_passwd writes it. Our secrets are 256 random bits, so stretching them would only cost time at each login.
ITERATIONS = 101


def password_line(user: str, secret: str, *, salt: bytes, iterations: int = ITERATIONS) -> str:
    """One line of the file, without its end.

    Args:
        user: Account name; no colon, no line end.
        secret: The password in clear.
        salt: `SALT_BYTES` random bytes, new for each line.
        iterations: PBKDF2 rounds.

    Raises:
        ValueError: a user name that the file cannot carry.
    """
    if not user or ":" in user or any(ord(character) < ord(" ") for character in user):
        message = f"the password file cannot carry the user name {user!r}"
        raise ValueError(message)
    digest = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, iterations)
    return f"{user}:$7${iterations}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def password_file(secrets: Mapping[str, str], *, salts: Mapping[str, bytes]) -> str:
    """The whole file, one line a user, in the order of `secrets`."""
    return "".join(password_line(user, secret, salt=salts[user]) + "\n" for user, secret in secrets.items())
