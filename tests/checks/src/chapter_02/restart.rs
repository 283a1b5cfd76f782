//! 02-restart: a server that closes first, and is started again at once.
//!
//! The trap: the end of a connection that closes first rests in TIME-WAIT for a minute, and so long
//! `bind` refuses its port. The ways around it that come to mind first (sharing the port, taking
//! another, waiting, closing by a reset) all do harm.

use std::time::Duration;

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static RESTART: Exercise = Exercise {
    name: "02-restart",
    chapter: "02-single-server",
    checks: &[
        Check {
            name: "one client is served, then the server ends",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "Send hello, wait until the client has sent something, send bye, and return from \
                 main with success.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: one_client,
        },
        Check {
            name: "the server closes the connection first, and in order",
            points: 1,
            hints: &[
                "The starter does this. Which side closes first now, and does it send a FIN or a \
                 reset?",
                "Without TIME-WAIT there would be nothing to solve, but TIME-WAIT has its reasons. \
                 Leave the way in which the connection is closed as it was: drop the client's \
                 socket after the bye.",
            ],
            page: "segments-and-states.md#closing",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: closes_first,
        },
        Check {
            name: "it starts again at once on the same port, and again",
            points: 3,
            hints: &[
                "Start your program, be its client, start it again, and look at ss -tan. Who has \
                 the port, and in which state?",
                "A connection in TIME-WAIT belongs to no program any more. An option of the \
                 listening socket lets bind take its port nevertheless.",
                "Set SO_REUSEADDR on the listening socket before bind, each time: Linux demands it \
                 of the server before, too.",
            ],
            page: "segments-and-states.md#a-minute-in-time-wait",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: starts_again,
        },
        Check {
            name: "it starts again while its client has not closed yet",
            points: 2,
            hints: &[
                "The client may take its time to close. What does your program do meanwhile, and \
                 what does bind say when it is started again?",
                "Your program closes and ends, whatever the client does. Its end of the connection \
                 is then in FIN-WAIT-2, and belongs to no program either.",
                "The option that helps against TIME-WAIT helps here as well: SO_REUSEADDR, set \
                 before bind.",
            ],
            page: "segments-and-states.md#closing",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: starts_again_before_the_client_closes,
        },
        Check {
            name: "a port in use ends it with exit status 1",
            points: 1,
            hints: &[
                "Start your program twice, on the same port. What does the second say, and what \
                 does echo $? print afterwards?",
                "bind must fail while another server listens there, and that ends the program: no \
                 panic, no second try, no other port.",
                "SO_REUSEADDR refuses a port where somebody listens, and SO_REUSEPORT shares it. \
                 or_fail_to_listen and exit_status of chapters/common do the rest.",
            ],
            page: "common.md#one-way-to-fail",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_port_in_use,
        },
        Check {
            name: "a port in use is told on stderr, in one line",
            points: 1,
            hints: &[
                "What a program produces goes to stdout, and why it failed to stderr. Look at each \
                 by itself: append 2>/dev/null, then 1>/dev/null.",
                "The line says what was tried, on which address, and why it failed. \
                 or_fail_to_listen makes it and exit_status prints it, as in the starter.",
            ],
            page: "errors.md#eaddrinuse",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_error,
        },
        Check {
            name: "the server that has the port is not disturbed",
            points: 1,
            hints: &[
                "Two of your servers are started on one port. Which of them gets the client?",
                "Whether a port is free, only bind can tell. Who connects to find out is a client.",
                "Try bind once, and end if it fails.",
            ],
            page: "errors.md#eaddrinuse",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_other_is_not_disturbed,
        },
    ],
};

/// To find out that a port is in use takes no time. It is counted as the deadline is, so that a busy
/// machine counts for nothing.
const SOON: Duration = Duration::from_secs(1);

fn one_client(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    client.receives("hello")?;
    client.receives_nothing()?;
    client.sends(stage.word())?;
    client.receives("bye")?;
    client.closes();
    server.exits_with(0)
}

fn closes_first(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = is_served(stage, &server)?;
    server.has_closed_first(client)
}

fn starts_again(stage: &Stage) -> Played {
    let mut server = stage.start_server(&["--host", &stage.host_of_its_own()])?;
    let address = server.address();
    for _ in 0..2 {
        let client = is_served(stage, &server)?;
        // Without TIME-WAIT on the port it would be no feat.
        server.has_closed_first(client)?;
        server.exits_with(0)?;
        server = stage.start_server_at(address)?;
    }
    is_served(stage, &server)?.closes();
    server.exits_with(0)
}

fn starts_again_before_the_client_closes(stage: &Stage) -> Played {
    let server = stage.start_server(&["--host", &stage.host_of_its_own()])?;
    let address = server.address();
    let _client = is_served(stage, &server)?;
    stage.tell("client", "leaves its own side open");
    server.exits_with(0)?;
    let server = stage.start_server_at(address)?;
    is_served(stage, &server)?.closes();
    server.exits_with(0)
}

fn a_port_in_use(stage: &Stage) -> Played {
    let first = stage.start_server(&[])?;
    let second = start_on_port_of(stage, &first)?;
    let left = stage.time_left();
    second.exits_with(1)?;
    if left.saturating_sub(stage.time_left()) > SOON {
        let wanted = "your program to end at once when the port is in use";
        return Err(Failed::fail(wanted, "it has taken more than a second"));
    }
    Ok(())
}

fn the_error(stage: &Stage) -> Played {
    let first = stage.start_server(&[])?;
    let second = start_on_port_of(stage, &first)?;
    second.ends()?;
    let begin = format!("error: cannot listen on {}: address already in use", first.address());
    let wanted = format!("one line on stderr that begins with: {begin}");
    let stderr = second.stderr();
    match stderr.lines().collect::<Vec<_>>()[..] {
        [line] if line.starts_with(&begin) => {}
        [] => return Err(Failed::fail(wanted, "nothing on stderr")),
        [_] => return Err(Failed::fail(wanted, "another line")),
        _ => return Err(Failed::fail(wanted, "several lines")),
    }
    match second.has_printed("") {
        true => Err(Failed::fail("nothing on stdout", "a line")),
        false => Ok(()),
    }
}

fn the_other_is_not_disturbed(stage: &Stage) -> Played {
    let first = stage.start_server(&[])?;
    let second = start_on_port_of(stage, &first)?;
    second.ends()?;
    let client = first.connect("client")?;
    converses(stage, &client)?;
    client.closes();
    first.exits_with(0)
}

/// A client that is served, until it has read the end of the stream. It has not closed its own
/// side yet.
fn is_served(stage: &Stage, server: &Program) -> Result<Peer, Failed> {
    let client = server.connect("client")?;
    converses(stage, &client)?;
    client.receives_the_end()?;
    Ok(client)
}

/// What is said, in both directions.
fn converses(stage: &Stage, client: &Peer) -> Played {
    client.receives("hello")?;
    client.sends(stage.word())?;
    client.receives("bye")
}

/// Starts the program once more, on the port that it has already.
fn start_on_port_of(stage: &Stage, server: &Program) -> Result<Program, Failed> {
    stage.tell("the port", "is in use now");
    stage.start(&["--port", &server.address().port().to_string()])
}
