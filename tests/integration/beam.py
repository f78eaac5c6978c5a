# SPDX-License-Identifier: MIT
"""A BEAM node in which a test can evaluate Erlang expressions."""

import ipaddress
import queue
import re
import subprocess
import threading

from prepared_server_paths import used
from waiting import PATIENCE, ROOT, wait_until

# What each node runs: it evaluates a line of expressions at a time and answers "=> TERM"; `Seen` is the list of node events so far.
# It ends with its standard input, so that no node outlives the test.
CONTROL = r"""
io:setopts([{encoding, unicode}]),
spawn(fun() ->
    net_kernel:monitor_nodes(true, [{node_type, all}, nodedown_reason]),
    Flush = fun F(Seen) ->
        receive
            {nodeup, N, _} -> F([{up, N} | Seen]);
            {nodedown, N, _} -> F([{down, N} | Seen])
        after 0 -> Seen end end,
    Loop = fun L(Seen0) ->
        case io:get_line("") of
            eof -> halt(0);
            {error, _} -> halt(0);
            Line ->
                Seen = Flush(Seen0),
                Answer = try
                    {ok, Tokens, _} = erl_scan:string(Line),
                    {ok, Forms} = erl_parse:parse_exprs(Tokens),
                    {value, Value, _} = erl_eval:exprs(Forms, [{'Seen', lists:reverse(Seen)}]),
                    Value
                catch Class:Reason -> {failed, Class, Reason} end,
                io:format("=> ~0tp~n", [Answer]),
                L(Seen)
        end end,
    Loop([])
end).
"""


class Beam:
    """A BEAM node. `ask` evaluates Erlang in it. root: a folder of prepared_server_paths.otp, whose Erlang it runs; None: the installed one."""

    def __init__(self, lab, name, cookie=None, hidden=False, distributed=True, renamable=False, flags=(), short_names=False, root=None):
        self.lab, self.short, self.name = lab, name, lab.full(name)
        self.cookie, self.hidden, self.flags = cookie, hidden, list(flags)
        self.short_names, self.root = short_names, root
        self.distributed = distributed
        self.renamable = renamable  # BEAM lets only a distribution be stopped that was not started by -name
        self._process = None
        self.start()

    def start(self):
        command = [ROOT / "tests/real/in_otp", self.root] if self.root else []
        command += ["erl", "-noshell", "-boot", "no_dot_erlang", "+S", "1:1", "+SDio", "1", "+A", "1", "-start_epmd", "false",
                   "-kernel", "inet_dist_use_interface", interface(self.name.partition("@")[2], self.lab.host)]
        if self.distributed:
            command += [] if self.renamable else ["-sname" if self.short_names else "-name", self.name]
            command += ["-hidden"] if self.hidden else []
        command += self.flags + ["-eval", " ".join(CONTROL.split())]
        with self.lab.inside():
            self._process = subprocess.Popen(command, env=self.lab.environment(self.cookie), stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._answers, self._said = queue.Queue(), []
        self._reader = threading.Thread(target=self._read, args=(self._process, self._answers, self._said), daemon=True)
        self._reader.start()

    @staticmethod
    def _read(process, answers, said):
        for line in process.stdout:
            if line.startswith("=> "):
                answers.put(line[3:].rstrip("\n"))
            else:
                said.append(line)
        answers.put(None)

    @property
    def pid(self):
        return self._process.pid

    def ask(self, expressions, timeout=None):
        """Returns the printed value of Erlang expressions, which are given without the full stop."""
        try:
            self._process.stdin.write(" ".join(expressions.split()) + ".\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=timeout or PATIENCE)
        except (OSError, queue.Empty) as problem:
            raise AssertionError(f"node {self.name} does not answer to {expressions}: {problem!r}\n{''.join(self._said[-20:])}")
        if answer is None:
            raise AssertionError(f"node {self.name} ended:\n{''.join(self._said[-20:])}")
        if answer.startswith("{failed,"):
            raise AssertionError(f"node {self.name}, {expressions}: {answer}")
        return answer

    def ready(self):
        if self.renamable and self.ask("node()") == "nonode@nohost":
            self.rename(self.name)
        if self.distributed:
            wait_until(lambda: self.ask("node()").strip("'") == self.name, f"node {self.name} is distributed",
                       describe=lambda: "".join(self._said[-20:]))
        else:
            self.ask("ok")
        used(f"{self.root.name} ({(self.root / 'whole').read_text().splitlines()[1]})" if self.root else "erl")
        return self

    def said(self):
        """The output of the node without the answers: its log."""
        return "".join(self._said)

    def reports(self):
        """How many reports are in its log."""
        return len(re.findall("REPORT====", self.said()))

    def rename(self, name):
        """Restarts the distribution with another name in the same process; only for a renamable node."""
        if self.ask("node()") != "nonode@nohost":
            self.undistribute()
        self.name = self.lab.full(name)
        answer = self.ask(f"net_kernel:start(['{self.name}', longnames])")
        assert answer.startswith("{ok,"), answer

    def undistribute(self):
        answer = self.ask("net_kernel:stop()")
        assert answer == "ok", answer

    def nodes(self, which="visible"):
        """Names of the connected nodes, without the attachments of kith."""
        return {name for name in atoms(self.ask(f"nodes({which})")) if not is_attachment(name)}

    def attachments(self):
        return {name for name in atoms(self.ask("nodes(hidden)")) if is_attachment(name)}

    def seen(self):
        """The node events so far, [("up", name), ("down", name), ...], without the attachments of kith."""
        pairs = re.findall(r"\{(up|down),'([^']*)'\}", self.ask("Seen"))
        return [pair for pair in pairs if not is_attachment(pair[1])]

    def sees(self, *names, which="visible", timeout=None):
        """Waits until exactly these nodes are connected."""
        wanted = {self.lab.full(name) for name in names}
        wait_until(lambda: self.nodes(which) == wanted, f"{self.name} is connected to {sorted(wanted)}", timeout,
                   lambda: f"it is connected to {sorted(self.nodes(which))}")

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._reader.join(5)
        self._process.stdout.close()


def interface(host, otherwise):
    """The Erlang term of a numeric address at which a node is to listen."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = ipaddress.ip_address(otherwise)
    parts = [str(byte) for byte in address.packed] if address.version == 4 else ["16#" + part for part in address.exploded.split(":")]
    return "{" + ",".join(parts) + "}"


def atoms(text):
    return re.findall(r"'([^']*@[^']*)'", text)


def is_attachment(name):
    return name.startswith("kith-")
