//! 01-which-socket: one socket, of the family and the type that were asked for.
//!
//! The trap: what a program says about its socket proves nothing, and a socket lives as long as the
//! variable that owns it. The checks look at the open sockets of the process, through a copy of
//! each descriptor (Linux, and leave to trace the program).

use socket2::{Domain, Socket, Type};

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Played, Program, Stage};

pub(super) static WHICH_SOCKET: Exercise = Exercise {
    name: "01-which-socket",
    chapter: "01-create-socket",
    checks: &[
        Check {
            name: "an IPv4 stream socket, unless told otherwise",
            points: 1,
            hints: &[
                "Which sockets has your program open while it waits? Start it, and list the \
                 folder /proc/PID/fd of its process: a socket shows as socket:[…].",
                "strace -e trace=%net,close shows when a socket is created, and when it is closed.",
                "A Socket closes when its owner is dropped. let _ = … owns nothing, and drops at \
                 once; give the socket a name that lives until the end of run.",
            ],
            page: "chapter-01.md#a-number-and-no-address",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: unless_told_otherwise,
        },
        Check {
            name: "the family is the one that is asked for",
            points: 1,
            hints: &[
                "Has your program a socket open at all? If so, what does it hand to Socket::new as \
                 its first argument, when it is started with --family inet6?",
                "unix is Domain::UNIX, inet is Domain::IPV4, inet6 is Domain::IPV6.",
            ],
            page: "families-and-types.md#families",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: the_family_asked_for,
        },
        Check {
            name: "the type is the one that is asked for",
            points: 1,
            hints: &[
                "Has your program a socket open at all? If so, what does it hand to Socket::new as \
                 its second argument, when it is started with --type dgram?",
                "stream is Type::STREAM, dgram is Type::DGRAM.",
            ],
            page: "families-and-types.md#types",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: the_type_asked_for,
        },
        Check {
            name: "every family goes with every type",
            points: 2,
            hints: &[
                "There are six pairs. Which sockets does your program have open for each of them?",
                "The family and the type are two choices: neither of them follows from the other.",
                "Two match expressions, one for each argument of Socket::new, cover all six.",
            ],
            page: "families-and-types.md#every-pair",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: every_pair,
        },
        Check {
            name: "a line of input changes nothing",
            points: 1,
            hints: &[
                "Start your program and press Enter. Does it go on, with its socket open?",
                "The input ends with Ctrl-D, or when the other end of the pipe is closed. A line \
                 is not its end.",
                "Read until a read returns Ok(0). std::io::copy from stdin to std::io::sink does \
                 that.",
            ],
            page: "chapter-01.md#a-number-and-no-address",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: a_line_changes_nothing,
        },
        Check {
            name: "while it waits, it sleeps",
            points: 1,
            hints: &[
                "Look at top while your program waits: it should use no CPU at all.",
                "A blocking read of stdin waits asleep. A loop that asks whether the input has \
                 ended does not.",
            ],
            page: "waiting.md#what-a-blocked-thread-costs",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: while_it_waits_it_sleeps,
        },
        Check {
            name: "it ends with its input, and with exit status 0",
            points: 1,
            hints: &[
                "Start your program and press Ctrl-D. What does echo $? say then?",
                "The end of the input is no error. Where it has come, return Ok(()) from run.",
            ],
            page: "common.md#one-way-to-fail",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: ends_with_its_input,
        },
        Check {
            name: "an unknown family is wrong usage",
            points: 1,
            hints: &[
                "What does your program do with --family ipx? And with --family inet4?",
                "A default is for a flag that is left out, not for a value that nobody knows.",
                "Make an enum of the families and derive clap's ValueEnum, as chapter 01 does: \
                 clap then ends the program with exit status 2 and lists the possible values.",
            ],
            page: "chapter-01.md#the-code-step-by-step",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: an_unknown_family,
        },
        Check {
            name: "an unknown type is wrong usage",
            points: 1,
            hints: &[
                "What does your program do with --type datagram? What does echo $? say then?",
                "Wrong usage ends with exit status 2, and says on stderr which value is wrong and \
                 which ones there are. Nothing goes to stdout.",
                "Make an enum of the types and derive clap's ValueEnum, as chapter 01 does.",
            ],
            page: "chapter-01.md#the-code-step-by-step",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: an_unknown_type,
        },
    ],
};

const FAMILIES: [(&str, Domain); 3] =
    [("unix", Domain::UNIX), ("inet", Domain::IPV4), ("inet6", Domain::IPV6)];
const TYPES: [(&str, Type); 2] = [("stream", Type::STREAM), ("dgram", Type::DGRAM)];

fn unless_told_otherwise(stage: &Stage) -> Played {
    makes(stage, &[], Domain::IPV4, Type::STREAM)
}

fn the_family_asked_for(stage: &Stage) -> Played {
    for (family, domain) in FAMILIES {
        makes(stage, &["--family", family], domain, Type::STREAM)?;
    }
    Ok(())
}

fn the_type_asked_for(stage: &Stage) -> Played {
    for (name, kind) in TYPES {
        makes(stage, &["--type", name], Domain::IPV4, kind)?;
    }
    Ok(())
}

fn every_pair(stage: &Stage) -> Played {
    for (family, domain) in FAMILIES {
        for (name, kind) in TYPES {
            makes(stage, &["--family", family, "--type", name], domain, kind)?;
        }
    }
    Ok(())
}

fn a_line_changes_nothing(stage: &Stage) -> Played {
    let program = is_ready(stage, &[])?;
    let socket = program.has_one_socket(Domain::IPV4, Type::STREAM)?;
    program.types(&stage.word())?;
    program.still_has(socket)
}

fn while_it_waits_it_sleeps(stage: &Stage) -> Played {
    is_ready(stage, &[])?.comes_to_rest()
}

fn ends_with_its_input(stage: &Stage) -> Played {
    let program = is_ready(stage, &[])?;
    program.waits_for_input()?;
    program.ends_input();
    program.exits_with(0)
}

fn an_unknown_family(stage: &Stage) -> Played {
    for name in [stage.word(), "inet4".to_owned()] {
        is_wrong_usage(stage, "--family", &name, &FAMILIES.map(|(name, _)| name))?;
    }
    Ok(())
}

fn an_unknown_type(stage: &Stage) -> Played {
    for name in [stage.word(), "datagram".to_owned()] {
        is_wrong_usage(stage, "--type", &name, &TYPES.map(|(name, _)| name))?;
    }
    Ok(())
}

/// Started with these arguments, the program has one socket open, of this family and type.
fn makes(stage: &Stage, args: &[&str], domain: Domain, kind: Type) -> Played {
    // Not every machine has every family.
    Socket::new(domain, kind, None).map_err(|why| {
        Failed::grader(format_args!("to see a socket of {domain:?}, {kind:?}"), why)
    })?;
    let program = is_ready(stage, args)?;
    program.has_one_socket(domain, kind)?;
    program.is_killed();
    Ok(())
}

fn is_ready(stage: &Stage, args: &[&str]) -> Result<Program, Failed> {
    let program = stage.start(args)?;
    program.prints("ready")?;
    Ok(program)
}

/// The program refuses this value, and says on stderr which ones there are.
fn is_wrong_usage(stage: &Stage, flag: &str, wrong: &str, possible: &[&str]) -> Played {
    let program = stage.start(&[flag, wrong])?;
    program.exits_with(2)?;
    if program.has_printed("") {
        return Err(Failed::fail("nothing on stdout: wrong usage is told on stderr", "a line"));
    }
    let told = program.stderr();
    let expected =
        format!("stderr to name {wrong:?} and what it could be: {}", possible.join(", "));
    if told.is_empty() {
        return Err(Failed::fail(expected, "nothing on stderr"));
    }
    match [&[wrong], possible].concat().into_iter().find(|name| !told.contains(name)) {
        Some(name) => Err(Failed::fail(expected, format!("a text without {name:?}"))),
        None => Ok(()),
    }
}
