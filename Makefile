# make, alone, lists the targets. A target's line in that list is the comment behind its name.
# ARGS="..." hands arguments on to a chapter's program: make run-ch02 ARGS="--port 7000"

CARGO ?= cargo

.PHONY: help
help:
	@echo 'make TARGET, and ARGS="..." for the program, such as ARGS="--port 7000" or ARGS=--help'
	@echo
	@sed -n 's/^\([a-z0-9-]*\):.*# \(.*\)/  \1|\2/p' '$(strip $(MAKEFILE_LIST))' | awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'

.PHONY: run-ch01 run-ch02 run-ch03 run-ch04 run-ch05 run-ch05-client run-ch06 run-ch06-client run-ch06-two-writes run-ch06-last-reply run-ch07 run-ch07-client run-beliefs run-relay
run-ch01: # create sockets, look at them, wait on them
	@$(CARGO) run --package ch01-create-socket -- $(ARGS)
run-ch02: # a TCP server for one client at a time
	@$(CARGO) run --package ch02-single-server -- $(ARGS)
run-ch03: # a TCP client, for the servers of 02 and 04
	@$(CARGO) run --package ch03-client -- $(ARGS)
run-ch04: # a TCP server with a thread for each client
	@$(CARGO) run --package ch04-threaded-server -- $(ARGS)
run-ch05: # a UDP server
	@$(CARGO) run --package ch05-udp -- server $(ARGS)
run-ch05-client: # a UDP client, for the server of 05
	@$(CARGO) run --package ch05-udp -- client $(ARGS)
run-ch06: # a TCP server whose messages keep their boundaries
	@$(CARGO) run --package ch06-framing -- server $(ARGS)
run-ch06-client: # a TCP client, for the server of 06
	@$(CARGO) run --package ch06-framing -- client $(ARGS)
run-ch06-two-writes: # what a frame costs that is written in two pieces
	@$(CARGO) run --package ch06-framing -- two-writes
run-ch06-last-reply: # what becomes of a last reply when its sender just closes
	@$(CARGO) run --package ch06-framing -- last-reply
run-ch07: # a chat room
	@$(CARGO) run --package ch07-chat-room -- server $(ARGS)
run-ch07-client: # a client for the chat room
	@$(CARGO) run --package ch07-chat-room -- client $(ARGS)
run-beliefs: # beliefs about sockets, each tried: ARGS=backlog for one of them
	@$(CARGO) run --package beliefs -- $(ARGS)
run-relay: # between a client and a server, to torment them: ARGS="udp --drop 20"
	@$(CARGO) run --package relay -- $(ARGS)

.PHONY: grade
grade: # the exercises, graded: all of them, or one, as in EX=02-notice-eof
	@$(CARGO) run --quiet --package checks --features compile --bin grade -- $(EX)

.PHONY: gradebook class-copy
gradebook: has-gradebook # a class, graded: SUBMISSIONS=folder OUT=folder, and ARGS=--help for more
	@$(CARGO) run --quiet --package gradebook --bin gradebook -- $(and $(SUBMISSIONS),--submissions '$(SUBMISSIONS)') $(and $(OUT),--out '$(OUT)') $(ARGS)
class-copy: has-gradebook has-OUT # the repository for a class, without solutions: OUT=folder
	@$(CARGO) run --quiet --package gradebook --bin class-copy -- $(and $(OUT),--out '$(OUT)') $(ARGS)

# What only a teacher has; a class copy is without it.
TEACHERS = $(if $(wildcard tests/keys/Cargo.toml),keys gradebook)
.PHONY: has-gradebook has-OUT
has-gradebook:
	@$(if $(TEACHERS),,echo 'error: this copy is for students; the gradebook is in the repository that it was made from' >&2; exit 1)
has-OUT: has-%:
	@$(if $(or $($*),$(ARGS)),,echo 'error: say which folder: $*=folder' >&2; exit 1)

has-CMD:
	@$(if $(or $(CMD),$(ARGS)),,echo 'error: say which command: CMD="nc -l 7000" WITH="nc -N {host} {port}", or ARGS="--attach PID"' >&2; exit 1)
.PHONY: has-CMD timeline timeline-ch01 timeline-ch02 timeline-ch03 timeline-ch04 timeline-ch05 timeline-ch06 timeline-ch07
timeline: has-CMD # who waits for whom: CMD="nc -l 7000" WITH="nc -N {host} {port}"; ARGS=--help for more
	@$(CARGO) run --quiet --package timeline -- $(and $(CMD),--cmd "$$CMD") $(and $(WITH),--with "$$WITH") $(SHOWN) $(ARGS)
SHOWN = --open --out target/timeline/timeline.json
# Plays the conversation of a chapter, and records it.
TIMELINE = @$(CARGO) run --quiet --package recordings --bin timelines -- --open --out target/timeline/
timeline-ch01: # three ways to wait: recorded, and shown
	$(TIMELINE)01.json 01 $(ARGS)
timeline-ch02: # two clients, and a server for one: recorded, and shown
	$(TIMELINE)02.json 02 $(ARGS)
timeline-ch03: # what a client waits for: recorded, and shown
	$(TIMELINE)03.json 03 $(ARGS)
timeline-ch04: # two clients, and a thread for each: recorded, and shown
	$(TIMELINE)04.json 04 $(ARGS)
timeline-ch05: # a datagram is lost, and sent again: recorded, and shown
	$(TIMELINE)05.json 05 $(ARGS)
timeline-ch06: # one message in four reads, two messages in one: recorded, and shown
	$(TIMELINE)06.json 06 $(ARGS)
timeline-ch07: # a line for three, one of whom is slow: recorded, and shown
	$(TIMELINE)07.json 07 $(ARGS)

.PHONY: book record
book: # the book: built, checked, and opened in the browser
	@$(CARGO) run --package book -- open
record: # renew the transcripts and recordings that the book shows; read git diff afterwards
	INSTA_UPDATE=always $(CARGO) test
	INSTA_UPDATE=always $(CARGO) test $(SLOW)

# What a plain `cargo test` leaves out, because it takes long.
SLOW = $(addprefix --package ,book recordings $(TEACHERS))
# All but the exercises: a student's file need not even compile.
LINTED = $(addprefix --package ,common ch01-create-socket ch02-single-server ch03-client \
	ch04-threaded-server ch05-udp ch06-framing ch07-chat-room beliefs harness relay room timeline checks recordings book $(TEACHERS))

.PHONY: test test-browser test-workflows lint fmt
test: # every test: conversations, hostile peers, usage errors, the graders' self-check, the book
	$(CARGO) test
	$(CARGO) test $(SLOW)
	$(CARGO) run --package book
test-browser: # the book in a browser, which needs chromium, node and npm
	cd tests/browser && npm ci && npm test
test-workflows: has-gradebook # the workflows for GitHub, run here, which needs node, npm and bubblewrap
	cd tests/workflows && npm ci && npm test
lint: # rustfmt, clippy and rustdoc, with warnings as errors; a broken exercise does not stop it
	$(CARGO) fmt --check $(LINTED)
	$(CARGO) clippy --all-targets --all-features $(LINTED) -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --no-deps --document-private-items --all-features $(LINTED)
fmt: # lay out the source as rustfmt does
	$(CARGO) fmt
