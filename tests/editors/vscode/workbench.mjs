// Starts VS Code's server edition with a home, settings and extensions of its own, and a browser page on it.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// No welcome page, no trust dialog, no network, no AI.
const QUIET = {
  'telemetry.telemetryLevel': 'off', 'update.mode': 'none', 'extensions.autoUpdate': false, 'extensions.autoCheckUpdates': false,
  'workbench.startupEditor': 'none', 'workbench.enableExperiments': false, 'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false, 'chat.disableAIFeatures': true, 'extensions.ignoreRecommendations': true,
};

/**
 * host: the folder of setup-vscode.sh. vsix: files to install. folder: opened. env: beside the environment of this process.
 * programs: shell scripts for `~/.local/bin`, by name.
 * machine: settings; those that name programs count in a remote window, which this is, only in the MACHINE file.
 */
export async function startVSCode({ host, vsix, folder, machine, programs = {}, env = {}, log }) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-'));
  const write = (file, text) => { fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, text, { mode: 0o755 }); };
  for (const [name, text] of Object.entries(programs)) write(`${home}/.local/bin/${name}`, text);
  write(`${home}/data/Machine/settings.json`, JSON.stringify(machine));
  write(`${home}/data/User/settings.json`, JSON.stringify(QUIET));
  const where = ['--user-data-dir', `${home}/data`, '--extensions-dir', `${home}/extensions`];
  const out = fs.openSync(log, 'w');
  const options = { env: { ...process.env, HOME: home, XDG_CONFIG_HOME: `${home}/.config`, TMPDIR: home, ...env }, stdio: ['ignore', out, out] };
  const installed = spawnSync(`${host}/bin/code-server`, [...where, ...vsix.flatMap((file) => ['--install-extension', file])], options);
  if (installed.status !== 0) throw new Error(`the extensions could not be installed, see ${log}`);

  const port = await freePort();
  const server = spawn(`${host}/bin/code-server`, [
    ...where, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check',
    '--disable-workspace-trust', '--disable-getting-started-override', folder,
  ], { ...options, detached: true });
  const kill = () => { try { process.kill(-server.pid); } catch { /* gone */ } }; // the group: the extension host too
  process.on('exit', kill);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const end = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (Date.now() > end || server.exitCode !== null) throw new Error(`code-server did not start, see ${log}`);
    await sleep(100);
  }

  const { chromium } = createRequire(path.join(host, 'pw/package.json'))('playwright-core');
  const browser = await chromium.launch({ executablePath: `${host}/bin/chrome`, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`, { waitUntil: 'domcontentloaded' });
  const stop = async () => {
    await browser.close();
    const gone = new Promise((done) => server.on('exit', done));
    kill();
    await Promise.race([gone, sleep(5000)]);
    await sleep(300); // its children write to the home until the end
    fs.closeSync(out);
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { page, stop };
}

function freePort() {
  return new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); });
  });
}

function answers(port) {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1').on('connect', () => { socket.destroy(); done(true); }).on('error', () => done(false));
  });
}
