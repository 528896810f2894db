// The commands of the palette. What they show is written by the server.
import * as vscode from 'vscode';
import type { Connection } from './client.ts';
import { Pages } from './pages.ts';
import { findInstallers, thisMachine, type Installer, type NoServer } from './server.ts';

export function registerCommands(connection: Connection, log: vscode.LogOutputChannel): vscode.Disposable {
  const pages = new Pages();
  const command = (name: string, run: () => Promise<unknown> | void) => vscode.commands.registerCommand(`goescape.${name}`, run);
  return vscode.Disposable.from(
    pages,
    command('why', () => why(connection, pages)),
    command('restart', () => connection.start(true)),
    command('showLog', () => log.show()),
    command('doctor', () => doctor(connection, pages)),
  );
}

async function why(connection: Connection, pages: Pages): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'go') {
    void vscode.window.showInformationMessage(vscode.l10n.t('Put the cursor on a place in a Go file first.'));
    return;
  }
  const { line, character } = editor.selection.active;
  const markdown = await connection.ask('goescape.server.why', editor.document.uri.toString(), { line, character });
  if (markdown) await pages.show(vscode.l10n.t('Why on the heap'), markdown);
  else if (connection.problem) await offerInstall(connection, connection.problem);
  else if (markdown === undefined) await doctor(connection, pages);
  else void vscode.window.showInformationMessage(vscode.l10n.t('Nothing here goes to the heap, as far as is known.'));
}

async function doctor(connection: Connection, pages: Pages): Promise<void> {
  const title = vscode.l10n.t('Go Escape Doctor');
  const markdown = await connection.ask('goescape.server.doctor');
  if (markdown) return pages.show(title, markdown);
  const tried = (connection.problem?.tried ?? []).map((place) => `- \`${place}\``).join('\n');
  const why = tried ? vscode.l10n.t('No server runs. Looked for it here:') : vscode.l10n.t('The server of Go Escape stopped working. The log says why.');
  return pages.show(title, `# ${title}\n\n${why}\n\n${tried}\n`);
}

/** Tell that no server was found, and install it by a program of the user's choice, in a terminal the user sees. */
export async function offerInstall(connection: Connection, problem: NoServer): Promise<void> {
  const openSettings = vscode.l10n.t('Open Settings');
  if (problem.wrongSetting) {
    const { key, value } = problem.wrongSetting;
    const text =
      key === 'server.path'
        ? vscode.l10n.t('goescape.server.path: there is no program at "{0}". Give the absolute path of goescape-lsp.', value)
        : vscode.l10n.t('goescape.server.interpreter: "{0}" is not a Python that has goescape-lsp installed.', value);
    const chosen = await vscode.window.showWarningMessage(text, openSettings);
    if (chosen) await vscode.commands.executeCommand('workbench.action.openSettings', 'goescape.server');
    return;
  }
  const installers = await findInstallers(thisMachine(connection.ownEnvironment));
  const choices: { title: string; installer?: Installer }[] = [
    ...installers.map((one) => ({ title: vscode.l10n.t('Install with {0}', one.name), installer: one })),
    { title: openSettings },
  ];
  const text = installers.length
    ? vscode.l10n.t('Go Escape needs its server, goescape-lsp, which was not found on this computer.')
    : vscode.l10n.t('Go Escape needs its server, goescape-lsp. To install it, first install uv, pipx or Python 3.11 or later.');
  const chosen = await vscode.window.showWarningMessage(text, ...choices);
  if (chosen?.installer) await install(chosen.installer, connection);
  else if (chosen) await vscode.commands.executeCommand('workbench.action.openSettings', 'goescape.server');
}

async function install({ name, command, args }: Installer, connection: Connection): Promise<void> {
  const title = vscode.l10n.t('Install goescape-lsp with {0}', name);
  const run = new vscode.ProcessExecution(command, [...args]);
  const task = new vscode.Task({ type: 'goescape.install' }, vscode.TaskScope.Workspace, title, 'Go Escape', run);
  const ended = new Promise<number | undefined>((done) => {
    const watch = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== title) return;
      watch.dispose();
      done(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  if ((await ended) === 0) await connection.start(true);
}
