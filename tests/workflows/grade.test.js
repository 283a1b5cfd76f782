// The workflow that a class gets: what a student reads of a push.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';

import { place, read, run } from './github.js';

const WORKFLOW = read('tests/gradebook/class/grade.yml');
const RUST = { rustup: 'true', rustc: 'echo "rustc 1.90.0 (abc 2025-09-14)"' };

/** A push, where `make` is this script. */
function push(t, make) {
    const here = place({ ...RUST, make });
    t.after(() => rmSync(here.folder, { recursive: true }));
    return run(WORKFLOW, 'grade', here);
}

test('the grades are in the summary and in the log', (t) => {
    const { status, printed, summary, outputs } = push(t, 'echo "$1: 4 of 10"');
    assert.equal(status, 0);
    assert.match(printed, /^grade: 4 of 10$/m);
    assert.equal(summary, '```text\ngrade: 4 of 10\n```\n');
    assert.equal(outputs.version, '1.90.0');
});

test('a grader that cannot run fails the job', (t) => {
    const { status, printed, summary } = push(t, 'echo "error: no cargo" >&2; exit 2');
    assert.equal(status, 2);
    assert.match(printed, /^error: no cargo$/m);
    assert.match(summary, /^Nothing could be graded/);
});
