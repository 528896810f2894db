// Drives the workbench as a user does, and checks what is on the screen. One argument: a JSON file of what to do.
// Prints a line per check, `ok …` or `FAIL …`; ends with 1 after the first failure.
import fs from 'node:fs';
import path from 'node:path';
import { sleep, startVSCode } from './workbench.mjs';

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const want = plan.expect;
const code = await startVSCode({ ...plan, log: path.join(plan.shots, `code-server-${plan.scene}.log`) });
const { page } = code;

const shot = (name) => page.screenshot({ path: path.join(plan.shots, `${name}.png`) });
const step = async (what, promise) => { await promise; console.log(`ok ${what}`); };
const visible = (selector, text, seconds = 30) => page.locator(selector, text && { hasText: text }).first().waitFor({ timeout: seconds * 1000 });
// VS Code draws blanks as no-break spaces.
const onScreen = (text, seconds = 30) =>
  page.waitForFunction((t) => document.querySelector('.part.editor').textContent.replaceAll('\u00a0', ' ').includes(t), text, { timeout: seconds * 1000 });

/** The middle of the first character of `text` in the editor, in pixels. */
const place = (text) => page.evaluate((t) => {
  for (const line of document.querySelectorAll('.view-line')) {
    let at = line.textContent.replaceAll('\u00a0', ' ').indexOf(t);
    if (at < 0) continue;
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; at -= node.length, node = walker.nextNode()) {
      if (at >= node.length) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    }
  }
}, text);

async function open(file) {
  await step('workbench', visible('.monaco-workbench .part.sidebar', undefined, 60));
  await page.keyboard.press('Control+P');
  await visible('.quick-input-widget input');
  await page.keyboard.type(file);
  await visible('.quick-input-list .monaco-list-row', path.basename(file));
  await page.keyboard.press('Enter');
  await step('file open', visible('.monaco-editor .view-line', undefined, 60));
}

async function runCommand(title) {
  await page.keyboard.press('F1');
  await visible('.quick-input-widget input');
  await page.keyboard.type(title);
  await visible('.quick-input-list .monaco-list-row', title);
  await page.keyboard.press('Enter');
}

const problems = async () => (await page.locator('.markers-panel .monaco-list-row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' '));

/** The frame of the page that shows `text`, a frame in a frame. */
async function preview(text) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    for (const frame of page.frames()) {
      const body = await frame.evaluate(() => document.body?.innerText ?? '').catch(() => '');
      if (frame !== page.mainFrame() && body.includes(text)) return frame;
    }
  }
  throw new Error(`no preview shows ${text}`);
}

const scenes = {
  async findings() {
    const file = path.join(plan.folder, want.file);
    await open(want.file);
    const drawn = (n) => document.querySelectorAll('[class*=squiggly-]').length >= n;
    await step('squiggles', page.waitForFunction(drawn, 1, { timeout: 120_000 }));
    await page.keyboard.press('Control+G');
    await page.keyboard.type(`${want.line}`);
    await page.keyboard.press('Enter');
    await onScreen(want.at);
    await sleep(500); // for the picture: scrolling and inlay hints
    await shot('1-open');

    const { x, y } = await place(want.at);
    await page.mouse.move(x - 40, y);
    await page.mouse.move(x, y, { steps: 4 });
    await step('hover', visible('.monaco-hover-content', want.hover));
    await sleep(300);
    await shot('2-hover');
    await page.mouse.click(x, y);
    await step('light bulb', page.locator('[class*=codicon-light-bulb], [class*=lightbulb]').first().waitFor({ state: 'attached', timeout: 30_000 }));

    await page.keyboard.press('Control+Shift+M');
    await step('problems', visible('.markers-panel .monaco-list-row', want.message, 60));
    const rows = await problems();
    rows.forEach((row) => console.log(`   ${row}`));
    const position = `[Ln ${want.line}, Col ${want.column}]`;
    await step(`problem at ${position}`, rows.some((r) => r.includes(position) && r.includes(want.message)) ? 0 : Promise.reject(new Error(`no problem at ${position}`)));
    await shot('3-problems');
    await page.keyboard.press('Control+Shift+M');

    await page.mouse.click(x, y);
    await page.keyboard.press('Control+.');
    await step('quick fix offered', visible('.action-widget .monaco-list-row', want.action));
    await shot('4-quickfix');
    await page.locator('.action-widget .monaco-list-row', { hasText: want.action }).first().click();
    await step('edit applied', onScreen(want.after));
    await page.keyboard.press('Control+S');
    for (let i = 0; i < 100 && !fs.readFileSync(file, 'utf8').includes(want.after); i++) await sleep(100);
    await step('saved', fs.readFileSync(file, 'utf8').includes(want.after) ? 0 : Promise.reject(new Error('not on disk')));

    await page.locator('[id="status.languageStatus"]').first().hover();
    await step('status', visible('.monaco-hover .hover-language-status', 'Go Escape'));
    await shot('5-status');
    await runCommand('Go Escape: Why Is This on the Heap?');
    const why = await preview(want.hover);
    await sleep(1000); // for the picture
    await shot('6-why');
    const returned = `${path.basename(want.file)}:${want.returnedOn}`;
    await step(`why, with a link to ${returned}`, why.locator('a', { hasText: returned }).first().click());
    await step('the link leads there', visible('.statusbar-item', `Ln ${want.returnedOn}, Col 1`));
    await runCommand('Go Escape: Doctor');
    await step('doctor', preview('go1.'));
    await sleep(1000);
    await shot('7-doctor');
  },

  async marks() {
    await open(want.marks.file);
    await step('lens', visible('.codelens-decoration', want.marks.lens, 120));
    for (const { label, behind } of want.marks.hints) await step(`${label} behind ${behind}`, onScreen(`${behind}${label}`));
    await shot('12-marks');
    await page.locator('.codelens-decoration a', { hasText: want.marks.lens }).first().click();
    await step('a click on the lens shows the story', preview('Not inlined into its callers'));
    await sleep(1000); // for the picture
    await shot('13-lens');
  },

  async missing() {
    await open(want.file);
    await step('says what is missing', visible('.notification-toast', 'Go Escape needs its server', 60));
    await shot('8-missing');
    await runCommand('Go Escape: Doctor');
    await step('doctor without a server', preview('Looked for it here'));
    await sleep(1000);
    await shot('9-missing-doctor');
    await page.locator('.notification-toast .monaco-button', { hasText: 'Install with uv' }).click();
    // The terminal covers the code: the count of problems in the status bar tells.
    const counted = () => /[1-9]/.test(document.querySelector('[id="status.problems"]').textContent);
    await step('findings after the installation', page.waitForFunction(counted, undefined, { timeout: 120_000 }));
    await shot('10-installed');
  },
};

// One message for a server that ends at once, not one for each attempt.
scenes.crash = async () => {
  await open(want.file);
  await step('says that it stopped', visible('.notification-toast', 'stopped working', 60));
  await sleep(3000); // for more to come
  const toasts = await page.locator('.notification-toast').count();
  await step('one message', toasts === 1 ? 0 : Promise.reject(new Error(`${toasts} messages`)));
  await shot('11-crash');
};

let failed = false;
try {
  await scenes[plan.scene]();
} catch (error) {
  failed = true;
  console.log(`FAIL ${error.message}`);
  await shot(`fail-${plan.scene}`);
}
await code.stop();
process.exit(failed ? 1 : 0);
