//! From traces to a recording: who, with whom, and who waited.

mod traces;

use proptest::prelude::*;
use timeline::compare;
use timeline::picture::{Layout, Part, lanes, page, steps, told as sentence, under_way};
use timeline::record::{Run, recording};
use timeline::recording::{Call, Recording, Waited};

use crate::traces::recorded;

fn of(names: &[&str]) -> Recording {
    let runs: Vec<_> = names.iter().map(|name| Run::from(recorded(name).as_str())).collect();
    recording("A <title>", &runs, None, |_| None)
}

/// A call in a line: `ch03-client main: recvfrom 40 waited`.
fn line(recording: &Recording, call: &Call) -> String {
    let thread = &recording.threads[call.thread];
    let process = recording.processes[thread.process].called();
    let bytes = call.bytes.as_ref().map(|it| format!(" \"{}\"", it.shown)).unwrap_or_default();
    let waited = match call.waited {
        Waited::Yes => " (waited)",
        Waited::No => "",
        Waited::Unknown => " (?)",
    };
    let result = call.result.split(['<', '(']).next().unwrap_or_default().trim_end();
    format!("{process} {}: {}{bytes} = {result}{waited}", thread.name, call.name)
}

/// All that was called about sockets, one in a line, and behind each what it belongs to.
fn told(recording: &Recording) -> String {
    let mut told = String::new();
    for (number, call) in recording.calls.iter().enumerate() {
        if call.socket.is_none()
            || matches!(call.name.as_str(), "fcntl" | "setsockopt" | "getsockopt")
        {
            continue;
        }
        told += &format!("{number:3} {}", line(recording, call));
        for pair in recording.pairs.iter().filter(|it| it.received == number) {
            told += &format!(" <- {} ({} from {})", pair.sent, pair.count, pair.offset);
        }
        for accepted in recording.accepted.iter().filter(|it| it.accept == number) {
            told += &format!(" <- {}", accepted.connect);
        }
        told += "\n";
    }
    told
}

#[test]
fn a_client_and_a_server_with_a_thread_for_it() {
    let recording = of(&["chapter_03.txt", "chapter_04.txt"]);
    insta::assert_snapshot!(told(&recording));
}

#[test]
fn netcat_with_netcat() {
    insta::assert_snapshot!(told(&of(&["nc_server.txt", "nc_client.txt"])));
}

#[test]
fn a_web_server_with_its_client() {
    insta::assert_snapshot!(told(&of(&["http_server.txt", "http_client.txt"])));
}

#[test]
fn streams_datagrams_and_paths_within_one_program() {
    insta::assert_snapshot!(told(&of(&["python.txt"])));
}

#[test]
fn every_call_that_is_recorded() {
    insta::assert_snapshot!(told(&of(&["every_call.txt"])));
}

#[test]
fn a_program_that_ran_already() {
    insta::assert_snapshot!(told(&of(&["attached.txt"])));
}

/// Waits for other threads, and who ended them.
#[test]
fn threads_that_wake_each_other() {
    let recording = of(&["room.txt", "room_bob.txt"]);
    let name = |call: &Call| recording.threads[call.thread].id;
    let mut told = String::new();
    for (number, call) in recording.calls.iter().enumerate().filter(|(_, it)| it.name == "futex") {
        let waited = line(&recording, call);
        told += &format!("{number:3} {} {waited}", name(call));
        if let Some(waker) = call.woken_by {
            told += &format!(" <- {waker} of {}", name(&recording.calls[waker]));
        }
        told += "\n";
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_program_that_is_stopped_neither_runs_nor_waits() {
    let recording = of(&["room.txt", "room_bob.txt"]);
    let [stop] = &recording.stops[..] else { panic!("{:?}", recording.stops) };
    let process = recording.threads[stop.thread].process;
    assert_eq!(recording.processes[process].called(), "nc");
    let layout = Layout::of(&recording);
    let lane = layout.lanes.iter().position(|it| *it == stop.thread).expect("it has a lane");
    let does = |step: &timeline::picture::Step| lanes(&recording, &layout, step)[lane].clone();
    let while_stopped = |step: &&timeline::picture::Step| {
        let row = layout.rows[step.row];
        row >= stop.from && stop.to.is_some_and(|to| row < to)
    };
    let all = steps(&layout);
    let stopped: Vec<_> = all.iter().filter(while_stopped).map(does).collect();
    assert!(stopped.len() > 3 && stopped.iter().all(|it| it == "is stopped"), "{stopped:?}");
    assert_ne!(does(all.last().expect("a step")), "is stopped");
}

/// The number of a descriptor that was closed is soon given to another one.
#[test]
fn what_a_socket_is_connected_to_is_not_what_the_next_one_is() {
    let trace = "\
1 1.000000000 socket(AF_UNIX, SOCK_STREAM, 0) = 3<UNIX-STREAM:[5]> <0.000000100>
1 1.000001000 connect(3<UNIX-STREAM:[5]>, {sa_family=AF_UNIX, sun_path=\"/none\"}, 110) = -1 ENOENT (No such file or directory) <0.000000100>
1 1.000002000 close(3<UNIX-STREAM:[5]>) = 0 <0.000000100>
1 1.000003000 write(3<UNIX-STREAM:[6->7]>, \"x\", 1) = 1 <0.000000100>
";
    let recording = recording("", &[trace.into()], None, |_| None);
    let there = |call: usize| recording.calls[call].socket.as_ref().and_then(|it| it.there.clone());
    assert_eq!((there(1), there(3)), (None, Some("7".to_owned())));
}

#[test]
fn in_a_picture_everything_leads_downwards() {
    for names in [
        &["chapter_03.txt", "chapter_04.txt"][..],
        &["nc_server.txt", "nc_client.txt"],
        &["http_server.txt", "http_client.txt"],
        &["python.txt"],
        &["attached.txt"],
        &["room.txt", "room_bob.txt"],
    ] {
        let recording = of(names);
        let layout = Layout::of(&recording);
        assert!(layout.rows.is_sorted_by(|one, next| one < next), "{names:?}");
        for shown in &layout.calls {
            assert_eq!(layout.lanes[shown.lane], recording.calls[shown.call].thread, "{names:?}");
            assert!(shown.end.is_none_or(|end| shown.begin <= end && end < layout.rows.len()));
        }
        let picture = layout.svg(&recording, "picture");
        assert!(picture.contains("A &lt;title&gt;"), "{names:?}");
        let is_woken =
            |it: &&Call| it.name == "futex" && it.waited == Waited::Yes && it.woken_by.is_some();
        let woken = recording.calls.iter().filter(is_woken).count();
        let arrows = recording.pairs.len() + recording.accepted.len() + woken;
        assert_eq!(picture.matches("<line class=\"arrow\"").count(), arrows, "{names:?}");
    }
}

#[test]
fn step_by_step() {
    let recording = of(&["chapter_03.txt", "chapter_04.txt"]);
    let layout = Layout::of(&recording);
    let mut told = String::new();
    for step in steps(&layout) {
        told += &format!(
            "{}\n    {}\n",
            sentence(&recording, &step),
            lanes(&recording, &layout, &step).join(" | ")
        );
        for (from, to, bytes) in under_way(&recording, &layout, &step) {
            told += &format!("    {bytes} bytes from {from} to {to}\n");
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_page_has_every_step_in_words() {
    let recording = of(&["chapter_03.txt", "chapter_04.txt"]);
    let page = page(&recording);
    let steps = steps(&Layout::of(&recording)).len();
    assert_eq!(page.matches("<li id=\"timeline-").count(), steps);
    assert!(page.contains("<title>A &lt;title&gt;</title>"));
    assert!(page.contains("recvfrom(4&lt;TCP:["), "what a program sends is no markup");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))] // each draws a whole trace

    /// A trace from which lines are missing, or in which they are cut, gives a picture all the same.
    #[test]
    fn whatever_is_missing_there_is_a_picture(
        name in prop::sample::select(&["chapter_04.txt", "python.txt", "http_server.txt"]),
        missing in prop::collection::vec(0..400_usize, 0..20),
        cut in prop::collection::vec((0..400_usize, 0..200_usize), 0..20),
    ) {
        let text = recorded(name);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (line, at) in cut {
            let line = line % lines.len();
            let end = lines[line].char_indices().map(|(at, _)| at).nth(at);
            let end = end.unwrap_or(lines[line].len());
            lines[line].truncate(end);
        }
        for line in missing {
            lines.remove(line % lines.len());
        }
        let recording = recording("", &[lines.join("\n").as_str().into()], None, |_| None);
        let layout = Layout::of(&recording);
        prop_assert!(layout.rows.is_sorted_by(|one, next| one < next));
        prop_assert_eq!(page(&recording).matches("<li id=\"timeline-").count(), steps(&layout).len());
        prop_assert!(!compare::told(&recording).is_empty());
    }
}

#[test]
fn bytes_are_under_way_from_a_send_to_its_receive() {
    let recording = of(&["nc_server.txt", "nc_client.txt"]);
    let layout = Layout::of(&recording);
    let left = |name: &str| {
        let is_it =
            |call: &Call| call.name == name && call.bytes.as_ref().is_some_and(|it| it.count == 6);
        let all = steps(&layout);
        let step = all.iter().rfind(|step| {
            let call = &recording.calls[step.call];
            is_it(call) && call.socket.is_some() && step.part != Part::Begins
        });
        under_way(&recording, &layout, step.expect("there is such a step"))
    };
    let ends = ("127.0.0.1:47106".to_owned(), "127.0.0.1:7171".to_owned());
    assert_eq!(left("write"), [(ends.0, ends.1, 6)]);
    assert_eq!(left("read"), []);
}
