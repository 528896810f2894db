// Opens a window with the tester extension beside the one under test and prints what its suite found.
// One argument: a JSON file of what to do.
import fs from 'node:fs';
import path from 'node:path';
import { sleep, startVSCode } from './workbench.mjs';

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const env = { HOST_PLAN: process.argv[2] };
const code = await startVSCode({ ...plan, env, log: path.join(plan.shots, 'code-server-host.log') });
for (const end = Date.now() + 180_000; !fs.existsSync(plan.result) && Date.now() < end; ) await sleep(100);
const text = fs.existsSync(plan.result) ? fs.readFileSync(plan.result, 'utf8') : 'FAIL no result after 180 s\n';
process.stdout.write(text);
await code.page.screenshot({ path: path.join(plan.shots, '0-host.png') });
await code.stop();
process.exit(text.includes('FAIL') ? 1 : 0);
