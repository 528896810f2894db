// What happens when the server ends unasked: a few quiet restarts, then one message, never a row of them.
import * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, type ErrorHandler } from 'vscode-languageclient/node';

const RESTARTS = 3;
const WITHIN_MS = 3 * 60 * 1000;

/** A client whose errors go to the log only; what the user has to know is told by `tellCrash`. */
export class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** `hasRun`: whether the server ever answered; one that never did is not tried again, and its start fails. */
export function crashHandler(hasRun: () => boolean, gaveUp: () => void): ErrorHandler {
  let ends: number[] = [];
  return {
    error: () => ({ action: ErrorAction.Continue, handled: true }),
    closed: () => {
      const now = Date.now();
      ends = [...ends.filter((end) => now - end < WITHIN_MS), now];
      if (hasRun() && ends.length <= RESTARTS) return { action: CloseAction.Restart, handled: true };
      if (hasRun()) gaveUp();
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}

export async function tellCrash(): Promise<void> {
  const restart = vscode.l10n.t('Restart');
  const showLog = vscode.l10n.t('Show Log');
  const text = vscode.l10n.t('The server of Go Escape stopped working. The log says why.');
  const chosen = await vscode.window.showWarningMessage(text, showLog, restart);
  if (chosen === restart) await vscode.commands.executeCommand('goescape.restart');
  if (chosen === showLog) await vscode.commands.executeCommand('goescape.showLog');
}
