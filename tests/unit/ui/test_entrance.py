"""The door of a server that others reach: nothing passes without the password, and who gave it is known again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from planner import passwords
from planner.errors import InputError
from planner.passwords import fits, hashed
from planner.ui import entrance, fault_log

PASSWORD = "一个长口令 & 1"


@pytest.fixture(scope="module")
def kept() -> str:
    """The password's hash."""
    return hashed(PASSWORD)


def test_only_the_password_fits_and_its_hash_tells_nothing(kept: str) -> None:
    assert fits(PASSWORD, kept) and fits(PASSWORD, f" {kept}\n")
    assert not fits("一个长口令 & 2", kept) and not fits("", kept)
    assert PASSWORD not in kept and hashed(PASSWORD) != kept
    for wrong in ("", "plain", "md5:1:1:1:a:b", "scrypt:x:8:1:YQ==:YQ=="):
        with pytest.raises(InputError, match="password_hash_wrong"):
            fits(PASSWORD, wrong)


class Visit:
    """One request at the door: what came through, and what was answered."""

    def __init__(self, door: entrance.Door) -> None:
        self.door, self.sent = door, []

    def ask(self, kind: str = "http", method: str = "GET", path: str = "/", body: bytes = b"", **headers: str) -> dict[str, Any]:
        """The door's first answer."""
        scope = {"type": kind, "path": path, "method": method, "query_string": b"page=gaps", "scheme": "http",
                 "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}
        parts = [{"type": "http.request", "body": body, "more_body": False}]
        self.sent.clear()

        async def receive() -> Any:
            return parts.pop(0)

        async def send(message: Any) -> None:
            self.sent.append(message)

        with ThreadPoolExecutor(1) as apart:  # a browser of other tests keeps a loop running in this thread
            apart.submit(asyncio.run, self.door(scope, receive, send)).result(20)
        return dict(self.sent[0])


@pytest.fixture
def visit(kept: str, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """A door before a server that answers 200 to everything."""
    monkeypatch.setattr(entrance, "PAUSE_S", 0.0)

    async def inside(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "inside", "status": 200, "path": scope["path"]})

    return Visit(entrance.Door(inside, kept))


def enter(visit: Visit, password: str) -> dict[str, Any]:
    """Give a password."""
    from urllib.parse import urlencode

    return visit.ask(method="POST", body=urlencode({"password": password}).encode(), content_type="application/x-www-form-urlencoded")


def test_nothing_passes_without_the_password(visit: Visit) -> None:
    for path in ("/", "/media/map.bin", "/_stcore/stream", "/_stcore/upload_file/x", "//_stcore/health"):
        assert visit.ask(path=path)["status"] == 401
    assert visit.ask("websocket", path="/_stcore/stream")["type"] == "websocket.close"
    assert visit.ask(cookie=f"{entrance.COOKIE}=99999999999.{'0' * 64}")["status"] == 401
    assert visit.ask(cookie=f"{entrance.COOKIE}=x")["status"] == 401
    assert visit.ask(path="/_stcore/health")["type"] == "inside"


def test_who_gave_the_password_is_known_until_the_day_is_over(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert enter(visit, "wrong")["status"] == 401
    assert b'role="alert"' in visit.sent[1]["body"]
    answer = enter(visit, PASSWORD)
    headers = dict(answer["headers"])
    assert answer["status"] == 303 and headers[b"location"] == b"?page=gaps"
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    pair = cookie.partition(";")[0]
    assert visit.ask(cookie=pair)["type"] == "inside"
    assert visit.ask("websocket", path="/_stcore/stream", cookie=f"other=1; {pair}")["type"] == "inside"
    now = entrance.time.time()
    monkeypatch.setattr(entrance.time, "time", lambda: now + entrance.VALID_S + 1)
    assert visit.ask(cookie=pair)["status"] == 401


def test_there_is_a_door_only_where_a_password_is_set(monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    monkeypatch.delenv(passwords.VARIABLE, raising=False)
    assert entrance.middleware() == [] and not entrance.wanted()
    monkeypatch.setenv(passwords.VARIABLE, kept)
    assert len(entrance.middleware()) == 1
    monkeypatch.setenv(passwords.VARIABLE, "plain text")
    with pytest.raises(InputError, match="password_hash_wrong"):
        entrance.middleware()


def test_a_fault_has_one_number_and_stands_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANNER_LOG", str(tmp_path / "logs"))
    fault_log._log.cache_clear()
    log = fault_log._log()
    try:
        with pytest.raises(KeyError) as caught:
            raise KeyError("what went wrong")
        number = fault_log.record(caught.value)
        assert fault_log.record(caught.value) == number
        text = (tmp_path / "logs" / "faults.log").read_text(encoding="utf-8")
        assert text.count(number) == 1 and "what went wrong" in text and "test_entrance.py" in text
        assert number.startswith("F-") and len(number) == 7
    finally:
        for handler in list(log.handlers):
            handler.close()
            log.removeHandler(handler)
        fault_log._log.cache_clear()
