// SPDX-License-Identifier: MIT
// Answers each message on the channel `jobs` on `done`: node messages.mjs /run/kith/kith.sock mesh
import http from "node:http";
import readline from "node:readline";

const [socketPath, connector] = process.argv.slice(2);
const headers = { Host: "localhost", Accept: "application/x-ndjson" };
const ask = (method, query) =>
  http.request({ socketPath, method, headers, path: `/v1/messages/${connector}?${new URLSearchParams(query)}` });
const follow = () => {
  const again = () => setTimeout(follow, 1000);
  ask("GET", { channel: "jobs" }).on("error", (error) => (console.error(error.message), again())).on("response", (stream) => {
    readline.createInterface({ input: stream }).on("line", (line) => {
      const { kind, from, data } = JSON.parse(line);
      if (kind !== "message") return;
      const answer = ask("POST", { to: from, channel: "done" });
      answer.on("error", console.error).on("response", (sent) => (sent.resume(), console.log(from, sent.statusCode)));
      answer.end(Buffer.concat([Buffer.from("done: "), Buffer.from(data, "base64")]));
    });
    stream.on("close", again);
  }).end();
};
follow();
