# SPDX-License-Identifier: MIT
"""moto as EC2 and as a metadata service, on loopback at a free port; and a simulated metadata service that is as strict as IMDSv2.

`tests/real/prepare moto` installs it; if that has not run, the tests are skipped. moto checks signatures (by botocore) and policies if
requested. Its metadata service requires no session token and contains no instance; Imds is for tests that need them.
"""

import http.client
import http.server
import json
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import xml.etree.ElementTree

from prepared_server_paths import prepared
from waiting import HOST, free_port, wait_until

REGION = "us-east-1"  # that of its metadata service


def there():
    return prepared("moto") is not None


class Moto:
    def __init__(self):
        home = prepared("moto")
        if home is None:
            raise unittest.SkipTest("no moto is prepared (tests/real/prepare moto installs it)")
        self.version = home.name.removeprefix("moto-")
        self.port = free_port()
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen([home / "bin/moto_server", "-H", HOST, "-p", str(self.port)], stdin=subprocess.DEVNULL,
                                         stdout=self._output, stderr=self._output)
        try:
            wait_until(self._answers, "moto to answer", 120, self.tail)
        except BaseException:
            self.close()
            raise

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def _answers(self):
        if self._process.poll() is not None:
            raise AssertionError(f"moto ended with {self._process.returncode}\n{self.tail()}")
        try:
            return self.post("/moto-api/reset") == b'{"status": "ok"}'
        except OSError:
            return False

    def tail(self):
        self._output.seek(0)
        return self._output.read()[-3000:].decode(errors="replace")

    def asked(self):
        """Lines of its log for requests of the API, including those of the tests."""
        self._output.seek(0)
        return self._output.read().count(b'"POST / HTTP')

    def signal(self, number):
        self._process.send_signal(number)

    def close(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
        self._process.wait()
        self._output.close()

    # -- what is asked of it --

    def post(self, path, body="", **headers):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise AssertionError(f"moto answered {answer.status}\n{content.decode(errors='replace')[:2000]}")
        return content

    def call(self, action, service="ec2", version="2016-11-15", **parameters):
        """Calls the API with a signature that is not checked; __ stands for the dot in a name. Returns all elements of the answer."""
        form = {"Action": action, "Version": version, **{name.replace("__", "."): value for name, value in parameters.items()}}
        scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
        answer = self.post("/", urllib.parse.urlencode(form), **{
            "Content-Type": "application/x-www-form-urlencoded", "Authorization": scope, "Host": f"{service}.{REGION}.amazonaws.com"})
        return [(element.tag.rsplit("}", 1)[-1], (element.text or "").strip()) for element in xml.etree.ElementTree.fromstring(answer).iter()]

    def run(self, count=1, **tags):
        """Starts instances in one reservation; returns (id, private address) of each."""
        tagging = {}
        for number, (name, value) in enumerate(tags.items(), 1):
            tagging.update({f"TagSpecification.1.Tag.{number}.Key": name, f"TagSpecification.1.Tag.{number}.Value": value})
        said = self.call("RunInstances", ImageId="ami-12c6146b", MinCount=count, MaxCount=count,
                         **({"TagSpecification.1.ResourceType": "instance"} if tags else {}), **tagging)
        identities = [text for tag, text in said if tag == "instanceId"]
        addresses = list(dict.fromkeys(text for tag, text in said if tag == "privateIpAddress"))
        assert len(identities) == len(addresses) == count, said
        return list(zip(identities, addresses))

    def stop(self, identity):
        self.call("StopInstances", InstanceId__1=identity)

    def start(self, identity):
        self.call("StartInstances", InstanceId__1=identity)

    def terminate(self, identity):
        self.call("TerminateInstances", InstanceId__1=identity)

    def tag(self, identity, name, value):
        self.call("CreateTags", ResourceId__1=identity, Tag__1__Key=name, Tag__1__Value=value)

    def user(self, name, *actions):
        """Creates a user with these permissions; returns environment variables with its access key."""
        self.call("CreateUser", "iam", "2010-05-08", UserName=name)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        self.call("PutUserPolicy", "iam", "2010-05-08", UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        said = dict(self.call("CreateAccessKey", "iam", "2010-05-08", UserName=name))
        return {"AWS_ACCESS_KEY_ID": said["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": said["SecretAccessKey"]}

    def check(self, on):
        """Enables or disables the check of signatures and policies."""
        self.post("/moto-api/reset-auth", "0" if on else "inf")


class Imds:
    """A metadata service that requires a session token of its own; it answers paths that are not in `data` with 404."""

    def __init__(self, **data):
        self.data = {"placement/region": REGION, "iam/security-credentials/": "web", **data}
        self.keys(600)
        self.tokens, self.asked = set(), []
        service = self

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                token = f"session-{len(service.asked)}"
                service.tokens.add(token)
                self.say(200, token)

            def do_GET(self):
                path = self.path.removeprefix("/latest/meta-data/")
                if self.headers["X-aws-ec2-metadata-token"] not in service.tokens:
                    self.say(401, "")
                else:
                    self.say(200 if path in service.data else 404, service.data.get(path, ""))

            def say(self, code, text):
                service.asked.append((self.command, self.path, code))
                self.send_response(code)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer((HOST, 0), Answer)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://{HOST}:{self._server.server_port}"

    def keys(self, seconds, identity="ASIATEST"):
        """Credentials of the role that are valid for this time."""
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        self.data["iam/security-credentials/web"] = json.dumps({
            "Code": "Success", "AccessKeyId": identity, "SecretAccessKey": "secret", "Token": "token", "Expiration": ends})

    def close(self):
        self._server.shutdown()
        self._server.server_close()
