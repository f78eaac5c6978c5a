# SPDX-License-Identifier: MIT
"""Answers each message on the channel `jobs` on `done`: python3 messages.py /run/kith/kith.sock mesh"""
import base64, http.client, json, socket, sys, time, urllib.parse

class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.host)

def ask(method, query, body=None):
    kith = Unix(sys.argv[1])
    kith.request(method, f"/v1/messages/{sys.argv[2]}?{urllib.parse.urlencode(query)}", body, {"Host": "localhost", "Accept": "application/x-ndjson"})
    return kith.getresponse()

while True:
    try:
        for line in ask("GET", {"channel": "jobs"}):
            message = json.loads(line)
            if message["kind"] != "message": continue
            answer = ask("POST", {"to": message["from"], "channel": "done"}, b"done: " + base64.b64decode(message["data"]))
            print(message["from"], answer.status, flush=True)
    except OSError as error: print(error, file=sys.stderr)
    time.sleep(1)
