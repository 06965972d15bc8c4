"""Loops compiled when first called, not when imported; kept on disk for the next process where a folder can be written.

numba keeps what it compiled in __pycache__ beside the module or, where an installation is read-only, in the user's cache folder; the
environment variable NUMBA_CACHE_DIR names another. Where none of them can be written, every process compiles anew: slower, and nothing
else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

Step = TypeVar("Step", bound=Callable[..., Any])

OPTIONS = {"nogil": True, "error_model": "numpy"}
"""Threads may run beside each other; a division by zero is none of these loops' business."""

_compiling = Lock()

_sources = {__file__}
"""Files that a compiled loop may hold something of, besides its own."""

_tell: Callable[[], None] | None = None
"""What is called before the first compiling; None once it has been."""


def before_compiling(tell: Callable[[], None] | None) -> None:
    """Has tell() called once, just before something is compiled that the cache does not hold: then a person waits (about 10 s in all).

    It is called by whichever thread comes to it first. None: nobody is told.
    """
    global _tell
    _tell = tell


@contextmanager
def _watched() -> Iterator[None]:
    """Within it, numba's own word that it compiles - it gives none for what it finds in its cache - is passed on, the first time."""
    if _tell is None:
        yield
        return
    from numba.core import event

    class Start(event.Listener):  # type: ignore[misc]
        def on_start(self, _: object) -> None:
            global _tell
            tell, _tell = _tell, None
            if tell is not None:
                tell()

        def on_end(self, _: object) -> None:
            """Nobody asks."""

    with event.install_listener("numba:compile", Start()):
        yield


class Loop:
    """A function with a signature that is compiled at its first call."""

    def __init__(self, function: Callable[..., Any], signature: str) -> None:
        self.function, self.signature = function, signature
        self.compiled: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Calls the compiled function."""
        return (self.compiled or self.compile())(*arguments)

    def compile(self) -> Callable[..., Any]:
        """Compiles the function, or loads it from numba's cache; the same object every time."""
        with _compiling:
            if self.compiled is None:
                try:
                    self.compiled = self._made(cache=True)
                except (RuntimeError, OSError):  # numba: no folder to keep it in, or one that cannot be written
                    self.compiled = self._made(cache=False)
            return self.compiled

    def _made(self, cache: bool) -> Callable[..., Any]:
        """The function compiled, or left as it is where the environment says NUMBA_DISABLE_JIT=1."""
        from numba import config, njit

        if config.DISABLE_JIT:
            return self.function
        made: Any = njit(cache=cache, **OPTIONS)(self.function)
        if cache:
            _forget_older(Path(made.stats.cache_path), self.function)
        with _watched():
            made.compile(self.signature)
        made.disable_compile()
        compiled: Callable[..., Any] = made
        return compiled


def _forget_older(folder: Path, function: Callable[..., Any]) -> None:
    """Removes the cache's entry for a function that is older than any source: numba itself looks at the function's own file only, and
    would go on with steps from other files as they once were."""
    newest = max(os.stat(source).st_mtime for source in _sources)
    module = Path(function.__code__.co_filename).stem
    for entry in folder.glob(f"{module}.{function.__name__}-*.nbi"):
        with suppress(FileNotFoundError):  # another process may do the same at the same time
            if entry.stat().st_mtime < newest:
                entry.unlink()


def inline(function: Step) -> Step:
    """Marks a small step that loops share: compiled with the first loop that needs it. numba must be there, yet nothing is compiled."""
    from numba import njit

    _sources.add(function.__code__.co_filename)
    step: Step = njit(**OPTIONS)(function)
    return step


def loop(signature: str) -> Callable[[Callable[..., Any]], Loop]:
    """Marks a function as a loop to be compiled with this signature."""
    return lambda function: Loop(function, signature)
