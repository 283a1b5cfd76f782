// As much of GitHub as it takes to run the steps of a workflow on this machine.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A workflow, from its file. */
export function read(file) {
    return parse(readFileSync(join(ROOT, file), 'utf8'));
}

/** Every step of a workflow, with its job. */
export function steps(workflow) {
    return Object.values(workflow.jobs).flatMap((job) => job.steps.map((step) => ({ job, step })));
}

/** The text with each `${{ expression }}` replaced by its value, an object's member. */
export function replaced(text, values) {
    return String(text).replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression) => {
        if (!Object.hasOwn(values, expression)) throw new Error(`no value for ${expression}`);
        return values[expression];
    });
}

/**
 * Runs the scripts of a job one after the other in `folder`, as GitHub does, and stops at the first
 * that fails. Left out are the steps that need GitHub: its actions, and what asks for root.
 *
 * `values` are those of the expressions, `bin` is a folder with programs that come before all others.
 * Returns the exit status, what was printed, the outputs and the summary.
 */
export function run(workflow, job, { folder, bin, values = {} }) {
    const temp = mkdtempSync(join(folder, '.runner-'));
    const output = join(temp, 'output');
    const summary = join(temp, 'summary');
    const text = (file) => readFileSync(file, 'utf8');
    writeFileSync(output, '');
    writeFileSync(summary, '');
    let status = 0;
    let printed = '';
    for (const step of workflow.jobs[job].steps) {
        if (status !== 0 || step.run === undefined || /\bsudo\b/.test(step.run)) continue;
        const script = join(temp, 'script.sh');
        writeFileSync(script, step.run);
        const own = { ...workflow.env, ...workflow.jobs[job].env, ...step.env };
        const variables = Object.entries(own).map(([name, text]) => [name, replaced(text, values)]);
        const done = spawnSync(...shell(workflow, script), {
            cwd: folder,
            encoding: 'utf8',
            timeout: 15 * 60 * 1000, // the gradebook may have to be compiled, on a busy machine
            env: {
                ...process.env,
                PATH: `${bin}:${process.env.PATH}`,
                ...Object.fromEntries(variables),
                GITHUB_OUTPUT: output,
                GITHUB_STEP_SUMMARY: summary,
                RUNNER_TEMP: temp,
            },
        });
        if (done.error) throw done.error;
        status = done.status;
        printed += done.stdout + done.stderr;
    }
    const lines = text(output).split('\n').filter((line) => line !== '');
    const outputs = Object.fromEntries(lines.map((line) => line.split(/=(.*)/, 2)));
    return { status, printed, outputs, summary: text(summary) };
}

/** A folder for a job, and one in it for programs that stand in for others: scripts by name. */
export function place(scripts) {
    const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
    const bin = join(folder, '.bin');
    mkdirSync(bin);
    for (const [name, script] of Object.entries(scripts)) {
        writeFileSync(join(bin, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    }
    return { folder, bin };
}

/** How GitHub calls bash: strict about pipes only for who names it. */
function shell(workflow, script) {
    const named = workflow.defaults?.run?.shell;
    if (named === 'bash') return ['bash', ['--noprofile', '--norc', '-eo', 'pipefail', script]];
    if (named === undefined) return ['bash', ['-e', script]];
    throw new Error(`no such shell here: ${named}`);
}
