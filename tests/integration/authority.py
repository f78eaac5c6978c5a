# SPDX-License-Identifier: MIT
"""Creates certificates of servers and clients with openssl."""

import subprocess

P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


class Authority:
    def __init__(self, directory, name="ca"):
        self.dir = directory
        self.crt, self.key = directory / f"{name}.crt", directory / f"{name}.key"
        (directory / "openssl.cnf").write_text("[req]\ndistinguished_name = none\nprompt = no\n[none]\n")
        self._make(self.crt, self.key, f"/CN=kith test {name}", "-addext", "basicConstraints=critical,CA:TRUE",
                   "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def _make(self, crt, key, subject, *more, kind=P256):
        subprocess.run(["openssl", "req", "-x509", "-config", self.dir / "openssl.cnf", "-newkey", *kind, "-nodes", "-keyout", key, "-out", crt,
                        "-subj", subject, "-days", "2", *more], check=True, stdin=subprocess.DEVNULL, capture_output=True)

    def certify(self, name, subject, alternatives="DNS:localhost", purpose="clientAuth", kind=P256):
        """kind: of the key, as openssl's -newkey takes it."""
        crt, key = self.dir / f"{name}.crt", self.dir / f"{name}.key"
        self._make(crt, key, subject, "-CA", self.crt, "-CAkey", self.key, "-addext", "basicConstraints=critical,CA:FALSE",
                   "-addext", f"subjectAltName={alternatives}", "-addext", f"extendedKeyUsage={purpose}", kind=kind)
        return crt, key
