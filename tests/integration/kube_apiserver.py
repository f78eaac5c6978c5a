# SPDX-License-Identifier: MIT
"""A real kube-apiserver with its own etcd, on loopback at free ports, in its own directory.

`tests/real/prepare` builds both; if it has not run, the tests are skipped. No other component of Kubernetes runs: no controller, no
scheduler, no kubelet. Each test creates pods, endpoints and slices itself.
"""

import base64
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.request

import kube_objects
import prepared_server_paths
from authority import Authority
from kube_client import Client
from kube_objects import of
from prepared_server_paths import used
from waiting import HOST, free_port, wait_until

ISSUER = "https://kubernetes.default.svc.cluster.local"
# Who asked for what, of those that are no administrators.
AUDIT = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
         "rules": [{"level": "Metadata", "userGroups": ["system:serviceaccounts", "kith:people"]}, {"level": "None"}]}


def prepared():
    """The folder with the programs, or None."""
    return prepared_server_paths.prepared("kube-apiserver")


class Process:
    """A server process whose output is written to a file."""

    def __init__(self, name, directory):
        self.name, self.output, self._process = name, directory / f"{name}.output", None

    def start(self, program, *arguments):
        with open(self.output, "ab") as output:
            self._process = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def running(self):
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self._process.returncode}\n{self.tail()}")
        return self._process is not None

    def tail(self):
        return self.output.read_text(errors="replace")[-4000:]

    def send(self, number):
        self._process.send_signal(number)

    def end(self, how=signal.SIGKILL):
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


class Kubernetes:
    """Both servers; `close` ends them and removes their files."""

    def __init__(self, *settings):
        self.programs = prepared()
        if self.programs is None:
            raise unittest.SkipTest("no kube-apiserver is prepared (tests/real/prepare builds one)")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kith-kubernetes."))
        self.settings = settings
        self.port, self._etcd_port = free_port(), free_port()
        self._etcd, self._api = Process("etcd", self.dir), Process("kube-apiserver", self.dir)
        self._peer_port = free_port()
        self.authority = Authority(self.dir)
        self.ca = self.authority.crt
        self._server = self.authority.certify("server", "/CN=kube-apiserver",
                                              f"IP:{HOST},DNS:localhost,DNS:kubernetes.default.svc", "serverAuth")
        self.admin_files = self.authority.certify("admin", "/O=system:masters/CN=admin")
        subprocess.run(["openssl", "genrsa", "-out", self.dir / "accounts.key", "2048"], check=True, capture_output=True)
        (self.dir / "audit.json").write_text(json.dumps(AUDIT))
        self.admin = Client(self.port, self.ca, self.admin_files)
        self._clients = [self.admin]
        try:
            self.start_etcd()
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def place(self):
        return f"{HOST}:{self.port}"

    @property
    def version(self):
        return self.programs.name

    def close(self):
        if self.requests(agent="kith"):
            used(f"kube-apiserver {self.version} with etcd")
        for client in self._clients:
            client.close()
        self._api.end()
        self._etcd.end()
        shutil.rmtree(self.dir, ignore_errors=True)

    # -- the servers --

    def start_etcd(self):
        here, peers = f"http://{HOST}:{self._etcd_port}", f"http://{HOST}:{self._peer_port}"
        self._etcd.start(self.programs / "etcd", "--name=test", f"--data-dir={self.dir / 'etcd'}", f"--listen-client-urls={here}",
                         f"--advertise-client-urls={here}", f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}",
                         f"--initial-cluster=test={peers}", "--unsafe-no-fsync", "--log-level=warn")

        def healthy():
            self._etcd.running()
            try:
                with urllib.request.urlopen(f"{here}/health", timeout=2) as answer:
                    return b'"true"' in answer.read()
            except OSError:
                return False
        wait_until(healthy, "etcd to be healthy", 30, self._etcd.tail)

    def stop_etcd(self):
        self._etcd.end()

    def start(self, *settings):
        """Starts the API server at its port; settings: additional arguments for this run."""
        self.launch(*settings)
        self.wait_ready()

    def launch(self, *settings):
        self._api.start(
            self.programs / "kube-apiserver", f"--etcd-servers=http://{HOST}:{self._etcd_port}", f"--bind-address={HOST}",
            f"--secure-port={self.port}", f"--advertise-address={HOST}", "--endpoint-reconciler-type=none",
            f"--tls-cert-file={self._server[0]}", f"--tls-private-key-file={self._server[1]}", f"--client-ca-file={self.ca}",
            f"--service-account-issuer={ISSUER}", f"--service-account-key-file={self.dir / 'accounts.key'}",
            f"--service-account-signing-key-file={self.dir / 'accounts.key'}", "--authorization-mode=RBAC", "--anonymous-auth=false",
            "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount", "--etcd-compaction-interval=0",
            f"--audit-policy-file={self.dir / 'audit.json'}", f"--audit-log-path={self.dir / 'audit.log'}", "--audit-log-mode=blocking",
            "--shutdown-watch-termination-grace-period=1s",  # else one that is told to stop holds watches, mute, for a minute
            *self.settings, *settings)

    def wait_ready(self):
        def ready():
            self._api.running()
            try:
                return self.admin.request("GET", "/readyz").status == 200
            except OSError:
                return False
        wait_until(ready, "the kube-apiserver to be ready", 60, self._api.tail)

    def stop(self, how=signal.SIGKILL):
        self._api.end(how)

    def send(self, number):
        """Sends a signal. SIGSTOP: it hangs, and its connections stay open."""
        self._api.send(number)

    def restart(self, *settings):
        self.stop()
        self.start(*settings)

    def revive(self):
        """Starts it if a test has left it stopped."""
        if not self._api.running():
            self.start()

    def _ask_etcd(self, path, body):
        request = urllib.request.Request(f"http://{HOST}:{self._etcd_port}{path}", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def compact(self):
        """Removes all revisions before the current one from etcd; returns the current one."""
        key = base64.b64encode(b"/").decode()
        revision = self._ask_etcd("/v3/kv/range", {"key": key, "count_only": True})["header"]["revision"]
        self._ask_etcd("/v3/kv/compaction", {"revision": revision, "physical": True})
        return int(revision)

    def requests(self, **fields):
        """The requests of service accounts and users in the audit log: (verb, resource, status, user agent, path) in order."""
        Request = collections.namedtuple("Request", "verb resource status agent path stage")
        try:
            lines = (self.dir / "audit.log").read_text().split("\n")[:-1]  # the last one may be half written
        except FileNotFoundError:
            return []
        entries = [json.loads(line) for line in lines]
        made = [Request(entry["verb"], entry.get("objectRef", {}).get("resource", ""), entry.get("responseStatus", {}).get("code", 0),
                        entry.get("userAgent", ""), entry["requestURI"], entry["stage"]) for entry in entries]
        return [one for one in made if all(getattr(one, name) == value for name, value in fields.items())]

    # -- who may what --

    def namespace(self, name, account="kith", **rights):
        """Creates a namespace with a service account that may only get, list and watch in it."""
        self.admin.post("/api/v1/namespaces", {"metadata": {"name": name}})
        self.admin.post(of(name, "serviceaccounts"), {"metadata": {"name": account}})
        self.admin.post(of(name, "roles"), kube_objects.role("kith", **rights))
        self.bind(name, account)
        return name

    def bind(self, namespace, account="kith"):
        self.admin.post(of(namespace, "rolebindings"), kube_objects.binding("kith", namespace, account))

    def unbind(self, namespace):
        self.admin.delete(of(namespace, "rolebindings", "kith"))

    def token(self, namespace, account="kith", seconds=600, secret=None):
        """Requests a token as the kubelet does. secret: the token is bound to the secret of that name and becomes invalid when that is
        deleted."""
        spec = {"expirationSeconds": seconds}
        if secret:
            made = self.admin.post(of(namespace, "secrets"), {"metadata": {"name": secret}})
            spec["boundObjectRef"] = {"apiVersion": "v1", "kind": "Secret", "name": secret, "uid": made["metadata"]["uid"]}
        return self.admin.post(of(namespace, "serviceaccounts", account, "token"), {"spec": spec})["status"]["token"]

    def client(self, namespace, account="kith"):
        self._clients.append(Client(self.port, self.ca, token=self.token(namespace, account)))
        return self._clients[-1]

    def mount(self, directory, namespace, token):
        return Mounted(directory, token=token, namespace=namespace, **{"ca.crt": self.ca.read_text()})

    def kubeconfig(self, file, name="laptop", namespace=None, groups="kith:people", ca=None):
        """Writes a kubeconfig of a user of these groups with an embedded client certificate, as kind and k3s do."""
        crt, key = self.authority.certify(name, f"/O={groups}/CN={name}")
        files = {"crt": crt, "key": key, "ca": ca or self.ca}
        encoded = {part: base64.b64encode(path.read_bytes()).decode() for part, path in files.items()}
        context = {"cluster": "test", "user": name, **({"namespace": namespace} if namespace else {})}
        file.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "test", "cluster": {"server": f"https://{self.place}", "certificate-authority-data": encoded["ca"]}}],
            "users": [{"name": name, "user": {"client-certificate-data": encoded["crt"], "client-key-data": encoded["key"]}}],
            "contexts": [{"name": "here", "context": context}]},
            indent=1))
        return file

    # -- what there is --

    def pod(self, namespace, name, ip, phase="Running", **settings):
        """Creates a pod with a status, in two steps, as in a real cluster."""
        self.admin.post(of(namespace, "pods"), kube_objects.pod(name, **settings))
        return self.status(namespace, name, ip, phase)

    def pods(self, namespace, jobs, **settings):
        """Creates many pods (name, address) on eight connections."""
        return self.admin.all(lambda job: self.pod(namespace, *job, **settings), jobs)

    def status(self, namespace, name, ip, phase="Running"):
        return self.admin.patch(of(namespace, "pods", name, "status"), kube_objects.running(ip, phase))

    def release(self, namespace, name):
        """Removes the finalizers of a pod that is being deleted, which completes the deletion."""
        return self.admin.patch(of(namespace, "pods", name), {"metadata": {"finalizers": None}})


class Mounted:
    """Files as the kubelet mounts them: links into a directory that is replaced as a whole."""

    def __init__(self, directory, **files):
        self.dir, self._files, self._turn = directory, {}, 0
        directory.mkdir()
        self.write(**files)
        for name in files:
            (directory / name).symlink_to(f"..data/{name}")

    def write(self, **files):
        self._files.update(files)
        self._turn += 1
        behind = self.dir / f"..turn_{self._turn}"
        behind.mkdir()
        for name, content in self._files.items():
            (behind / name).write_text(content)
        fresh = self.dir / "..data_tmp"
        fresh.symlink_to(behind.name)
        os.replace(fresh, self.dir / "..data")
        shutil.rmtree(self.dir / f"..turn_{self._turn - 1}", ignore_errors=True)
