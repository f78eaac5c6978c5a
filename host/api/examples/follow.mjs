// SPDX-License-Identifier: MIT
// Follows the events of a running kith: node follow.mjs /run/kith/kith.sock
import http from "node:http";
import readline from "node:readline";

let last;
const follow = () => {
  const headers = { Host: "localhost", ...(last && { "Last-Event-ID": last }) };
  const again = () => setTimeout(follow, 1000);
  http.get({ socketPath: process.argv[2], path: "/v1/events", headers }, (answer) => {
    readline.createInterface({ input: answer }).on("line", (line) => {
      if (line.startsWith("id: ")) last = line.slice(4);
      if (!line.startsWith("data: ")) return;
      const event = JSON.parse(line.slice(6));
      console.log(event.kind, event.peer ?? "");
    });
    answer.on("close", again);
  }).on("error", (error) => (console.error(error.message), again()));
};
follow();
