// peerdir DIRECTORY: each file of a directory is a peer: its name is that of the file, its attributes are the lines "name=value" in it.
//
// The strategy `exec` runs it with "watch": true. It prints the whole set, as a JSON list on one line, after each change, and continues;
// if it cannot read the directory it prints the reason on standard error and ends, and kith keeps the last set and runs it again later.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type peer struct {
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

func readPeers(directory string) ([]byte, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	peers := []peer{} // without files the set is [], which is a valid answer
	for _, entry := range entries {
		if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if os.IsNotExist(err) {
			continue // removed since the directory was read
		}
		if err != nil {
			return nil, err
		}
		one := peer{Name: entry.Name(), Attributes: map[string]string{}}
		for _, line := range strings.Split(string(text), "\n") {
			if name, value, found := strings.Cut(line, "="); found {
				one.Attributes[strings.TrimSpace(name)] = strings.TrimSpace(value)
			}
		}
		peers = append(peers, one)
	}
	return json.Marshal(peers)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "expected one argument: the directory")
		os.Exit(2)
	}
	var printed []byte
	for ; ; time.Sleep(time.Second) {
		set, err := readPeers(os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if !bytes.Equal(set, printed) {
			if _, err := os.Stdout.Write(append(set, '\n')); err != nil {
				os.Exit(1) // kith has ended
			}
			printed = set
		}
	}
}
