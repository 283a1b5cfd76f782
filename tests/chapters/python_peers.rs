//! The wire format of chapters 02 to 04 is one that existing Python programs speak: small peers on
//! Python's own socket module talk to each of ours.

use harness::{Program, Scene};

const CLIENT: &str = env!("CARGO_BIN_EXE_ch03-client");
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/chapters/python/");
const REPLY: &str = "[INFO] server has received your messages";

/// A Python client's three messages to one of our servers.
fn converse(package: &str) -> (Scene, Program) {
    let scene = Scene::new();
    let server = scene.start("server", &harness::build(package), &["--port", "0"]);
    let port = server.address().port().to_string();
    server.prints("waiting for connection");
    let client = scene.start("python", "python3", &[&format!("{PYTHON}client.py"), &port]);
    client.prints("connected to");
    for message in ["hello", "你好"] {
        client.sends_line(message);
        server.prints(message);
        client.prints(REPLY);
    }
    client.sends_line("q");
    client.exits_with(0);
    server.prints("quit!");
    (scene, server)
}

harness::test_with! { python3,
    fn a_python_client_talks_to_the_single_server() {
        let (scene, _server) = converse("ch02-single-server");
        insta::assert_snapshot!(scene.transcript());
    }
}

harness::test_with! { python3,
    fn a_python_client_talks_to_the_threaded_server() {
        let (scene, _server) = converse("ch04-threaded-server");
        insta::assert_snapshot!(scene.transcript());
    }
}

harness::test_with! { python3,
    fn our_client_talks_to_a_python_server() {
        let scene = Scene::new();
        let server = scene.start("python", "python3", &[&format!("{PYTHON}server.py")]);
        let port = server.address().port().to_string();
        let client = scene.start("client", CLIENT, &["--port", &port]);
        client.prints("connected to");
        server.prints("connected by");
        for message in ["hello", "你好"] {
            client.types(message);
            server.prints(message);
            client.prints(REPLY);
        }
        client.types("q");
        client.exits_with(0);
        server.exits_with(0);
        insta::assert_snapshot!(scene.transcript());
    }
}
