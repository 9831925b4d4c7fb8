// A receiver as the documentation of Standard Webhooks shows one.
// usage: receiver.mjs PORT_FILE SECRET_FILE LOG_FILE; one JSON line a request goes to LOG_FILE.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [portFile, secretFile, logFile] = process.argv.slice(2);

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    const entry = { headers: request.headers, body, verified: false, tampered: "refused", error: null };
    try {
      const webhook = new Webhook(readFileSync(secretFile, "utf8").trim());
      webhook.verify(body, request.headers);
      entry.verified = true;
      try {
        webhook.verify(body + " ", request.headers);
        entry.tampered = "accepted";
      } catch { /* as it must */ }
    } catch (error) {
      entry.error = String(error);
    }
    appendFileSync(logFile, JSON.stringify(entry) + "\n");
    response.writeHead(entry.verified ? 204 : 400).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  writeFileSync(portFile + ".new", String(server.address().port));
  renameSync(portFile + ".new", portFile);
});
