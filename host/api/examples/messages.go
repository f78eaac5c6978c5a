// SPDX-License-Identifier: MIT
// Answers each message on the channel `jobs` on `done`: go run messages.go /run/kith/kith.sock mesh
package main

import ("context"; "encoding/json"; "fmt"; "io"; "net"; "net/http"; "net/url"; "os"; "strings"; "time")

func main() {
	dial := func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", os.Args[1]) }
	client, at := http.Client{Transport: &http.Transport{DialContext: dial}}, "http://localhost/v1/messages/"+os.Args[2]
	for ; ; time.Sleep(time.Second) {
		request, _ := http.NewRequest("GET", at+"?channel=jobs", nil)
		request.Header.Set("Accept", "application/x-ndjson")
		stream, err := client.Do(request)
		if err != nil { fmt.Fprintln(os.Stderr, err); continue }
		var message struct { Kind, From string; Data []byte }
		for lines := json.NewDecoder(stream.Body); lines.Decode(&message) == nil; {
			if message.Kind != "message" { continue }
			to := url.Values{"to": {message.From}, "channel": {"done"}}
			answer, err := client.Post(at+"?"+to.Encode(), "", io.MultiReader(strings.NewReader("done: "), strings.NewReader(string(message.Data))))
			if err == nil { fmt.Println(message.From, answer.StatusCode); answer.Body.Close() }
		}
	}
}
