#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""loads.py DIRECTORY KITH...: checks that `KITH... plugins DIRECTORY` loads every library of the directory and refuses none."""

import glob
import json
import os
import subprocess
import sys

directory, kith = sys.argv[1], sys.argv[2:]
libraries = {os.path.basename(file) for file in glob.glob(directory + "/*.so")}
done = subprocess.run([*kith, "plugins", directory, "--json"], stdout=subprocess.PIPE, check=False)
if done.returncode > 1 or not libraries:
    sys.exit(f"loads.py: {len(libraries)} libraries in {directory}, and kith plugins ended with {done.returncode}")
answer = json.loads(done.stdout)
loaded = {os.path.basename(plugin["file"]) for plugin in answer["plugins"]}
for refused in answer["refused"]:
    print(f"loads.py: refused {refused['file']}: {refused['reason']}", file=sys.stderr)
for name in sorted(libraries - loaded):
    print(f"loads.py: not loaded: {name}", file=sys.stderr)
print(f"{len(libraries & loaded)} of {len(libraries)} libraries of {directory} were loaded")
sys.exit(1 if answer["refused"] or libraries - loaded else 0)
