// The search for the server, on made-up computers. Run by `npm test` (node's own test runner; no VS Code).
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { findInstallers, findServer, thisMachine, type Machine } from '../src/server.ts';

interface Given {
  readonly programs?: readonly string[];
  readonly serving?: readonly string[]; // Pythons that have the server
  readonly env?: Record<string, string>;
  readonly platform?: NodeJS.Platform;
}

const HOME = '/home/gopher';
const OWN = '/storage/python';
const NOTHING = { path: '', interpreter: '' };
const RUN = ['-I', '-m', 'goescape_lsp'];

function machine({ programs = [], serving = [], env = {}, platform = 'linux' }: Given): Machine {
  const all = [...programs, ...serving];
  return {
    platform,
    home: HOME,
    env,
    ownEnvironment: OWN,
    isProgram: (file) => all.includes(file),
    succeeds: async (command, args) => serving.includes(command) || (all.includes(command) && !args.some((a) => a.includes('find_spec'))),
  };
}

const CASES: { name: string; wanted?: Partial<typeof NOTHING>; given: Given; finds: string; args?: string[]; from?: string }[] = [
  { name: 'setting', wanted: { path: '/opt/g' }, given: { programs: ['/opt/g', '/bin/goescape-lsp'], env: { PATH: '/bin' } }, finds: '/opt/g', from: 'goescape.server.path' },
  { name: 'setting with ~', wanted: { path: '~/bin/g' }, given: { programs: [`${HOME}/bin/g`] }, finds: `${HOME}/bin/g` },
  { name: 'interpreter setting before PATH', wanted: { interpreter: '/v/bin/python' }, given: { serving: ['/v/bin/python'], programs: ['/bin/goescape-lsp'], env: { PATH: '/bin' } }, finds: '/v/bin/python', args: RUN },
  { name: 'PATH, in order', given: { programs: ['/a/goescape-lsp', '/b/goescape-lsp'], env: { PATH: '/b:/a' } }, finds: '/b/goescape-lsp', from: 'PATH' },
  { name: 'folder of uv and pipx', given: { programs: [`${HOME}/.local/bin/goescape-lsp`], env: { PATH: '/bin' } }, finds: `${HOME}/.local/bin/goescape-lsp` },
  { name: 'relative PATH entries are skipped', given: { programs: ['bin/goescape-lsp', './goescape-lsp', '/b/goescape-lsp'], env: { PATH: 'bin:.::/b' } }, finds: '/b/goescape-lsp' },
  { name: 'PATH before Python', given: { programs: ['/b/goescape-lsp'], serving: ['/b/python3'], env: { PATH: '/b' } }, finds: '/b/goescape-lsp' },
  { name: 'Python that has it', given: { serving: ['/b/python3'], env: { PATH: '/b' } }, finds: '/b/python3', args: RUN, from: 'Python' },
  { name: 'own environment', given: { serving: [`${OWN}/bin/python`], programs: ['/b/python3'], env: { PATH: '/b' } }, finds: `${OWN}/bin/python`, args: RUN },
];

for (const { name, wanted, given, finds, args = [], from } of CASES) {
  test(`finds: ${name}`, async () => {
    const found = await findServer({ ...NOTHING, ...wanted }, machine(given));
    assert('command' in found, JSON.stringify(found));
    assert.deepEqual([found.command, found.args], [finds, args]);
    if (from) assert.equal(found.from, from);
  });
}

for (const [key, value] of [['path', '/no/such'], ['path', 'goescape-lsp'], ['interpreter', '/bin/python3'], ['interpreter', 'python3']] as const) {
  test(`a wrong setting is told, nothing else is taken: ${key} = ${value}`, async () => {
    const given = { programs: ['/bin/goescape-lsp', '/bin/python3'], env: { PATH: '/bin' } };
    const found = await findServer({ ...NOTHING, [key]: value }, machine(given));
    assert('tried' in found);
    assert.deepEqual(found.wrongSetting, { key: `server.${key}`, value });
  });
}

test('nothing found: says where it looked', async () => {
  const found = await findServer(NOTHING, machine({ programs: ['/b/python3'], env: { PATH: '/b' } }));
  assert('tried' in found);
  assert.equal(found.wrongSetting, undefined);
  assert.deepEqual(found.tried, ['/b/goescape-lsp', `${HOME}/.local/bin/goescape-lsp`, '/b/python3']);
});

test("macOS: the system's python3 is never started", async () => {
  const found = await findServer(NOTHING, machine({ platform: 'darwin', serving: ['/usr/bin/python3'], env: { PATH: '/usr/bin' } }));
  assert('tried' in found && !found.tried.includes('/usr/bin/python3'));
});

const OFFERS: { given: Given; names: string[] }[] = [
  { given: { programs: ['/b/uv', '/b/pipx', '/b/python3'], env: { PATH: '/b' } }, names: ['uv', 'pipx', 'Python'] },
  { given: { programs: [`${HOME}/.local/bin/uv`], env: {} }, names: ['uv'] },
  { given: {}, names: [] },
];

for (const { given, names } of OFFERS) {
  test(`installers: ${names.join(', ') || 'none'}`, async () => {
    const found = await findInstallers(machine(given));
    assert.deepEqual(found.map((one) => one.name), names);
    for (const { args } of found) assert.equal(args.at(-1), 'goescape-lsp');
  });
}

test('this computer: a program, a folder, a failure', async () => {
  const here = thisMachine('/nowhere');
  assert(here.isProgram(process.execPath));
  assert(!here.isProgram(path.dirname(process.execPath)));
  assert(await here.succeeds(process.execPath, ['-e', '']));
  assert(!(await here.succeeds(process.execPath, ['-e', 'process.exit(3)'])));
  assert(!(await here.succeeds('/no/such/program', [])));
});
