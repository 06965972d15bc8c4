"""An .osm.pbf as arrays for engines.py, read by the planner: python network_npz.py FILE.osm.pbf EPSG:n MODE OUT.npz"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from planner.network.osm import read_osm
from planner.quality import QualityReport

path, crs, mode, out = sys.argv[1:]
network = read_osm(Path(path), path, crs, mode, report=QualityReport())
np.savez(out, x=network.node_x, y=network.node_y, u=network.tail.astype(np.int32), v=network.head.astype(np.int32), w=network.length_m)
print(f"{network.nodes:,} nodes, {network.edges:,} edges, mean {network.length_m.mean():.0f} m")
