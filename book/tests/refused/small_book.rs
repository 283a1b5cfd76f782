//! A small book that breaks no rule, in a folder of its own, for tests that break one.

use std::fs;
use std::path::{Path, PathBuf};

use book::{Problems, Project, build};
use tempfile::TempDir;

/// What the book promises to show running, one heading each in methods.md.
pub const METHODS: [&str; 18] = [
    "setsockopt",
    "bind",
    "listen",
    "accept",
    "recv",
    "sendall",
    "close",
    "connect",
    "getpeername",
    "getsockname",
    "getsockopt",
    "settimeout",
    "gettimeout",
    "fileno",
    "setblocking",
    "send",
    "sendto",
    "recvfrom",
];

/// The source with an anchor. It calls the first seven methods.
pub const MAIN: &str = "chapters/02-single-server/src/main.rs";

/// The source that calls the others.
pub const CLIENT: &str = "chapters/02-single-server/src/client.rs";

/// Where the settings and the looks are copied from.
const REAL_BOOK: &str = env!("CARGO_MANIFEST_DIR");

/// A page with nothing on it yet.
const PAGE: &str = "book/en/page.md";

/// The project, but for methods.md and what is copied from the real book.
const FILES: &[(&str, &str)] = &[
    (
        "Makefile",
        "\
run-ch02: # a TCP server for one client at a time
\t@$(CARGO) run --package ch02-single-server -- $(ARGS)
",
    ),
    ("chapters/02-single-server/Cargo.toml", "[package]\nname = \"ch02-single-server\"\n"),
    (
        MAIN,
        "\
//! A server for one client. Nobody compiles it.

mod client;

fn main() {
    socket.setsockopt();
    // ANCHOR: listen
    socket.bind();
    socket.listen();
    // ANCHOR_END: listen
    let client = socket.accept();
    client.recv();
    client.sendall();
    client.close();
}
",
    ),
    (
        CLIENT,
        "\
//! The other end, and every call that the server
//! does without. It is not compiled either.

fn main() {
    socket.connect();
    socket.getpeername();
    socket.getsockname();
    socket.getsockopt();
    socket.settimeout();
    socket.gettimeout();
    socket.fileno();
    socket.setblocking();
    socket.send();
    socket.sendto();
    socket.recvfrom();
}
",
    ),
    (
        "tests/chapters/snapshots/single_server__conversation.snap",
        "\
---
source: tests/chapters/02_single_server.rs
expression: scene.transcript()
---
server | [INFO] server start at : 127.0.0.1:6666
client | (sends \"hello\")
server | [INFO] received from client: hello
client | (receives the end of the stream)
",
    ),
    (
        "tests/chapters/snapshots/single_server__help.snap",
        "\
---
source: tests/chapters/02_single_server.rs
expression: stdout
---
A server for one client at a time.

Options:
      --host <HOST>  Where to listen
      --port <PORT>  The port
",
    ),
    (
        "tests/recordings/tests/snapshots/recordings__listening.snap",
        "\
---
source: tests/recordings/tests/recordings.rs
expression: text
---
$ ss -tan 'sport = :6666'
State  Recv-Q Send-Q Local Address:Port
LISTEN 0      128        127.0.0.1:6666
",
    ),
    (
        "book/en/SUMMARY.md",
        "\
# Summary

[Welcome](welcome.md)

- [A server](chapter.md)
- [Methods](methods.md)
- [A page](page.md)
",
    ),
    (
        "book/en/welcome.md",
        "\
# Welcome

Begin with [what it prints](chapter.md#what-it-prints), or read [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293).
",
    ),
    (
        "book/en/chapter.md",
        "\
# A server

```rust
{{#include ../../chapters/02-single-server/src/main.rs:listen}}
```

The sources:

{{#sources chapters/02-single-server/src}}

## What it prints

```sh
make run-ch02 ARGS=\"--port 7000\" # in one terminal
```

{{#output single_server__conversation of=server}}

It prints `[INFO] received from client: hello`, as [above](#what-it-prints).

```call-flow
title: One message
description: The server waits, until the client has sent.
lanes: client, server
waits: waits

server: recv …
client: send -> server: \"hello\"
```
",
    ),
    (PAGE, "# A page\n"),
];

/// The folder with the project. It goes when the value does.
pub struct SmallBook(TempDir);

impl SmallBook {
    /// The book as it should be.
    pub fn new() -> Self {
        let book = Self(tempfile::tempdir().expect("a folder"));
        for (file, text) in FILES {
            book.write(file, text);
        }
        book.copy("book.toml");
        let assets = Path::new(REAL_BOOK).join("assets");
        for asset in fs::read_dir(assets).expect("the real book has assets") {
            let name = asset.expect("a file").file_name();
            book.copy(&format!("assets/{}", name.display()));
        }
        book.write("book/en/methods.md", &methods());
        book
    }

    /// The book with this text on its empty page.
    pub fn with_page(text: &str) -> Self {
        let book = Self::new();
        book.write(PAGE, text);
        book
    }

    /// The book with another text instead of one that stands once in a file.
    #[track_caller]
    pub fn with_change(file: &str, from: &str, to: &str) -> Self {
        let book = Self::new();
        let text = book.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}:\n{text}");
        book.write(file, &text.replacen(from, to, 1));
        book
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        let folder = path.parent().expect("a folder");
        fs::create_dir_all(folder).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }

    /// Takes a file of the real book.
    fn copy(&self, file: &str) {
        let text = fs::read_to_string(Path::new(REAL_BOOK).join(file));
        self.write(&format!("book/{file}"), &text.expect("the real book has it"));
    }

    /// Writes a snapshot of a chapter's test, as insta would.
    pub fn snapshot(&self, name: &str, text: &str) {
        let file = format!("tests/chapters/snapshots/{name}.snap");
        self.write(&file, &format!("---\nsource: a test\nexpression: text\n---\n{text}"));
    }

    /// Takes a file away.
    pub fn remove(&self, file: &str) {
        fs::remove_file(self.0.path().join(file)).expect("it was there");
    }

    /// Checks that this stands on a built page, which is named without `.html`.
    #[track_caller]
    pub fn shows(&self, page: &str, part: &str) {
        let html = self.html(page);
        let main = html.split_once("<main>").and_then(|(_, rest)| rest.split_once("</main>"));
        let (main, _) = main.expect("a page has a main part");
        assert!(main.contains(part), "{part}\n\nis not on the page {page}:\n{main}");
    }

    /// The whole of a built page, mdBook's template included.
    #[track_caller]
    pub fn html(&self, page: &str) -> String {
        self.read(&format!("book/out/en/{page}.html"))
    }

    /// A file's text.
    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        let text = fs::read_to_string(self.0.path().join(file));
        text.unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn build(&self) -> anyhow::Result<PathBuf> {
        build(&Project::new(self.0.path()))
    }

    /// Checks that the book is built. Returns its first page, from the root of the project.
    #[track_caller]
    pub fn is_built(&self) -> PathBuf {
        let page = self.build().unwrap_or_else(|error| panic!("not built: {error:#}"));
        page.strip_prefix(self.0.path()).expect("it is inside").to_owned()
    }

    /// Checks that the book cannot be built, for a reason that contains `text`.
    #[track_caller]
    pub fn fails(&self, text: &str) {
        let error = format!("{:#}", self.build().expect_err("the book was built"));
        assert!(error.contains(text), "{error}");
    }

    /// Checks that the book is not built, for these reasons and no others: one a line, as the
    /// program prints them.
    #[track_caller]
    pub fn is_refused(&self, problems: &str) {
        let error = self.build().expect_err("the book was built");
        assert!(error.is::<Problems>(), "mdBook failed, not a check: {error:#}");
        let count = match problems.lines().count() {
            1 => "1 problem".to_owned(),
            count => format!("{count} problems"),
        };
        assert_eq!(error.to_string(), format!("{problems}\n{count} in the book"));
    }
}

/// Every method with its heading, four lines each, and the line that runs it.
fn methods() -> String {
    let main = METHODS[..7].iter().map(|method| (method, MAIN));
    let client = METHODS[7..].iter().map(|method| (method, CLIENT));
    let entry = |(method, file)| format!("\n## {method}\n\n{{{{#line {file} .{method}(}}}}\n");
    let entries: String = main.chain(client).map(entry).collect();
    format!("# Methods\n{entries}")
}
