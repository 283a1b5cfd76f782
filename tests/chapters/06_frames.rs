//! Chapter 06's frames, without a socket: for every sequence of messages and every way to cut the
//! stream, what comes out is what went in.

#[path = "../../chapters/06-framing/src/frames.rs"]
mod frames;

use frames::{Format, Frame, Frames};
use proptest::collection::vec;
use proptest::prelude::*;

/// More than some of the messages have.
const LIMIT: usize = 40;

/// Messages of any bytes, newlines among them more often than by chance, some over the limit.
fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = prop_oneof![4 => any::<u8>(), 1 => Just(b'\n'), 1 => Just(0)];
    vec(vec(byte, 0..LIMIT * 2), 0..12)
}

/// Where a stream is cut: pieces of these sizes, over and over.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    vec(1usize..100, 1..10)
}

/// The frames of those of the messages that have one, and these messages.
fn encoded(format: Format, messages: &[Vec<u8>]) -> (Vec<u8>, Vec<&[u8]>) {
    let mut stream = Vec::new();
    let framed = messages.iter().filter(|message| format.encode(message, &mut stream));
    let framed = framed.map(Vec::as_slice).collect();
    (stream, framed)
}

/// What comes out of a stream that comes in such pieces, and whether it may end where it does.
fn decoded(format: Format, stream: &[u8], cuts: &[usize]) -> (Vec<Frame>, bool) {
    let mut frames = Frames::new(format, LIMIT);
    let mut out = Vec::new();
    let (mut rest, mut cuts) = (stream, cuts.iter().cycle());
    while !rest.is_empty() {
        let size = rest.len().min(*cuts.next().expect("there is one at least"));
        frames.push(&rest[..size]);
        rest = &rest[size..];
        out.extend(std::iter::from_fn(|| frames.next()));
    }
    (out, frames.may_end())
}

fn message_or_skipped(message: &[u8]) -> Frame {
    match message.len() {
        ..=LIMIT => Frame::Message(message.to_vec()),
        _ => Frame::Skipped,
    }
}

proptest! {
    // PROPTEST_CASES=20000 tries as many of each, as the tests that guard the project do.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_come_out_as_they_went_in(messages in messages(), cuts in cuts()) {
        let (stream, framed) = encoded(Format::Line, &messages);
        let expected: Vec<Frame> = framed.into_iter().map(message_or_skipped).collect();
        prop_assert_eq!(decoded(Format::Line, &stream, &cuts), (expected, true));
    }

    #[test]
    fn lengths_come_out_as_they_went_in(messages in messages(), cuts in cuts()) {
        let (stream, framed) = encoded(Format::Length, &messages);
        prop_assert_eq!(framed.len(), messages.len(), "every message has a frame");
        let good = framed.iter().take_while(|message| message.len() <= LIMIT);
        let mut expected: Vec<Frame> = good.map(|message| Frame::Message(message.to_vec())).collect();
        let refused = framed.get(expected.len()).map(|message| message.len() as u32);
        expected.extend(refused.map(Frame::Refused));
        prop_assert_eq!(decoded(Format::Length, &stream, &cuts), (expected, refused.is_none()));
    }

    #[test]
    fn a_stream_may_end_between_frames_and_nowhere_else(
        messages in vec(vec(any::<u8>(), 0..LIMIT), 1..6),
        end in any::<prop::sample::Index>(),
        cuts in cuts(),
    ) {
        for format in [Format::Line, Format::Length] {
            let (stream, framed) = encoded(format, &messages);
            let end = end.index(stream.len() + 1);
            let mut boundaries = vec![0];
            for message in framed {
                let mut frame = Vec::new();
                format.encode(message, &mut frame);
                boundaries.push(boundaries[boundaries.len() - 1] + frame.len());
            }
            let (_, may_end) = decoded(format, &stream[..end], &cuts);
            prop_assert_eq!(may_end, boundaries.contains(&end), "{:?}, cut at {}", format, end);
        }
    }

    #[test]
    fn whatever_comes_is_taken_apart_without_a_panic(
        stream in vec(prop_oneof![3 => any::<u8>(), 1 => Just(b'\n'), 2 => Just(0)], 0..500),
        cuts in cuts(),
    ) {
        for format in [Format::Line, Format::Length] {
            let all = decoded(format, &stream, &[usize::MAX]);
            prop_assert_eq!(decoded(format, &stream, &cuts), all, "the cuts do not matter");
        }
    }
}

#[test]
fn what_has_no_frame_is_refused_and_leaves_nothing_behind() {
    let mut out = b"before".to_vec();
    assert!(!Format::Line.encode(b"two\nlines", &mut out));
    assert_eq!(out, b"before");
    assert!(Format::Line.encode(b"", &mut out));
    assert!(Format::Length.encode(b"two\nlines", &mut out));
    assert_eq!(out, b"before\n\0\0\0\x09two\nlines");
}

#[test]
fn a_million_frames_in_one_read_take_no_longer_than_they_should() {
    let mut frames = Frames::new(Format::Line, LIMIT);
    let start = std::time::Instant::now();
    frames.push(&b"\n".repeat(1_000_000));
    let mut count = 0;
    while frames.next().is_some() {
        count += 1;
    }
    assert_eq!(count, 1_000_000);
    // To move what is left to the front each time would take minutes.
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}

/// What the page shows of three lines in four reads.
#[test]
fn the_table_in_the_book_is_right() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/en/chapter-06.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let rows = page.lines().skip_while(|line| !line.starts_with("| `recv` returns |")).skip(2);
    let rows: Vec<Vec<String>> = rows.take_while(|line| line.starts_with('|')).map(cells).collect();
    assert_eq!(rows.len(), 4);
    let mut frames = Frames::new(Format::Line, LIMIT);
    let mut waits = String::new();
    for row in rows {
        let [returned, out, left] = &row[..] else { panic!("three cells: {row:?}") };
        frames.push(returned.as_bytes());
        let message = frames.next().map(|frame| match frame {
            Frame::Message(message) => String::from_utf8(message).expect("text"),
            other => panic!("{other:?}"),
        });
        assert_eq!(message.unwrap_or_default(), *out);
        assert_eq!(frames.next(), None);
        waits += returned;
        waits = waits.rsplit('\n').next().expect("a last piece").to_owned();
        assert_eq!(waits, *left);
    }
    assert!(frames.may_end());
}

/// Its picture of the same.
#[test]
fn the_picture_in_the_book_is_right() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/en/chapter-06.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let block = page.split("```").find(|block| block.starts_with("cut-stream\n"));
    let lines = block.expect("the page has a picture").lines();
    let all = |kind| -> Vec<String> {
        let lines = lines.clone().filter_map(|line| line.strip_prefix(kind));
        lines.map(|bytes| bytes.replace("\\n", "\n")).collect()
    };
    let (mut frames, mut out) = (Frames::new(Format::Line, LIMIT), Vec::new());
    for read in all("read: ") {
        frames.push(read.as_bytes());
        out.extend(std::iter::from_fn(|| frames.next()));
    }
    let expected = all("frame: ").into_iter().map(|frame| frame.trim_end_matches('\n').to_owned());
    assert_eq!(out, expected.map(|frame| Frame::Message(frame.into())).collect::<Vec<_>>());
    assert!(out.len() > 1 && frames.may_end());
}

/// The cells of a row of a table, without their backquotes, and with `\n` for a newline.
fn cells(row: &str) -> Vec<String> {
    let cells = row.trim_matches('|').split('|');
    cells.map(|cell| cell.trim().trim_matches('`').replace("\\n", "\n")).collect()
}
