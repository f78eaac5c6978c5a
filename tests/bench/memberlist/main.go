// SPDX-License-Identifier: MIT

// A member of a cluster of memberlist with its defaults for a LAN: memberlist ADDRESS PORT SEED. It prints a line for each member that
// joins or leaves: the kind, the name, and the time in nanoseconds since 1970.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/memberlist"
)

type events struct{}

func (events) NotifyJoin(node *memberlist.Node)   { fmt.Println("up", node.Name, time.Now().UnixNano()) }
func (events) NotifyLeave(node *memberlist.Node)  { fmt.Println("down", node.Name, time.Now().UnixNano()) }
func (events) NotifyUpdate(node *memberlist.Node) {}

func main() {
	port, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	config := memberlist.DefaultLANConfig()
	config.Name = os.Args[1]
	config.BindAddr, config.AdvertiseAddr = os.Args[1], os.Args[1]
	config.BindPort, config.AdvertisePort = port, port
	config.Events = events{}
	config.LogOutput = io.Discard
	list, err := memberlist.Create(config)
	if err != nil {
		panic(err)
	}
	for len(os.Args) > 3 && list.NumMembers() < 2 {
		if _, err := list.Join([]string{os.Args[3] + ":" + os.Args[2]}); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	select {}
}
