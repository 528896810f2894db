// Finds the program that serves: setting -> PATH -> Python environment. Pure but for the `Machine` it is given.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** How to start the server, and where that was learnt. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly from: string;
}

/** Why there is no server: the setting that is wrong, or nothing found; and what was tried, in order. */
export interface NoServer {
  readonly wrongSetting?: { readonly key: 'server.path' | 'server.interpreter'; readonly value: string };
  readonly tried: readonly string[];
}

/** The two settings that name programs; "" where unset. */
export interface Wanted {
  readonly path: string;
  readonly interpreter: string;
}

/** What finding needs of the computer. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A Python environment that this extension may install into. */
  readonly ownEnvironment: string;
  isProgram(file: string): boolean;
  succeeds(command: string, args: readonly string[]): Promise<boolean>;
}

/** A way to install the server: a program and its arguments, run only when the user chose it. */
export interface Installer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const NAME = 'goescape-lsp';
// Isolated: neither the working directory nor the user's PYTHON* variables decide which modules are loaded.
const MODULE = ['-I', '-m', 'goescape_lsp'];
const CAN_SERVE = ['-I', '-c', 'import sys, importlib.util as u; sys.exit(u.find_spec("goescape_lsp") is None)'];
const IS_NEW_ENOUGH = ['-I', '-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'];
const INSTALL = [
  'import os, subprocess, sys, venv',
  'venv.create(sys.argv[1], with_pip=True, symlinks=os.name != "nt")',
  'subprocess.check_call([sys.argv[2], "-m", "pip", "install", "--upgrade", sys.argv[3]])',
].join('\n');

export async function findServer(wanted: Wanted, machine: Machine): Promise<Launch | NoServer> {
  if (wanted.path) {
    const command = expandHome(wanted.path, machine);
    if (path.isAbsolute(command) && machine.isProgram(command)) return { command, args: [], from: 'goescape.server.path' };
    return { wrongSetting: { key: 'server.path', value: wanted.path }, tried: [command] };
  }
  if (wanted.interpreter) {
    const command = expandHome(wanted.interpreter, machine);
    const serves = path.isAbsolute(command) && machine.isProgram(command) && (await machine.succeeds(command, CAN_SERVE));
    if (serves) return { command, args: MODULE, from: 'goescape.server.interpreter' };
    return { wrongSetting: { key: 'server.interpreter', value: wanted.interpreter }, tried: [command] };
  }
  const program = findProgram(NAME, machine);
  if (program) return { command: program, args: [], from: 'PATH' };
  const pythons = findPythons(machine);
  for (const [command, ...first] of pythons) {
    if (await machine.succeeds(command, [...first, ...CAN_SERVE])) {
      return { command, args: [...first, ...MODULE], from: 'Python' };
    }
  }
  return { tried: [...searchedFolders(machine).map((dir) => path.join(dir, NAME)), ...pythons.map((p) => p.join(' '))] };
}

/** The ways to install that this computer has, the best first. */
export async function findInstallers(machine: Machine): Promise<Installer[]> {
  const found: Installer[] = [];
  const uv = findProgram('uv', machine);
  if (uv) found.push({ name: 'uv', command: uv, args: ['tool', 'install', '--upgrade', NAME] });
  const pipx = findProgram('pipx', machine);
  if (pipx) found.push({ name: 'pipx', command: pipx, args: ['install', '--force', NAME] });
  for (const [command, ...first] of findPythons(machine)) {
    const own = machine.ownEnvironment;
    if (command === environmentPython(machine) || !(await machine.succeeds(command, [...first, ...IS_NEW_ENOUGH]))) continue;
    const args = [...first, '-I', '-c', INSTALL, own, environmentPython(machine), NAME];
    found.push({ name: 'Python', command, args });
    break;
  }
  return found;
}

/** This computer. `ownEnvironment`: the folder of the extension's own Python environment, which need not exist. */
export function thisMachine(ownEnvironment: string): Machine {
  return {
    platform: process.platform,
    home: os.homedir(),
    env: process.env,
    ownEnvironment,
    isProgram(file) {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    },
    succeeds(command, args) {
      const options = { timeout: 10_000, windowsHide: true, cwd: os.homedir() };
      return new Promise((done) => void execFile(command, [...args], options, (error) => done(error === null)));
    },
  };
}

function findProgram(name: string, machine: Machine): string | undefined {
  const file = machine.platform === 'win32' ? `${name}.exe` : name;
  return searchedFolders(machine).map((dir) => path.join(dir, file)).find((place) => machine.isProgram(place));
}

/** PATH, absolute entries only, then where uv and pipx put programs: an editor's PATH often lacks them. */
function searchedFolders({ env, home, platform }: Machine): string[] {
  const onPath = (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':');
  const ofTools = [env['UV_TOOL_BIN_DIR'], env['XDG_BIN_HOME'], env['PIPX_BIN_DIR'], path.join(home, '.local', 'bin')];
  const usual = platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : [];
  const all = [...onPath, ...ofTools, ...usual].filter((dir) => dir !== undefined && path.isAbsolute(dir));
  return [...new Set(all as string[])];
}

function findPythons(machine: Machine): [string, ...string[]][] {
  const own = environmentPython(machine);
  const found: [string, ...string[]][] = machine.isProgram(own) ? [[own]] : [];
  const python = findProgram('python3', machine);
  // macOS: that one is older than 3.11 and may open a dialog that offers developer tools.
  if (python && !(machine.platform === 'darwin' && python === '/usr/bin/python3')) found.push([python]);
  if (machine.platform === 'win32') found.push(['py', '-3']);
  return found;
}

function environmentPython({ ownEnvironment, platform }: Machine): string {
  return platform === 'win32' ? path.join(ownEnvironment, 'Scripts', 'python.exe') : path.join(ownEnvironment, 'bin', 'python');
}

function expandHome(file: string, { home }: Machine): string {
  return file === '~' || file.startsWith('~/') ? path.join(home, file.slice(1)) : file;
}
