// The connection to the one server of the window: started, restarted when the program changes, stopped.
import os from 'node:os';
import * as vscode from 'vscode';
import { RevealOutputChannelOn, State, type LanguageClient, type LanguageClientOptions, type Middleware } from 'vscode-languageclient/node';
import { crashHandler, QuietClient } from './crashes.ts';
import { findServer, thisMachine, type Launch, type NoServer, type Wanted } from './server.ts';
import type { Status } from './status.ts';

export const SELECTOR = [{ scheme: 'file', language: 'go' }];

/** What the window shows of the connection. */
export interface Onlooker {
  status(status: Status): void;
  missing(problem: NoServer): void;
  crashed(): void;
}

export class Connection {
  private client: LanguageClient | undefined;
  private launched = '';
  private queue: Promise<unknown> = Promise.resolve();
  /** Why there is no server, after a search without result. */
  problem: NoServer | undefined;

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly onlooker: Onlooker,
    readonly ownEnvironment: string,
  ) {}

  /** Find the server and (re)start it: always when `force`, else only when another program was found. */
  start(force: boolean): Promise<void> {
    return this.inTurn(() => this.startNow(force));
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  /** Ask the server to run one of its commands, for Markdown: "" when it has none, undefined when no server runs. */
  async ask(command: string, ...args: unknown[]): Promise<string | undefined> {
    await this.queue;
    if (!this.client) return undefined;
    return (await this.client.sendRequest<string | null>('workspace/executeCommand', { command, arguments: args })) ?? '';
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work).catch((error: unknown) => {
      this.log.error(error instanceof Error ? error : String(error));
      this.onlooker.status({ state: 'trouble', message: vscode.l10n.t('The server did not start') });
    });
    this.queue = done;
    return done;
  }

  private async startNow(force: boolean): Promise<void> {
    const found = await findServer(wanted(), thisMachine(this.ownEnvironment));
    this.problem = 'command' in found ? undefined : found;
    const launched = JSON.stringify(found);
    if (launched === this.launched && !force) return;
    await this.stopNow();
    this.launched = launched;
    if ('command' in found) return this.launch(found);
    this.log.error(`no server; looked for: ${found.tried.join(', ')}`);
    this.onlooker.status({ state: 'trouble', message: vscode.l10n.t('goescape-lsp not found') });
    this.onlooker.missing(found);
  }

  private async launch({ command, args, from }: Launch): Promise<void> {
    this.log.info(`server: ${[command, ...args].join(' ')} (from ${from}${origin(from)})`);
    // A working directory of no workspace: nothing of a repository is loaded by accident.
    const run = { command, args: [...args], options: { cwd: os.homedir() } };
    let hasRun = false;
    const options = this.options(() => hasRun);
    const client = new QuietClient('goescape', 'Go Escape', run, options);
    client.onNotification('goescape/status', (status: Status) => this.onlooker.status(status));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        hasRun = true;
        this.onlooker.status({ state: 'idle' });
      }
      if (newState === State.Stopped && this.client === client) {
        this.onlooker.status({ state: 'trouble', message: vscode.l10n.t('The server stopped') });
      }
    });
    this.client = client;
    this.onlooker.status({ state: 'running', message: vscode.l10n.t('Starting') });
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      this.onlooker.crashed();
      throw error;
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.launched = '';
    await client?.dispose().catch((error: unknown) => this.log.warn(`while stopping: ${String(error)}`));
  }

  private options(hasRun: () => boolean): LanguageClientOptions {
    return {
      documentSelector: SELECTOR,
      initializationOptions: { goescape: serverSettings() },
      synchronize: { configurationSection: 'goescape' },
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: crashHandler(hasRun, () => this.onlooker.crashed()),
      markdown: { isTrusted: false },
      middleware: middleware(() => this.client),
    };
  }
}

function middleware(client: () => LanguageClient | undefined): Middleware {
  return {
    window: {
      // Pages of the package are Markdown: shown as pages, not as their source.
      showDocument: async (params, token, next) => {
        const uri = vscode.Uri.parse(params.uri);
        if (uri.scheme !== 'file' || !uri.path.endsWith('.md')) return next(params, token);
        await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
        return { success: true };
      },
    },
    workspace: {
      didChangeConfiguration: async () => {
        await client()?.sendNotification('workspace/didChangeConfiguration', { settings: { goescape: serverSettings() } });
      },
      configuration: ({ items }) =>
        items.map(({ section, scopeUri }) => {
          const scope = scopeUri ? vscode.Uri.parse(scopeUri) : null;
          return section === 'goescape' ? serverSettings(scope) : (vscode.workspace.getConfiguration(section, scope) as unknown);
        }),
    },
  };
}

/** The settings for the server; the extension's own (`server.*`) would be unknown to it. */
function serverSettings(scope: vscode.Uri | null = null): object {
  const all = JSON.parse(JSON.stringify(vscode.workspace.getConfiguration('goescape', scope))) as Record<string, unknown>;
  delete all['server'];
  return all;
}

function wanted(): Wanted {
  const given = vscode.workspace.getConfiguration('goescape.server');
  return { path: given.get('path', '').trim(), interpreter: given.get('interpreter', '').trim() };
}

/** Which settings file a value came from: in a remote window the user's own file does not count for programs. */
function origin(setting: string): string {
  const seen = vscode.workspace.getConfiguration().inspect(setting);
  if (!seen) return '';
  if (seen.workspaceFolderValue !== undefined || seen.workspaceValue !== undefined) return ', workspace settings';
  return seen.globalValue === undefined ? '' : ', user or machine settings';
}
