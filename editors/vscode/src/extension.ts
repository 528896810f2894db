// Starts with the first Go file or module of a window; everything it does is in the files beside.
import * as vscode from 'vscode';
import { Connection } from './client.ts';
import { offerInstall, registerCommands } from './commands.ts';
import { tellCrash } from './crashes.ts';
import { StatusItem } from './status.ts';

let connection: Connection | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Go Escape', { log: true });
  const status = new StatusItem();
  const ownEnvironment = vscode.Uri.joinPath(context.globalStorageUri, 'python').fsPath;
  const made = new Connection(
    log,
    {
      status: (now) => status.show(now),
      missing: (problem) => void offerInstall(made, problem),
      crashed: () => void tellCrash(),
    },
    ownEnvironment,
  );
  connection = made;
  context.subscriptions.push(
    log,
    status,
    registerCommands(made, log),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('goescape.server')) void made.start(false);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void made.start(false)),
  );
  await made.start(false);
}

export function deactivate(): Promise<void> | undefined {
  return connection?.stop();
}
