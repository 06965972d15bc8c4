"""How long the compiled loops take from nothing, and from their cache. python cold.py"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

CODE = """
import time
begin = time.process_time(), time.perf_counter()
from planner.network import fronts, kernel, loops, reaching
from planner.network.jit import Loop
imported = time.process_time()
made = [(name, loop) for module in (loops, reaching, fronts) for name, loop in vars(module).items()
        if isinstance(loop, Loop) and loop.function.__module__ == module.__name__]
assert not any(loop.compiled for _, loop in made), "importing compiled something"
for name, loop in made:
    at = time.process_time()
    loop.compile()
    print(f"    {name:14s} {time.process_time() - at:6.2f} s")
print(f"  import {imported - begin[0]:.2f} s, {len(made)} loops {time.process_time() - imported:.2f} s CPU,"
      f" in all {time.perf_counter() - begin[1]:.2f} s on the clock")
"""

with tempfile.TemporaryDirectory() as folder:
    for title in ("from nothing", "from the cache"):
        print(title, flush=True)
        subprocess.run([sys.executable, "-c", CODE], check=True, env=os.environ | {"NUMBA_CACHE_DIR": folder})
