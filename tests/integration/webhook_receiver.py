#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""webhook_receiver.py PORT FILE SECRET [WAIT_FOR]: the receiver of a sink webhook. It checks each request, appends a line of JSON to FILE for
each batch that it accepts, and then answers 200; a request whose signature is wrong ends the program. WAIT_FOR: a file without which no request
is answered."""

import hashlib
import hmac
import http.server
import json
import pathlib
import socket
import sys
import time


def genuine(secret, signature, body):
    parts = dict(part.split("=", 1) for part in signature.split(","))
    expected = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(time.time() - int(parts["t"])) < 300


def accepted(file):
    """The batches in FILE so far; a line that a killed receiver has cut short was not answered."""
    path = pathlib.Path(file)
    return [json.loads(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not genuine(self.server.secret, self.headers["Kith-Signature"], body):
            raise SystemExit(f"the signature is wrong: {self.headers['Kith-Signature']}")
        batch = json.loads(body)
        if self.headers["Kith-Delivery"] != f"{batch['run']}.{batch['first']}-{batch['last']}":
            raise SystemExit(f"{self.headers['Kith-Delivery']} is not what the body has")
        while self.server.wait_for is not None and not self.server.wait_for.exists():
            time.sleep(0.005)
        line = {"run": batch["run"], "seqs": [event["seq"] for event in batch["events"]], "client": self.client_address[1], "at": time.time(),
                "lost": [event for event in batch["events"] if event["kind"] == "events.lost"]}
        self.server.output.write(json.dumps(line) + "\n")
        self.server.output.flush()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.HTTPServer):
    allow_reuse_address = True
    request_queue_size = 16

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that was killed
            super().handle_error(request, client_address)


def main():
    port, file, secret, *wait_for = sys.argv[1:]
    with open(file, "rb+" if pathlib.Path(file).exists() else "wb+") as output:
        whole = output.read().rfind(b"\n") + 1
        output.truncate(whole)
    with open(file, "a", encoding="utf-8") as output:
        server = Server(("127.0.0.1", int(port)), Receiver)
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.secret, server.output = secret.encode(), output
        server.wait_for = pathlib.Path(wait_for[0]) if wait_for else None
        server.serve_forever(0.05)


if __name__ == "__main__":
    main()
