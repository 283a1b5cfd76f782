//! Pictures of call flows.

use crate::page;
use crate::small_book::SmallBook;

/// The beginning of a page, with a step in its line 6.
const CALL_FLOW: &str = "\
```call-flow
title: One message
description: The server waits.
lanes: client, server
waits: waits
server: recv …
```
";

/// A page with the call flow and one more step, in line 7.
fn step(line: &str) -> SmallBook {
    page(&CALL_FLOW.replace("…\n", &format!("…\n{line}\n")))
}

#[test]
fn a_call_in_a_lane_that_is_not_there() {
    step("clint: send")
        .is_refused("book/en/page.md:7: no lane is called \"clint\" (lanes: client, server)");
}

#[test]
fn an_arrow_to_a_lane_that_is_not_there() {
    step("client: send -> sever: hello")
        .is_refused("book/en/page.md:7: no lane is called \"sever\" (lanes: client, server)");
}

#[test]
fn an_arrow_to_its_own_lane() {
    step("client: send -> client: hello")
        .is_refused("book/en/page.md:7: an arrow leads to another lane");
}

#[test]
fn an_arrow_without_a_label() {
    step("client: send -> server").is_refused("book/en/page.md:7: an arrow leads to LANE: LABEL");
}

#[test]
fn a_step_without_a_lane() {
    step("send").is_refused("book/en/page.md:7: a step is LANE: CALL, or has an arrow");
}

#[test]
fn a_call_flow_without_a_title() {
    page(&CALL_FLOW.replace("title: One message\n", ""))
        .is_refused("book/en/page.md:1: a call flow needs title");
}

#[test]
fn a_call_flow_without_a_description() {
    page(&CALL_FLOW.replace("description: The server waits.\n", ""))
        .is_refused("book/en/page.md:1: a call flow needs description");
}

#[test]
fn a_call_flow_without_a_word_for_its_legend() {
    page(&CALL_FLOW.replace("waits: waits\n", ""))
        .is_refused("book/en/page.md:1: a call flow needs waits");
}

#[test]
fn a_call_flow_with_one_lane() {
    page(&CALL_FLOW.replace("client, server", "server"))
        .is_refused("book/en/page.md:1: a call flow needs two lanes or more");
}

#[test]
fn a_call_flow_with_a_step_before_its_lanes() {
    page("```call-flow\nserver: recv …\nlanes: client, server\n```\n")
        .is_refused("book/en/page.md:2: the lanes come before the steps: \"lanes: NAME, NAME\"");
}

#[test]
fn a_call_flow_without_steps() {
    page(&CALL_FLOW.replace("server: recv …\n", ""))
        .is_refused("book/en/page.md:1: a call flow needs a step");
}

#[test]
fn a_directive_in_a_call_flow() {
    page(&CALL_FLOW.replace("One message", "{{#sources chapters/02-single-server/src}}"))
        .is_refused(
            "book/en/page.md:2: a block holds no directive, but for a rust block its include",
        );
}

#[test]
fn a_label_with_an_arrow_in_it() {
    step("client: send ~> server: a -> b").is_built();
}
