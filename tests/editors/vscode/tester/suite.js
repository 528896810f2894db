// Runs inside the true extension host, with the true `vscode` module: ranges, edits, settings, commands.
const path = require('node:path');
const vscode = require('vscode');

exports.run = async (check, want) => {
  const uri = vscode.Uri.file(path.join(vscode.workspace.workspaceFolders[0].uri.fsPath, want.file));
  const doc = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(doc);
  const found = () => vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'goescape');
  const shows = (text, message) => found().some((d) => doc.getText(d.range) === text && d.message.includes(message));
  const all = () => found().map((d) => `${doc.getText(d.range)}: ${d.message}`).join(' | ');
  const told = (ok, what) => check(ok, ok ? what : `${what}; there is: ${all()}`);
  const eventually = async (holds, what) => told(await until(60, holds), what);

  for (const { text, message } of want.diagnostics) await eventually(() => shows(text, message), `diagnostic on ${text}`);
  const ours = found().find((d) => doc.getText(d.range) === want.diagnostics[0].text);
  check(ours.code?.value === want.rule && ours.code.target.scheme === 'file', `code ${want.rule} with a page`);
  check(found().every((d) => !d.range.isEmpty), 'no empty range');

  const at = doc.positionAt(doc.getText().indexOf(want.at));
  const ask = (name, ...rest) => vscode.commands.executeCommand(`vscode.execute${name}`, uri, ...rest);
  const hovers = await ask('HoverProvider', at);
  check(hovers.some((h) => h.contents.some((c) => c.value.includes(want.hover))), 'hover');

  // The languages' own settings reach the running server.
  const settings = vscode.workspace.getConfiguration('goescape');
  await settings.update('locale', 'zh-cn', vscode.ConfigurationTarget.Workspace);
  await eventually(() => found().some((d) => d.message.includes(want.chinese)), 'Chinese messages after the setting changed');
  await settings.update('locale', undefined, vscode.ConfigurationTarget.Workspace);
  await eventually(() => shows(want.diagnostics[0].text, want.diagnostics[0].message), 'English messages again');

  const actions = await ask('CodeActionProvider', new vscode.Range(at, at), vscode.CodeActionKind.QuickFix.value, 20);
  const action = actions.find((a) => a.title.includes(want.action));
  check(action?.edit, `quick fix with an edit; offered: ${actions.map((a) => a.title).join(' | ')}`);
  check(await vscode.workspace.applyEdit(action.edit), 'edit applied');
  check(doc.getText().includes(want.after), 'edit in place');
  const spoke = nextDiagnostics(uri);
  check(await doc.save(), 'saved');
  await spoke;
  await eventually(() => shows(want.after, want.diagnostics[0].message), 'the diagnostic grew with the expression');

  // A value that stays: its diagnostic goes.
  await replace(doc, want.escapes, want.stays);
  check(await doc.save(), 'saved the version that stays');
  await eventually(() => !found().some((d) => d.message.includes(want.gone)), 'the diagnostic is gone');

  // Broken code keeps the findings; mended code brings them back.
  const before = found().length;
  await replace(doc, want.breakAt, want.broken);
  check(await doc.save(), 'saved broken code');
  await new Promise((done) => setTimeout(done, 1500)); // nothing is to happen
  told(shows(want.after, want.diagnostics[0].message), 'broken code keeps its findings');
  await replace(doc, want.broken, want.breakAt);
  check(await doc.save(), 'saved mended code');
  await eventually(() => found().length === before, 'findings as before');

  await marks(check, want.marks, settings);

  const commands = await vscode.commands.getCommands(true);
  for (const name of ['why', 'restart', 'showLog', 'doctor']) check(commands.includes(`goescape.${name}`), `command ${name}`);
  await vscode.commands.executeCommand('goescape.restart');
  await eventually(() => shows(want.after, want.diagnostics[0].message), 'findings after a restart');
};

/** Hints and lenses on lines with Chinese text and an emoji before them. */
async function marks(check, want, settings) {
  const uri = vscode.Uri.file(path.join(vscode.workspace.workspaceFolders[0].uri.fsPath, want.file));
  const doc = await vscode.workspace.openTextDocument(uri);
  await settings.update('codeLens', true, vscode.ConfigurationTarget.Workspace);
  const whole = new vscode.Range(0, 0, doc.lineCount, 0);
  const before = (at) => doc.lineAt(at.line).text.slice(0, at.character);
  for (const { label, behind } of want.hints) {
    const ok = await until(60, async () => {
      const hints = await vscode.commands.executeCommand('vscode.executeInlayHintProvider', uri, whole);
      return hints.some((one) => one.label === label && before(one.position).endsWith(behind));
    });
    check(ok, `hint ${label} behind ${behind}`);
  }
  const lens = await until(60, async () => {
    const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', uri, 100);
    return lenses.find((one) => one.command?.title.includes(want.lens));
  });
  check(lens && doc.getText(lens.range) === want.above, `lens ${want.lens} above ${want.above}`);
}

/** Editing moves the marks by itself; only this tells that the server spoke. */
function nextDiagnostics(uri) {
  return new Promise((done) => {
    const watch = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some((one) => one.toString() === uri.toString())) return;
      watch.dispose();
      done();
    });
  });
}

async function until(seconds, holds) {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const value = await holds();
    if (value || Date.now() > end) return value;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function replace(doc, old, text) {
  const start = doc.getText().indexOf(old);
  if (start < 0) throw new Error(`no ${old} in the file`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(doc.uri, new vscode.Range(doc.positionAt(start), doc.positionAt(start + old.length)), text);
  await vscode.workspace.applyEdit(edit);
}
