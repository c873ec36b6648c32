// Express with its package `cors`: `node express.js SETUP PORT`, with node_modules in NODE_PATH.
const express = require("express");
const cors = require("cors");

const [setup, port] = process.argv.slice(2);
const PAGE = "https://app.example.com";
const origins = {
  named: PAGE,
  everybody: "*",
  "everybody-with-credentials": true,
  subdomains: /^https:\/\/[a-z0-9-]+\.example\.com$/,
  regex: /https:\/\/trusted\.example/,
  misspelled: undefined,
  none: undefined,
};
const options = {
  methods: ["GET", "PUT"],
  allowedHeaders: ["content-type", "x-token"],
  exposedHeaders: ["ETag"],
  maxAge: 600,
  credentials: ["named", "everybody-with-credentials", "subdomains", "regex"].includes(setup),
};
if (origins[setup] !== undefined) options.origin = setup === "named" ? [PAGE] : origins[setup];
if (setup === "misspelled") options.orgin = PAGE;

const app = express();
let entered = 0;
app.use(cors(options));
app.get("/items", (request, response) => {
  entered += 1;
  response.set("ETag", '"1"').type("text/plain").send("items");
});
app.put("/items", (request, response) => {
  entered += 1;
  response.send("items");
});
app.get("/entered", (request, response) => response.send(String(entered)));
app.get("/vary", (request, response) => response.vary("Accept-Language").send(""));
app.get("/crash", () => {
  throw new Error("on purpose");
});
app.use((error, request, response, next) => response.status(500).send("crashed"));
app.listen(Number(port), "127.0.0.1");
