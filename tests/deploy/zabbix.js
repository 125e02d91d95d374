// Runs the script of a media type as Zabbix does: `value` is its parameters, HttpRequest is theirs. Prints what it sent.
const [script, parameters, status] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const sent = { headers: [], result: null, error: null };
class HttpRequest {
  addHeader(header) { sent.headers.push(header); }
  post(url, body) { sent.url = url; sent.body = body; return '{"error":"why"}'; }
  getStatus() { return status; }
}
try {
  sent.result = new Function("value", "HttpRequest", "Zabbix", '"use strict";' + script)(
    JSON.stringify(parameters), HttpRequest, { log() {} });
} catch (error) {
  sent.error = String(error);
}
console.log(JSON.stringify(sent));
