//! Commands that a reader is told to type.

use crate::{command, page};

#[test]
fn commands_that_a_reader_can_type() {
    for line in [
        "make run-ch02 ARGS=--help # in one terminal",
        "make run-ch02 ARGS=\"--host ::1 --port=7000\"",
        "cargo run -p ch02-single-server -- --host ::1",
        "cargo test --package ch02-single-server",
        "printf hello | make run-ch02",
        "# in the other terminal",
        "ss -tan 'sport = :6666'",
        "ss -tan 'sport = :6666' # as recorded",
    ] {
        command(line).is_built();
    }
}

#[test]
fn a_make_target_that_is_not_there() {
    command("make run-ch20")
        .is_refused("book/en/page.md:2: the Makefile has no target \"run-ch20\"");
}

#[test]
fn a_make_variable_that_is_not_there() {
    command("make run-ch02 ARG=--help")
        .is_refused("book/en/page.md:2: the Makefile has no variable \"ARG\"");
}

#[test]
fn a_package_that_is_not_there() {
    command("cargo run -p ch20-server")
        .is_refused("book/en/page.md:2: no package is called \"ch20-server\"");
}

#[test]
fn a_package_that_only_a_class_copy_is_without() {
    let flag = "cargo run -p gradebook -- --shard 1/3";
    command(flag).is_built();
    let book = command(flag);
    book.write("tests/gradebook/Cargo.toml", "[package]\nname = \"gradebook\"\n");
    book.is_refused("book/en/page.md:2: gradebook has no flag --shard");
    book.write(
        "tests/gradebook/tests/snapshots/gradebook__help.snap",
        "---\nsource: x\n---\n--shard <K/N>\n",
    );
    book.is_built();
}

#[test]
fn a_variable_that_a_target_hands_on_with_its_flag() {
    let book = command("make gradebook OUT=here ARGS=\"--shard 1/3\"");
    let makefile = "\
run-ch02:
\t@$(CARGO) run --package ch02-single-server -- $(ARGS)
gradebook:
\t@$(CARGO) run --package gradebook -- $(and $(OUT),--out \"$(OUT)\") $(ARGS)
";
    book.write("Makefile", makefile);
    book.write("tests/gradebook/Cargo.toml", "[package]\nname = \"gradebook\"\n");
    book.is_refused("book/en/page.md:2: gradebook has no flag --shard");
    book.snapshot("gradebook__help", "--shard <K/N>\n");
    book.is_built();
}

#[test]
fn a_flag_that_the_target_does_not_know() {
    command("make run-ch02 ARGS=\"--port 7000 --backlog 2\"")
        .is_refused("book/en/page.md:2: ch02-single-server has no flag --backlog");
}

#[test]
fn a_flag_that_the_program_does_not_know() {
    command("cargo run -p ch02-single-server -- --prot=7000")
        .is_refused("book/en/page.md:2: ch02-single-server has no flag --prot");
}

#[test]
fn a_flag_of_another_subcommand() {
    let book = command("cargo run -p ch05-udp -- client --drop 2");
    book.write("chapters/05-udp/Cargo.toml", "[package]\nname = \"ch05-udp\"\n");
    book.snapshot("udp__help_client", "--host <HOST>\n");
    book.snapshot("udp__help_server", "--drop <N>\n");
    book.is_refused("book/en/page.md:2: ch05-udp has no flag --drop");
}

#[test]
fn a_command_that_no_recording_has_run() {
    command("curl http://127.0.0.1:6666")
        .is_refused("book/en/page.md:2: no recording has run \"curl http://127.0.0.1:6666\"");
}

#[test]
fn a_command_that_was_recorded_with_other_arguments() {
    command("ss -tan").is_refused("book/en/page.md:2: no recording has run \"ss -tan\"");
}

#[test]
fn a_command_behind_a_pipe_that_no_recording_has_run() {
    command("printf hello | nc 127.0.0.1 6666")
        .is_refused("book/en/page.md:2: no recording has run \"nc 127.0.0.1 6666\"");
}

#[test]
fn a_command_with_an_open_quote() {
    command("make run-ch02 ARGS=\"--port 7000")
        .is_refused("book/en/page.md:2: a quote is left open");
}

#[test]
fn a_command_behind_another() {
    for line in [
        "cd book && curl x",
        "make run-ch02 && curl x",
        "cargo run -p ch02-single-server -- --port 1 && curl x",
    ] {
        command(line).is_refused("book/en/page.md:2: no recording has run \"curl x\"");
    }
    for (line, hidden) in [
        ("cd book; curl x", "; curl x"),
        ("printf x|curl y", "|curl y"),
        ("printf x & curl y", "& curl y"),
        ("cd book&&curl y", "&&curl y"),
        ("printf $(curl y)", "$(curl y)"),
        ("printf x >Makefile", ">Makefile"),
    ] {
        command(line).is_refused(&format!(
            "book/en/page.md:2: no recording has run {hidden:?}: give a command its own line"
        ));
    }
}

#[test]
fn a_cargo_run_of_nothing() {
    command("cargo run").is_refused("book/en/page.md:2: cargo run names its program: -p PACKAGE");
    command("cargo test --package=nothing")
        .is_refused("book/en/page.md:2: a package is named after a space: --package NAME");
}

#[test]
fn a_command_within_a_sentence() {
    page("Run `make run-ch20`, or `cargo run -p ch20-server`.\n").is_refused(
        "book/en/page.md:1: no package is called \"ch20-server\"\n\
         book/en/page.md:1: the Makefile has no target \"run-ch20\"",
    );
    page("Run `make run-ch02 ARGS=\"--port 7000\"`.\n").is_built();
}

#[test]
fn a_cargo_command_that_no_reader_needs() {
    command("cargo tset").is_refused("book/en/page.md:2: a reader needs no \"cargo tset\"");
}

#[test]
fn a_word_that_the_program_does_not_know() {
    command("cargo run -p ch02-single-server -- sreve")
        .is_refused("book/en/page.md:2: ch02-single-server knows no \"sreve\"");
    command("cargo run -p ch02-single-server -- -Z")
        .is_refused("book/en/page.md:2: ch02-single-server has no flag -Z");
}
