#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# etcd 3.4 does not keep how much of a lease is left: after a restart, or a change of leader, each lease begins anew with its whole TTL. An instance that died
# before the restart stays listed for longer than its TTL, and for ever where etcd restarts more often than that. The answer contains no sign of
# it, so a TTL in etcd is no upper limit to the time for which a dead instance is seen. Also, a TTL of 1 s is raised without an error; only the
# answer has the real one.
#
# Seen with etcd-server 3.4.23-4+b4 (Debian 12):
#   a lease of 1 s is granted for 2 s
#   a lease of 30 s, 8 s later: 21 or 22 s are left
#   after the restart: 29 or 30 s are left, and its key is there
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && chmod 755 . && apt-get download -q etcd-server=3.4.23-4+b4 >/dev/null 2>&1 && dpkg -x etcd-server_*.deb root)
cat >"$work/lease.py" <<'PY'
import base64, json, socket, subprocess, sys, time, urllib.error, urllib.request

program, directory = sys.argv[1:]


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


here, members = (f"http://127.0.0.1:{free_port()}" for _ in range(2))


def ask(path, **request):
    body = json.dumps(request).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(f"{here}/v3/{path}", body), timeout=5))


def start():
    server = subprocess.Popen([program, "--data-dir", directory, "--listen-client-urls", here, "--advertise-client-urls", here, "--listen-peer-urls", members,
                               "--initial-advertise-peer-urls", members, "--initial-cluster", f"default={members}"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while True:
        try:
            ask("kv/range", key=key)
            return server
        except OSError:
            assert time.monotonic() < deadline and server.poll() is None, "etcd does not answer"
            time.sleep(0.05)


def left(wanted):
    found = int(ask("lease/timetolive", ID=lease)["TTL"])
    return f"{wanted[0]} or {wanted[1]}" if found in wanted else found


key = base64.b64encode(b"nodes/a").decode()
server = start()
try:
    print(f"a lease of 1 s is granted for {ask('lease/grant', TTL=1)['TTL']} s")
    lease = ask("lease/grant", TTL=30)["ID"]
    ask("kv/put", key=key, value=key, lease=lease)
    time.sleep(8)
    print(f"a lease of 30 s, 8 s later: {left((21, 22))} s are left")
    server.kill(), server.wait()
    server = start()
    print(f"after the restart: {left((29, 30))} s are left, and its key is {'there' if ask('kv/range', key=key).get('count') == '1' else 'gone'}")
finally:
    server.kill(), server.wait()
PY
python3 "$work/lease.py" "$work/root/usr/bin/etcd" "$work/data" | tee "$work/seen"
diff "$work/seen" <(sed -n 's/^#   //p' "$0")
