"""One password for a server that others reach: a door in front of everything that it serves, pages, maps and files alike.

PLANNER_PASSWORD_HASH holds the password's scrypt hash (`planner serve --hash-password` makes it); without it there is no door. Who has
given the password gets a signed cookie for a working day; a restart of the server asks anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import os
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from planner.i18n import LANGUAGES, t
from planner.passwords import VARIABLE, fits

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

COOKIE = "planner_entry"
VALID_S = 12 * 3600
BODY_BYTES = 4096
PAUSE_S = 1.0
"""A wrong password costs so long, one after the other for all who try: guessing is hopeless."""
HEALTH = "/_stcore/health"
STYLE = ('body{font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:26em;margin:14vh auto;padding:0 16px;'
         "color:#1d2733}h1{font-size:20px}input{width:100%;box-sizing:border-box}input,button{font:inherit;padding:6px 12px;"
         "margin:4px 0 12px}[role=alert]{color:#a3301c}")


def wanted() -> bool:
    """Whether this server asks for a password."""
    return bool(os.environ.get(VARIABLE, "").strip())


def middleware() -> list[Any]:
    """The door as the server's middleware; none where no password is wanted. Raises InputError (password_hash_wrong)."""
    if not wanted():
        return []
    from starlette.middleware import Middleware

    kept = os.environ[VARIABLE]
    fits("", kept)  # a hash that cannot be used is said at the start
    return [Middleware(Door, kept=kept)]


class Door:
    """Lets pass who bears our cookie; shows everybody else the form, and nothing of the pages."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], kept: str) -> None:
        self.app, self.kept = app, kept
        self.secret = secrets.token_bytes(32)
        self.one_by_one = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every request and every socket comes by."""
        if scope["type"] not in ("http", "websocket") or scope["path"] == HEALTH or self._known(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["method"] == "POST" and _header(scope, b"content-type").startswith("application/x-www-form-urlencoded"):
            await self._asked(scope, receive, send)
        else:
            await _answer(send, 401, _form(""))

    def _known(self, scope: Scope) -> bool:
        """Whether a request bears a cookie that we signed and that is still valid."""
        try:
            morsel = SimpleCookie(_header(scope, b"cookie")).get(COOKIE)
        except CookieError:
            return False
        until, _, signature = (morsel.value if morsel else "").partition(".")
        if not until.isascii() or not until.isdigit() or not hmac.compare_digest(signature.encode(), self._sign(until).encode()):
            return False
        return int(until) > time.time()

    def _sign(self, until: str) -> str:
        """The signature of a cookie."""
        return hmac.new(self.secret, until.encode(), hashlib.sha256).hexdigest()

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A password was given."""
        body = b""
        while len(body) <= BODY_BYTES:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        given = parse_qs(body[:BODY_BYTES].decode("utf-8", "replace")).get("password", [""])[0]
        async with self.one_by_one:
            right = await asyncio.to_thread(fits, given, self.kept)
            if not right:
                await asyncio.sleep(PAUSE_S)
        if not right:
            await _answer(send, 401, _form("entrance.wrong"))
            return
        until = str(int(time.time()) + VALID_S)
        secure = "; Secure" if "https" in (scope.get("scheme"), _header(scope, b"x-forwarded-proto")) else ""
        cookie = f"{COOKIE}={until}.{self._sign(until)}; Max-Age={VALID_S}; Path=/; HttpOnly; SameSite=Lax{secure}"
        back = b"?" + scope.get("query_string", b"")
        await _answer(send, 303, "", [(b"set-cookie", cookie.encode()), (b"location", back)])


def _header(scope: Scope, name: bytes) -> str:
    """A request's header; "" where it has none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _answer(send: Send, status: int, page: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    """A page, never kept by a browser and never put into a frame."""
    calm = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store"), (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin")]
    await send({"type": "http.response.start", "status": status, "headers": [*calm, *(headers or [])]})
    await send({"type": "http.response.body", "body": page.encode()})


def _form(said: str) -> str:
    """The form, in both languages. said : the key of a sentence above it."""
    def both(key: str) -> str:
        """A sentence in both languages."""
        return " · ".join(f'<span lang="{lang}">{html.escape(t(key, lang))}</span>' for lang in LANGUAGES)

    told = f'<p role="alert">{both(said)}</p>' if said else ""
    return ('<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<title>{html.escape(t("ui.title", "zh"))}</title>'
            f"<style>{STYLE}</style>"
            f'<main><h1>{both("ui.title")}</h1>{told}<form method="post"><label for="password">{both("entrance.password")}</label>'
            '<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>'
            f'<button>{both("entrance.enter")}</button></form></main></html>')
