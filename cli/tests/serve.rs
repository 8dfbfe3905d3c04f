//! The binary from outside: it says when it is ready, answers, and ends when told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

#[test]
fn serve_says_ready_answers_and_ends_on_sigterm() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_aquifer"))
        .args(["serve", "--port", "0", "--ephemeral"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    let stdout = server.stdout.as_mut().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("ready http://").expect("the ready line").to_owned();

    let mut socket = TcpStream::connect(&address).expect("it listens");
    write!(socket, "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
        .expect("it takes a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"athena\":\"running\""), "{answer}");

    let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
    assert!(told.expect("kill runs").success());
    assert!(server.wait().expect("it ends").success(), "it ends cleanly");
}

#[test]
fn a_service_nobody_knows_is_refused_with_the_known_ones() {
    let output = Command::new(env!("CARGO_BIN_EXE_aquifer"))
        .args(["serve", "--port", "0", "--ephemeral", "--services", "nosuch"])
        .output()
        .expect("the binary starts");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("nosuch") && said.contains("glue"), "{said}");
}
