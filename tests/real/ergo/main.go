// SPDX-License-Identifier: MIT

// Command ergo_node runs a node of ergo, an implementation of the Erlang distribution in Go, until its standard input ends.
//
//	ergo_node NAME COOKIE EPMD_PORT
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/ergo-services/ergo"
	"github.com/ergo-services/ergo/node"
	"github.com/ergo-services/ergo/proto/dist"
)

func main() {
	port, err := strconv.ParseUint(os.Args[3], 10, 16)
	if err != nil {
		panic(err)
	}
	options := node.Options{
		Registrar: dist.CreateRegistrarWithLocalEPMD("127.0.0.1", uint16(port)),
		System:    node.System{DisableAnonMetrics: true},
	}
	started, err := ergo.StartNode(os.Args[1], os.Args[2], options)
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	started.Stop()
}
