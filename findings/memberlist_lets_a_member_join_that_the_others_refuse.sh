#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# hashicorp/memberlist (the gossip of Serf, Consul, Loki, Mimir): a member that died and comes back under its name at another address, as a restarted pod does,
# joins without an error and sees everyone, but nobody sees it, until the others have forgotten the dead one (GossipToTheDeadTime, about 30 s). With
# DeadNodeReclaimTime, which is 0 by default, the others take it at once. So the view of a member that has just joined proves nothing
# about the views of the others, and each side has to be looked at.
#
# Seen with memberlist v0.7.0, Go 1.26.8:
#   DeadNodeReclaimTime 0s: join at 1, error <nil>; the new b sees a b c; 4 s later a sees a c, and c sees a c
#   DeadNodeReclaimTime 1s: join at 1, error <nil>; the new b sees a b c; 4 s later a sees a b c, and c sees a b c
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v go >/dev/null || { echo "go is missing" >&2; exit 1; }
sed -n 's/^#   //p' "$0" >"$work/expected"
cd "$work"
printf 'module members\n\ngo 1.23\n' >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/hashicorp/memberlist"
)

func start(name, address string, reclaim time.Duration, port int) *memberlist.Memberlist {
	config := memberlist.DefaultLocalConfig()
	config.Name, config.BindAddr, config.BindPort, config.LogOutput, config.DeadNodeReclaimTime = name, address, port, io.Discard, reclaim
	member, err := memberlist.Create(config)
	if err != nil {
		panic(err)
	}
	return member
}

func sees(member *memberlist.Memberlist) string {
	var names []string
	for _, node := range member.Members() {
		names = append(names, node.Name)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

func wait(names string, members ...*memberlist.Memberlist) {
	for _, member := range members {
		for sees(member) != names {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func main() {
	for _, reclaim := range []time.Duration{0, time.Second} {
		a := start("a", "127.0.0.1", reclaim, 0)
		port := int(a.LocalNode().Port)
		b, c := start("b", "127.0.0.2", reclaim, port), start("c", "127.0.0.3", reclaim, port)
		seed := []string{fmt.Sprintf("127.0.0.1:%d", port)}
		b.Join(seed)
		c.Join(seed)
		wait("a b c", a, c)
		b.Shutdown() // as if it had died: it does not leave
		wait("a c", a, c)
		time.Sleep(1500 * time.Millisecond)
		b = start("b", "127.0.0.4", reclaim, port)
		joined, err := b.Join(seed)
		fmt.Printf("DeadNodeReclaimTime %v: join at %d, error %v; the new b sees %s; ", reclaim, joined, err, sees(b))
		time.Sleep(4 * time.Second)
		fmt.Printf("4 s later a sees %s, and c sees %s\n", sees(a), sees(c))
		a.Shutdown()
		b.Shutdown()
		c.Shutdown()
	}
}
GO
export GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0
go get github.com/hashicorp/memberlist@v0.7.0 >get.log 2>&1 || { cat get.log >&2; exit 1; }
go build -o members .
timeout 90 ./members | tee seen
diff seen expected
