//! 05-lost-and-found: stop and wait, over a path that loses, doubles and reorders.
//!
//! The trap: a datagram that was sent has not arrived, and one that was not acknowledged may have
//! arrived all the same. So the sender must repeat, and the receiver must notice that it did; both
//! go by the number, and by nothing else.

mod ends;
mod format;
mod transfer;

use std::time::{Duration, Instant};

use self::ends::{Far, Near};
use self::format::{BLOCK, Text, acknowledgement, block, end, named};
use self::transfer::Transfer;
use crate::program::missing;
use crate::words::{ended, quoted};
use crate::{Check, DEADLINE, Exercise, Failed, Needs, Played, Silence, Stage};

pub(super) static LOST_AND_FOUND: Exercise = Exercise {
    name: "05-lost-and-found",
    chapter: "05-udp",
    checks: &[
        Check {
            name: "each block waits until the one before is acknowledged",
            points: 1,
            hints: &[
                "When does your sender send its second block? What has it heard by then?",
                "After each block, receive. Only the acknowledgement with that block's number lets \
                 the next one go.",
                "Numbers have four bytes, big endian: to_be_bytes of a u32. The end waits for its \
                 acknowledgement like a block.",
            ],
            page: "chapter-05.md#sending-again",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: block_after_block,
        },
        Check {
            name: "what is not acknowledged is sent again",
            points: 1,
            hints: &[
                "Start the sender alone, with nobody to answer. What does it do?",
                "Receive with a timeout. When it is over, send the same bytes again, with the same \
                 number.",
                "The end can be lost like any other datagram: send it by the same function as the \
                 blocks.",
            ],
            page: "chapter-05.md#sending-again",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: sent_again,
        },
        Check {
            name: "only its own acknowledgement counts",
            points: 1,
            hints: &[
                "Which acknowledgements can arrive while block 1 waits for its own?",
                "Those of block 0 come twice if block 0 was sent twice. Compare the whole \
                 datagram: letter, number, length.",
                "Connect the socket, and the kernel keeps strangers away. Whatever else is not the \
                 acknowledgement that is due, pass over, and receive again.",
            ],
            page: "chapter-05.md#what-can-go-wrong",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: only_its_own,
        },
        Check {
            name: "nothing that arrives makes it wait longer",
            points: 1,
            hints: &[
                "Each recv has its timeout. How long do three of them take, if something arrives \
                 shortly before each is over?",
                "The timeout of the socket begins anew with each recv. What must not begin anew is \
                 your own time.",
                "When a block goes out, note Instant::now() + timeout. Before each recv, set what \
                 is left of it as the timeout; if nothing is left, send again.",
            ],
            page: "chapter-05.md#sending-again",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: nothing_makes_it_wait_longer,
        },
        Check {
            name: "it gives up after its tries, and says so",
            points: 1,
            hints: &[
                "Count how often each block is sent. When does the counting begin anew?",
                "--tries is for each block, and the last try has its timeout, too. Where nobody \
                 listens, recv or send may fail with \"connection refused\": that is a loss, and the \
                 timeout goes on.",
                "Return a Failure: \"no acknowledgement of number 1 after 3 tries\". exit_status \
                 puts \"error: \" before it, and makes it exit status 1.",
            ],
            page: "common.md#one-way-to-fail",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: gives_up,
        },
        Check {
            name: "what comes twice is acknowledged twice, and written once",
            points: 1,
            hints: &[
                "Why does a block come a second time? What does its sender wait for?",
                "Its acknowledgement was lost. If there is no other, the sender sends the block for \
                 ever; if the block is written again, the text is wrong.",
                "Keep the number that is due. A lower one: acknowledge that number, nothing else. \
                 The one that is due: write it, flush, acknowledge, and one more is due.",
            ],
            page: "chapter-05.md#sending-again",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: what_comes_twice,
        },
        Check {
            name: "what is not due, or not the sender's, is ignored",
            points: 1,
            hints: &[
                "What does your receiver do with block 1 when block 0 has not come? With 513 bytes, \
                 with none, with a datagram of two bytes?",
                "Who acknowledges a block promises that it has been written. One that is not due \
                 cannot be written yet.",
                "Take a datagram apart with care: five bytes at least, all four bytes of the \
                 number, a buffer of one byte more than the longest. And note from whom number 0 \
                 came.",
            ],
            page: "chapter-05.md#the-server-one-socket-for-all",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: what_is_not_due,
        },
        Check {
            name: "after the end it stays for a while, then it ends",
            points: 1,
            hints: &[
                "How does the receiver learn that its last acknowledgement has arrived?",
                "It does not, ever. If it was lost, the sender sends the end again, and somebody \
                 must be there to answer.",
                "When the end is in, go on receiving, with a timeout of --stay after each \
                 acknowledgement. When that is over, end with exit status 0.",
            ],
            page: "chapter-05.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: stays_for_a_while,
        },
        Check {
            name: "all arrives over a bad path, once and in order",
            points: 2,
            hints: &[
                "Try it: make run-relay ARGS=\"udp --drop 20 --duplicate 10\", and send to its \
                 port. What does it say of the block after which nothing more comes?",
                "Compare what both sides make of the numbers. Both begin at 0, and the end has \
                 one.",
                "If every other check passes, look at what you print on stdout besides the text.",
            ],
            page: "chapter-05.md#what-can-go-wrong",
            deadline: SLOW,
            needs: Needs::Nothing,
            play: over_a_bad_path,
        },
    ],
};

/// For what takes its time, or takes many turns, on a machine that is slow.
const SLOW: Duration = Duration::from_secs(30);

fn block_after_block(stage: &Stage) -> Played {
    let text = Text::of(stage, BLOCK + stage.number(1..BLOCK));
    let (far, sender) = Far::of(stage, &text, &["--timeout", "20"])?;
    far.takes(&text.datagram(0))?;
    far.hears_nothing_new()?;
    far.acknowledges(0)?;
    for number in 1..3 {
        far.takes(&text.datagram(number))?;
        far.acknowledges(number)?;
    }
    sender.exits_with(0)?;

    // Two whole blocks, behind which there is no shorter one; and no block at all.
    for blocks in [2, 0] {
        let text = Text::of(stage, blocks * BLOCK);
        let (far, sender) = Far::of(stage, &text, &["--timeout", "20"])?;
        for number in 0..=blocks {
            far.takes(&text.datagram(number))?;
            far.acknowledges(number)?;
        }
        sender.exits_with(0)?;
    }

    // More blocks than one byte can count.
    let blocks = stage.number(258..264);
    let text = Text::of(stage, (blocks - 1) * BLOCK + stage.number(1..BLOCK));
    let (far, sender) = Far::of(stage, &text, &["--timeout", "20"])?;
    for number in 0..blocks {
        far.takes_untold(&text.datagram(number))?;
        far.peer.sends_untold(far.sender(), &acknowledgement(number))?;
    }
    stage.tell("receiver", "receives all blocks in order, and acknowledges each");
    far.takes(&text.datagram(blocks))?;
    far.acknowledges(blocks)?;
    sender.exits_with(0)
}

fn sent_again(stage: &Stage) -> Played {
    let text = Text::of(stage, BLOCK + stage.number(1..BLOCK));
    let (far, sender) = Far::of(stage, &text, &["--timeout", "0.1", "--tries", "50"])?;
    for number in 0..3 {
        far.takes(&text.datagram(number))?;
        far.takes_it_again()?;
        far.acknowledges(number)?;
    }
    sender.exits_with(0)
}

fn only_its_own(stage: &Stage) -> Played {
    let text = Text::of(stage, BLOCK + stage.number(1..BLOCK));
    let (far, _sender) = Far::of(stage, &text, &["--timeout", "20"])?;
    far.takes(&text.datagram(0))?;
    far.acknowledges(1)?;
    far.hears_nothing_new()?;
    far.acknowledges(0)?;
    far.takes(&text.datagram(1))?;
    far.acknowledges(0)?;
    far.hears_nothing_new()?;

    // What it makes of them when its time is over.
    let stranger = stage.datagram_peer("stranger")?;
    let (far, _sender) = Far::of(stage, &text, &["--timeout", "0.3", "--tries", "20"])?;
    far.takes(&text.datagram(0))?;
    far.acknowledges(1)?;
    far.acknowledges(256)?; // its last byte is 0
    for garbage in [&b""[..], b"A", b"A\0\0\0\0and more", &text.datagram(0)] {
        far.peer.sends_as(far.sender(), garbage, named(garbage))?;
    }
    stranger.sends_as(far.sender(), &acknowledgement(0), named(&acknowledgement(0)))?;
    far.has_not_gone_on()?;
    far.takes_it_again()?;
    far.acknowledges(0)?;
    far.takes(&text.datagram(1))?;
    far.acknowledges(0)?;
    far.has_not_gone_on()?;
    far.takes_it_again()?;
    far.acknowledges(1)?;
    far.takes(&text.datagram(2))
}

fn nothing_makes_it_wait_longer(stage: &Stage) -> Played {
    /// Between two of them. Much less than the timeout, for a machine that is slow.
    const PAUSE: Duration = Duration::from_millis(5);
    let text = Text::of(stage, stage.number(1..BLOCK));
    let (far, _sender) = Far::of(stage, &text, &["--timeout", "1", "--tries", "3"])?;
    far.takes(&text.datagram(0))?;
    let garbage = stage.word();
    stage.tell("receiver", format_args!("sends garbage, again and again: {garbage:?}"));
    let mut last = Instant::now();
    far.takes_it_again_while(|| {
        if last.elapsed() >= PAUSE {
            last = Instant::now();
            // If one cannot be sent, there is another soon.
            let _ = far.peer.sends_untold(far.sender(), garbage.as_bytes());
        }
    })
}

fn gives_up(stage: &Stage) -> Played {
    const TIMEOUT: Duration = Duration::from_millis(400);
    const TRIES: usize = 3;
    const ERROR: &str = "error: no acknowledgement of number 1 after 3 tries";
    let wanted = "block 1 three times, and then the end of your program";
    let text = Text::of(stage, 2 * BLOCK + stage.number(1..BLOCK));
    let (far, sender) = Far::of(stage, &text, &["--timeout", "0.4", "--tries", "3"])?;
    far.takes(&text.datagram(0))?;
    let start = Instant::now(); // block 1 goes out after this
    far.acknowledges(0)?;
    far.takes(&text.datagram(1))?;
    let mut count = 1;
    loop {
        match stage.awaits(|| far.peer.takes()) {
            Ok((again, _)) if again == text.datagram(1) && count < TRIES => count += 1,
            Ok((again, _)) if again == text.datagram(1) => {
                return Err(Failed::fail(wanted, "block 1 once more"));
            }
            Ok((other, _)) => return Err(Failed::fail(wanted, named(&other))),
            Err(Silence::Ended(_)) if count == TRIES => break,
            Err(Silence::Ended(status)) => {
                let times = if count == 1 { "once" } else { "twice" };
                let came = format!("it {times} only; then your program {}", ended(status));
                return Err(Failed::fail(wanted, came));
            }
            Err(silence) => return Err(missing(wanted, silence)),
        }
    }
    stage.tell("receiver", "receives block 1 three times, and says nothing");
    if sender.ended_after(start) < TIMEOUT * 3 {
        let wanted = "your program to wait 0.4 s after each try, the last one too";
        return Err(Failed::fail(wanted, "its end, before 1.2 s were over"));
    }
    sender.exits_with(1)?;
    sender.has_complained(ERROR)?;
    gives_up_where_nobody_listens(stage)
}

fn gives_up_where_nobody_listens(stage: &Stage) -> Played {
    let gone = stage.datagram_peer("receiver")?;
    gone.stops_listening()?;
    let port = gone.port()?;
    let sender = stage.start(&["send", "--port", &port, "--timeout", "0.1", "--tries", "2"])?;
    sender.is_fed(stage.word().into_bytes());
    stage.allows_sleeps_of(Duration::from_millis(100));
    sender.exits_with(1)?;
    sender.has_complained("error: no acknowledgement of number 0 after 2 tries")?;
    sender.has_taken(Duration::from_millis(200))
}

fn what_comes_twice(stage: &Stage) -> Played {
    let (near, receiver) = Near::of(stage, "2")?;
    let words = [stage.word(), stage.word(), stage.word()];
    for number in [0, 0, 1, 0, 1, 1, 2] {
        near.sends_and_is_acknowledged(&block(number, words[number].as_bytes()))?;
    }
    receiver.delivers(words.concat().as_bytes())
}

fn what_is_not_due(stage: &Stage) -> Played {
    let (near, receiver) = Near::of(stage, "2")?;
    let early = stage.word();
    // Who is first is not who has the first block.
    let stranger = stage.datagram_peer("stranger")?;
    for datagram in [block(1, early.as_bytes()), early.clone().into_bytes()] {
        stranger.sends_as(receiver.address(), &datagram, named(&datagram))?;
    }
    for number in [1, 256, 1 << 16, 1 << 24] {
        near.sends(&block(number, early.as_bytes()))?;
    }
    near.sends(&end(1))?;
    let too_long = block(0, &early.repeat(100).as_bytes()[..BLOCK + 1]);
    let empty = block(0, b"");
    let word = stage.word();
    for garbage in [&b""[..], b"D", b"D\0\0\0", word.as_bytes(), &empty, &too_long] {
        near.sends(garbage)?;
    }
    let words = [stage.word(), stage.word()];
    near.sends_and_is_acknowledged(&block(0, words[0].as_bytes()))?;
    receiver.delivers(words[0].as_bytes())?;

    for datagram in [block(1, early.as_bytes()), block(0, early.as_bytes()), end(1)] {
        stranger.sends_as(receiver.address(), &datagram, named(&datagram))?;
    }
    near.sends_and_is_acknowledged(&block(1, words[1].as_bytes()))?;
    receiver.delivers(words[1].as_bytes())?;
    match stranger.takes() {
        Some((answer, _)) => Err(Failed::fail("no answer to the stranger", named(&answer))),
        None => Ok(()),
    }
}

fn stays_for_a_while(stage: &Stage) -> Played {
    const STAY: Duration = Duration::from_secs(1);
    // A text without a block.
    let (near, receiver) = Near::of(stage, "0.1")?;
    near.sends_and_is_acknowledged(&end(0))?;
    receiver.exits_with(0)?;

    let (near, receiver) = Near::of(stage, "1")?;
    let word = stage.word();
    near.sends_and_is_acknowledged(&block(0, word.as_bytes()))?;
    near.sends_and_is_acknowledged(&end(1))?;
    near.sends(&block(1, stage.word().as_bytes()))?; // behind the end
    near.sends_and_is_acknowledged(&block(0, word.as_bytes()))?;
    let start = Instant::now(); // its last acknowledgement comes after this
    near.sends_and_is_acknowledged(&end(1))?;
    stage.be_patient();
    receiver.exits_with(0)?;
    if receiver.ended_after(start) < STAY {
        let wanted = "your program to stay for 1 s after its last acknowledgement";
        return Err(Failed::fail(wanted, "its end, before that second was over"));
    }
    match receiver.delivered() {
        all if all == word.as_bytes() => Ok(()),
        all => {
            let wanted = format!("{} on stdout, and nothing else", quoted(word.as_bytes()));
            Err(Failed::fail(wanted, quoted(&all)))
        }
    }
}

/// Three transfers at once, each with its own luck.
fn over_a_bad_path(stage: &Stage) -> Played {
    let transfers = [Transfer::start(stage)?, Transfer::start(stage)?, Transfer::start(stage)?];
    transfers.iter().try_for_each(|transfer| transfer.arrives(stage))
}
