# SPDX-License-Identifier: MIT
"""Follows the events of a running kith: python3 follow.py /run/kith/kith.sock"""
import http.client, json, socket, sys, time

class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.host)

last = None
while True:
    try:
        kith = Unix(sys.argv[1])
        kith.request("GET", "/v1/events", headers={"Host": "localhost", **({"Last-Event-ID": last} if last else {})})
        for line in kith.getresponse():
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "id": last = value
            if field == "data":
                event = json.loads(value)
                print(event["kind"], event.get("peer", ""), flush=True)
    except OSError as error: print(error, file=sys.stderr)
    time.sleep(1)
