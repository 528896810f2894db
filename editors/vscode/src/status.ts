// The item in the language status of a Go editor: what the server is doing and which Go it uses.
import * as vscode from 'vscode';
import { SELECTOR } from './client.ts';

/** The parameters of the server's notification `goescape/status`. */
export interface Status {
  readonly state: 'idle' | 'running' | 'stale' | 'trouble';
  readonly message?: string;
  readonly go?: string;
}

const LONGEST = 80;

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem('goescape', SELECTOR);

  constructor() {
    this.item.name = 'Go Escape';
    this.show({ state: 'running', message: vscode.l10n.t('Starting') });
  }

  show({ state, message, go }: Status): void {
    this.item.busy = state === 'running';
    this.item.text = message ? `Go Escape: ${shorten(message)}` : 'Go Escape';
    this.item.detail = go ?? '';
    const { Warning, Information } = vscode.LanguageStatusSeverity;
    this.item.severity = state === 'trouble' ? Warning : Information; // stale comes and goes while one edits
    this.item.command =
      state === 'trouble'
        ? { command: 'goescape.doctor', title: vscode.l10n.t('What is wrong?') }
        : { command: 'goescape.showLog', title: vscode.l10n.t('Log') };
  }

  dispose(): void {
    this.item.dispose();
  }
}

/** One short line: VS Code does not wrap it. */
function shorten(message: string): string {
  return message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message.replace(/[.。]$/, '');
}
