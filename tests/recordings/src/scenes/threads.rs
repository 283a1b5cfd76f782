//! Threads that wait, as `ps` shows them.

use crate::recorder::Recorder;

/// Chapter 04 with two clients, neither of whom says anything.
pub fn that_wait() -> String {
    let mut recorder = Recorder::new(&["ch04-threaded-server"]);
    let server = recorder.start("server", "ch04-threaded-server", &[]);
    let address = server.address();
    let _clients = ["first", "second"].map(|name| {
        let client = recorder.scene.connect(name, address);
        server.prints("connected by");
        client
    });
    server.comes_to_rest();
    let typed = format!("ps -L -o state,time,wchan:16,comm -p {}", server.id());
    recorder.look("threads", &typed, "accept");
    recorder.finish()
}

/// Chapter 07 with two clients in the room, neither of whom says anything.
pub fn of_a_room() -> String {
    let mut recorder = Recorder::new(&["ch07-chat-room"]);
    let server = recorder.start("server", "ch07-chat-room", &["server"]);
    let address = server.address();
    let _clients = ["alice", "bob"].map(|name| {
        let client = recorder.scene.connect(name, address);
        client.sends(format!("{name}\n"));
        server.prints(&format!("is {name}"));
        client
    });
    server.comes_to_rest();
    let typed = format!("ps -L -o state,time,wchan:16,comm -p {}", server.id());
    recorder.look("threads_of_the_room", &typed, "accept");
    recorder.finish()
}
