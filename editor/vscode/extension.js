"use strict";

const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

// The server speaks over its standard streams; no transport is named, as the client
// would add an option for it to the command line.
function activate(context) {
  const command = workspace.getConfiguration("acl").get("server.path");
  const watcher = workspace.createFileSystemWatcher("**/*.acl");
  client = new LanguageClient(
    "acl",
    "ACL",
    { command, args: ["lsp"] },
    {
      documentSelector: ["file", "untitled", "acl"].map((scheme) => ({ scheme, language: "acl" })),
      initializationOptions: { library: "acl" },
      synchronize: { fileEvents: watcher },
    },
  );
  // The library lies in the server, in no file: acl:/std/nn.acl.
  const library = workspace.registerTextDocumentContentProvider("acl", {
    async provideTextDocumentContent(uri) {
      const { text } = await client.sendRequest("acl/text", { uri: uri.toString() });
      return text;
    },
  });
  context.subscriptions.push(watcher, library);
  return client.start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
