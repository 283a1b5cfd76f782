//! Pictures of streams that are cut.

use crate::page;

const CUT_STREAM: &str = "\
```cut-stream
title: One line
description: One line in two reads.
above: recv returns
below: comes out
read: he
read: y\\n
frame: hey\\n
```
";

#[test]
fn reads_and_frames_that_are_not_the_same_bytes() {
    page(&CUT_STREAM.replace("read: he\n", "read: hi\n"))
        .is_refused("book/en/page.md:1: the reads and the frames are not the same bytes");
}

#[test]
fn a_cut_stream_without_a_description() {
    page(&CUT_STREAM.replace("description: One line in two reads.\n", ""))
        .is_refused("book/en/page.md:1: a cut stream needs title, description, above and below");
}

#[test]
fn a_line_that_a_cut_stream_does_not_know() {
    page(&CUT_STREAM.replace("read: he\n", "reads: he\n"))
        .is_refused("book/en/page.md:6: a cut stream has no such line");
}
