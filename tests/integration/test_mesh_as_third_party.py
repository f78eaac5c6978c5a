# SPDX-License-Identifier: MIT
"""plugins/connector_mesh built like a third party's plugin, used by two members of the installed kith."""

from built_as_third_party import BuiltAsThirdParty, Daemon, granted, main
from waiting import free_port

NAMES = ["app@127.0.0.2", "app@127.0.0.3"]


class MeshAlone(BuiltAsThirdParty):
    def test_built_tested_installed_and_run(self):
        home, port = self.installed_with("connector", "mesh"), free_port()
        members = [Daemon(home, {
            "plugins": granted("libconnector_mesh.so", f"tcp:127.0.0.0/8:{port}"),
            "topologies": {"t": {"strategy": "epmd", "config": {"hosts": NAMES}, "connector": "mesh",
                                 "connector_config": {"node": name, "cluster": "shop", "keys": ["ab" * 32], "port": port}}}}) for name in NAMES]
        for member in members:
            self.addCleanup(member.kill)
        for member, other in zip(members, reversed(NAMES)):
            member.wait("link.up", peer=other)
        members[0].end()
        members[1].wait("link.down", peer=NAMES[0])
        members[1].end()


if __name__ == "__main__":
    main()
