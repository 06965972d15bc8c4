"""Loops compiled when first called, not when imported; kept on disk for the next process where a folder can be written.

numba keeps what it compiled in __pycache__ beside the module or, where an installation is read-only, in the user's cache folder; the
environment variable NUMBA_CACHE_DIR names another. Where none of them can be written, every process compiles anew: slower, and nothing
else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

Step = TypeVar("Step", bound=Callable[..., Any])

OPTIONS = {"nogil": True, "error_model": "numpy"}
"""Threads may run beside each other; a division by zero is none of these loops' business."""

_compiling = Lock()

_sources = {__file__}
"""Files that a compiled loop may hold something of, besides its own."""


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
        if entry.stat().st_mtime < newest:
            entry.unlink(missing_ok=True)


def inline(function: Step) -> Step:
    """Marks a small step that loops share: compiled with the first loop that needs it. numba must be there, yet nothing is compiled."""
    from numba import njit

    _sources.add(function.__code__.co_filename)
    step: Step = njit(**OPTIONS)(function)
    return step


def loop(signature: str) -> Callable[[Callable[..., Any]], Loop]:
    """Marks a function as a loop to be compiled with this signature."""
    return lambda function: Loop(function, signature)
