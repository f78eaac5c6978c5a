# SPDX-License-Identifier: MIT
"""The API of a real daemon as openapi.json describes it, asked by schemathesis with random valid and invalid requests over TCP.

KITH_SEED repeats a run.
"""

import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

from api_case import OPENAPI, ApiCase
from api_client import ask
from lab import main
from prepared_server_paths import prepared, used
from waiting import HOST, ROOT, free_port

TOKEN = "token-of-the-operators"
SECONDS = 30
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
          "unsupported_method", "allow_header_conformance", "ignored_auth")
HOME = prepared("schemathesis")


class ApiSchemathesis(ApiCase):
    @unittest.skipIf(HOME is None, "no schemathesis is prepared (tests/real/prepare schemathesis installs it)")
    def test_every_answer_is_as_it_is_described(self):
        where = (HOST, free_port())
        config = self.config(state_dir=str(self.lab.directory("state")))
        config["topologies"]["t"]["policy"]["min_peers"] = 0  # a peer that is forgotten takes no readiness away
        config["api"].update({"listen": [{"address": "%s:%d" % where, "serve": ["health", "metrics", "read", "control"]}],
                              "tokens": {"control": TOKEN}})
        kith = self.kith(config)
        seed = int(os.environ.get("KITH_SEED", random.randrange(2**31)))
        print(f"seed {seed}", flush=True)
        used(HOME.name.replace("-", " "))
        with tempfile.TemporaryDirectory() as folder:
            report = pathlib.Path(folder, "report.json")
            settings = pathlib.Path(folder, "schemathesis.toml")
            settings.write_text("")
            done = subprocess.run(
                [HOME / "bin/schemathesis", "--config-file", settings, "run", ROOT / "host/api/openapi.json", "--url", "http://%s:%d" % where,
                 "--header", f"Authorization: Bearer {TOKEN}", "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
                 "--max-time", str(SECONDS), "--max-examples", "40", "--seed", str(seed), "--request-timeout", "20", "--continue-on-failure",
                 "--suppress-health-check", "all", "--warnings", "off", "--report", "json", "--report-json-path", report,
                 "--output-sanitize", "true"],
                cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20 * SECONDS,
                env={**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(pathlib.Path(__file__).parent),
                     "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", "COLUMNS": "160"})
        self.assertEqual(done.returncode, 0, f"seed {seed}\n{done.stdout[-20_000:]}\n{done.stderr[-3_000:]}\n{kith.tail()}")
        print(done.stdout[-1_500:])
        # It has asked for everything, also by the daemon's own count of answers; how much in the time depends on the machine.
        answers = sum(int(line.rsplit(" ", 1)[1]) for line in ask(where, "/metrics").body.decode().splitlines()
                      if line.startswith("kith_api_requests_total"))
        operations = sum(len(path) for path in OPENAPI["paths"].values())
        self.assertIn(f"Tested: {operations}\n", done.stdout)
        self.assertGreater(answers, 5 * operations)
        self.assertTrue(kith.running())
        self.assertEqual(ask(where, "/livez").status, 200)


if __name__ == "__main__":
    main()
