// SPDX-License-Identifier: MIT

// What a plugin of hashicorp/go-plugin costs, by net/rpc, which it recommends for plugins in Go: go_plugin PLUGIN STARTS CALLS. It prints one object of
// JSON: times of starts to the first answer (ms), of calls (us), from SIGKILL to the end that the host has noticed (ms), and the private memory of an
// idle plugin (KiB). PLUGIN is a copy of this program: pages of one file would be shared.
package main

import (
	"encoding/json"
	"fmt"
	"net/rpc"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

type server struct{}

func (server) Connect(peer string, link *string) error {
	*link = peer
	return nil
}

type connector struct{}

func (connector) Server(*plugin.MuxBroker) (interface{}, error) { return server{}, nil }
func (connector) Client(_ *plugin.MuxBroker, client *rpc.Client) (interface{}, error) {
	return client, nil
}

var handshake = plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BENCH_PLUGIN", MagicCookieValue: "yes"}
var plugins = map[string]plugin.Plugin{"connector": connector{}}

func begin() (*plugin.Client, *rpc.Client) {
	client := plugin.NewClient(&plugin.ClientConfig{HandshakeConfig: handshake, Plugins: plugins, Cmd: exec.Command(os.Args[1]),
		Logger: hclog.NewNullLogger()})
	protocol, err := client.Client()
	if err != nil {
		panic(err)
	}
	raw, err := protocol.Dispense("connector")
	if err != nil {
		panic(err)
	}
	return client, raw.(*rpc.Client)
}

func call(to *rpc.Client) {
	var link string
	if err := to.Call("Plugin.Connect", "app@10.0.0.7", &link); err != nil || link != "app@10.0.0.7" {
		panic(err)
	}
}

func privateKiB(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		panic(err)
	}
	sum := 0
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && (fields[0] == "Private_Clean:" || fields[0] == "Private_Dirty:") {
			size, _ := strconv.Atoi(fields[1])
			sum += size
		}
	}
	return sum
}

func main() {
	if os.Getenv(handshake.MagicCookieKey) != "" {
		plugin.Serve(&plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins, Logger: hclog.NewNullLogger()})
		return
	}
	starts, _ := strconv.Atoi(os.Args[2])
	calls, _ := strconv.Atoi(os.Args[3])
	var out struct {
		Starts, Calls, Deaths []float64
		Private               int
	}
	for i := 0; i < starts; i++ {
		since := time.Now()
		client, to := begin()
		call(to)
		out.Starts = append(out.Starts, time.Since(since).Seconds()*1e3)
		since = time.Now()
		if err := syscall.Kill(client.ReattachConfig().Pid, syscall.SIGKILL); err != nil {
			panic(err)
		}
		for !client.Exited() {
			time.Sleep(20 * time.Microsecond)
		}
		out.Deaths = append(out.Deaths, time.Since(since).Seconds()*1e3)
		client.Kill()
	}
	client, to := begin()
	for i := 0; i < calls; i++ {
		since := time.Now()
		call(to)
		out.Calls = append(out.Calls, time.Since(since).Seconds()*1e6)
	}
	client.Kill()
	idle, first := begin()
	call(first)
	time.Sleep(300 * time.Millisecond)
	out.Private = privateKiB(idle.ReattachConfig().Pid)
	idle.Kill()
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		panic(err)
	}
}
