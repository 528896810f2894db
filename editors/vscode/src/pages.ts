// Shows Markdown of the server beside the code. VS Code's own preview drops links to files, so this is a view of its own.
import * as vscode from 'vscode';

const FILE_LINK = /\]\((file:\/\/[^)\s]+)\)/g;
const OPEN = 'goescape.openLink'; // of these pages only: not in the palette

export class Pages implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private readonly opening = vscode.commands.registerCommand(OPEN, open);

  async show(title: string, markdown: string): Promise<void> {
    const linked = markdown.replace(FILE_LINK, (_all, uri: string) => `](command:${OPEN}?${encodeURIComponent(JSON.stringify([uri]))})`);
    const body = await vscode.commands.executeCommand<string>('markdown.api.render', linked);
    const panel = (this.panel ??= this.create());
    panel.title = title;
    panel.webview.html = `<!DOCTYPE html><html><head><meta charset="utf-8">${POLICY}<style>${STYLE}</style></head><body>${body}</body></html>`;
    panel.reveal(undefined, true);
  }

  dispose(): void {
    this.opening.dispose();
    this.panel?.dispose();
  }

  private create(): vscode.WebviewPanel {
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('goescape', 'Go Escape', place, { enableCommandUris: [OPEN], enableFindWidget: true });
    panel.onDidDispose(() => (this.panel = undefined));
    return panel;
  }
}

/** Open the file of a link at the line of its fragment (`#L30`), beside the page; pages of the package as pages. */
async function open(link: string): Promise<void> {
  const uri = vscode.Uri.parse(link);
  if (uri.scheme !== 'file') return;
  if (uri.path.endsWith('.md')) return vscode.commands.executeCommand('markdown.showPreview', uri.with({ fragment: '' }));
  const line = Number(/^L(\d+)/.exec(uri.fragment)?.[1] ?? 1) - 1;
  const viewColumn = vscode.window.visibleTextEditors[0]?.viewColumn ?? vscode.ViewColumn.One;
  const selection = new vscode.Range(line, 0, line, 0);
  await vscode.window.showTextDocument(uri.with({ fragment: '' }), { viewColumn, selection });
}

// Nothing is loaded and nothing is run: the page is text.
const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
const STYLE = `
  body { line-height: 1.5; max-width: 50em; padding: 0 1.5em; }
  code { font-family: var(--vscode-editor-font-family); }
  pre code { color: inherit; }
  pre { background: var(--vscode-textCodeBlock-background); padding: 0.6em; overflow: auto; }
  table { border-collapse: collapse; } td, th { padding: 0.2em 0.8em 0.2em 0; text-align: left; }`;
