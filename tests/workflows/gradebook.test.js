// The workflow that grades a class on several machines, run on this one.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT, place, read, run } from './github.js';

const WORKFLOW = read('.github/workflows/gradebook.yml');
const PROGRAM = 'chapters/02-single-server/exercises/notice-eof/src/main.rs';
const SOLUTION = 'tests/keys/02-notice-eof/solution.rs';
const SHARDS = 3;

/** The points of each student for 02-notice-eof, of 10. */
const CLASS = {
    ada: { program: readFileSync(join(ROOT, SOLUTION), 'utf8'), points: 10 },
    ben: { program: 'fn main() {', points: 0 },
    'chen li': { program: readFileSync(join(ROOT, SOLUTION), 'utf8'), points: 10 },
    dora: { program: 'fn main() {}', points: 0 },
};

// The workflow's cargo stands at the top of the repository, which must stay clean here.
const cargo = execFileSync('bash', ['-c', 'command -v cargo'], { encoding: 'utf8' }).trim();
const REAL_CARGO = `exec '${cargo}' "$1" --manifest-path '${ROOT}Cargo.toml' "\${@:2}"`;

/** A folder like GitHub's, with the class in `submissions/handed in`. */
function classroom(t, students = Object.entries(CLASS)) {
    const here = place({ cargo: REAL_CARGO });
    t.after(() => rmSync(here.folder, { recursive: true }));
    for (const [name, { program }] of students) {
        const file = join(here.folder, 'submissions/handed in', name, PROGRAM);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, program);
    }
    return here;
}

/** Runs the whole workflow, and puts the gradebook in the folder. Returns the summary. */
function grade(here, shards) {
    const form = {
        'inputs.repository': 'school/`class`',
        'inputs.folder': 'handed in',
        'inputs.shards': String(shards),
        'github.event.repository.private': 'true',
    };
    const job = (name, values = {}) => {
        const done = run(WORKFLOW, name, { ...here, values: { ...form, ...values } });
        assert.equal(done.status, 0, done.printed);
        return done;
    };
    const numbers = JSON.parse(job('shards').outputs.shards);
    assert.deepEqual(numbers, Array.from({ length: shards }, (_, index) => index + 1));
    for (const shard of numbers) {
        job('grade', { 'matrix.shard': String(shard) });
        // As the artifacts are uploaded and downloaded, without what is hidden.
        const filter = (file) => !file.slice(here.folder.length).includes('/.');
        cpSync(join(here.folder, 'graded'), join(here.folder, `shards/shard-${shard}`), { recursive: true, filter });
        rmSync(join(here.folder, 'graded'), { recursive: true });
    }
    return job('merge').summary;
}

/** The merged results: the points of each student. */
function points({ folder }) {
    const results = join(folder, 'gradebook/results');
    return Object.fromEntries(
        readdirSync(results).map((name) => {
            const { student, exercises } = JSON.parse(readFileSync(join(results, name), 'utf8'));
            const { checks } = exercises.find((it) => it.exercise === '02-notice-eof');
            return [student, checks.reduce((sum, check) => sum + check.points, 0)];
        }),
    );
}

test('three machines grade a class, and every student is in the gradebook once', (t) => {
    const here = classroom(t);
    const summary = grade(here, SHARDS);
    const expected = Object.entries(CLASS).map(([name, { points }]) => [name, points]);
    assert.deepEqual(points(here), Object.fromEntries(expected));
    assert.match(summary, /^4 submissions from `school\/class` are graded\.$/m);

    // A header, and each student once: a name with a comma would be in quotes.
    const scores = readFileSync(join(here.folder, 'gradebook/scores.csv'), 'utf8');
    const names = scores.trim().split(/\r?\n/).map((line) => line.split(',')[0].replaceAll('"', ''));
    for (const name of Object.keys(CLASS)) assert.equal(names.filter((it) => it === name).length, 1, scores);
});

test('a machine without a student is no harm', (t) => {
    const here = classroom(t, [['ben', CLASS.ben]]);
    grade(here, 2);
    assert.deepEqual(points(here), { ben: 0 });
});

test('a folder that is not there fails its job', (t) => {
    const here = classroom(t);
    const values = { 'inputs.folder': 'elsewhere', 'inputs.shards': '1', 'matrix.shard': '1' };
    const { status, printed } = run(WORKFLOW, 'grade', { ...here, values });
    assert.equal(status, 1);
    assert.match(printed, /^error: .*elsewhere/m);
});

test('a name in the form is a name, whatever is in it', (t) => {
    const here = classroom(t);
    const folder = '"; touch owned; $(touch owned) `touch owned`';
    const values = { 'inputs.folder': folder, 'inputs.shards': '1', 'matrix.shard': '1' };
    assert.equal(run(WORKFLOW, 'grade', { ...here, values }).status, 1);
    assert.ok(!readdirSync(here.folder).includes('owned'));
});

test('a public repository gets no grades', (t) => {
    const here = classroom(t);
    for (const isPrivate of ['false', '']) {
        const values = { 'github.event.repository.private': isPrivate, 'inputs.shards': '1' };
        const { status, printed, outputs } = run(WORKFLOW, 'shards', { ...here, values });
        assert.equal(status, 1);
        assert.match(printed, /^::error::.*public/m);
        assert.deepEqual(outputs, {});
    }
});
