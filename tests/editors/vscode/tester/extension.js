// Activated once the window is up; runs the suite and leaves the outcome in a file, which host.mjs awaits.
const fs = require('node:fs');

exports.activate = async () => {
  const { result, expect } = JSON.parse(fs.readFileSync(process.env.HOST_PLAN, 'utf8'));
  const lines = [];
  const check = (ok, what) => {
    lines.push(`${ok ? 'ok' : 'FAIL'} ${what}`);
    if (!ok) throw new Error(what);
  };
  try {
    await require('./suite.js').run(check, expect);
  } catch (error) {
    if (!lines.at(-1)?.startsWith('FAIL')) lines.push(`FAIL ${error.stack}`);
  }
  fs.writeFileSync(`${result}.part`, `${lines.join('\n')}\n`);
  fs.renameSync(`${result}.part`, result);
};
