// SPDX-License-Identifier: MIT
// Follows the events of a running kith: go run follow.go /run/kith/kith.sock
package main

import ("bufio"; "context"; "encoding/json"; "fmt"; "net"; "net/http"; "os"; "strings"; "time")

func main() {
	dial := func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", os.Args[1]) }
	client, last := http.Client{Transport: &http.Transport{DialContext: dial}}, ""
	for ; ; time.Sleep(time.Second) {
		request, _ := http.NewRequest("GET", "http://localhost/v1/events", nil)
		if last != "" { request.Header.Set("Last-Event-ID", last) }
		answer, err := client.Do(request)
		if err != nil { fmt.Fprintln(os.Stderr, err); continue }
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if id, found := strings.CutPrefix(lines.Text(), "id: "); found { last = id }
			data, found := strings.CutPrefix(lines.Text(), "data: ")
			var event struct{ Kind, Peer string }
			if found && json.Unmarshal([]byte(data), &event) == nil { fmt.Println(event.Kind, event.Peer) }
		}
		answer.Body.Close()
	}
}
