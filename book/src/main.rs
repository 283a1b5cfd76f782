//! Builds the book, checks it, opens it, serves it.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use book::expand::Expand;
use book::{Project, build, serve};
use clap::{Parser, Subcommand};
use mdbook_preprocessor::{Preprocessor, parse_input};

/// Build the book and check that it tells the truth.
///
/// Without a command: builds and checks, and prints where the first page is.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Build, check, and open the book in the browser
    Open,
    /// Build, check, and serve the book to browsers on this machine
    Serve {
        /// The port on 127.0.0.1; 0 takes a free one
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
    /// For mdBook, which runs this as book.toml says
    #[command(hide = true)]
    Preprocess {
        #[command(subcommand)]
        question: Option<Question>,
    },
}

#[derive(Subcommand)]
enum Question {
    /// Succeeds if pages can be prepared for this renderer
    Supports { renderer: String },
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS, // nobody reads on
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(cli: &Cli) -> Result<()> {
    let project = project();
    match &cli.command {
        None => {
            let page = build(&project)?;
            writeln!(io::stdout(), "{}", page.display())?;
        }
        Some(Command::Open) => open(&build(&project)?)?,
        Some(Command::Serve { port }) => {
            build(&project)?;
            serve::serve(&project.book().join("out"), "/en/", *port)?;
        }
        Some(Command::Preprocess { question: Some(Question::Supports { .. }) }) => {}
        Some(Command::Preprocess { question: None }) => {
            let (context, pages) = parse_input(io::stdin())?;
            serde_json::to_writer(io::stdout(), &Expand.run(&context, pages)?)?;
        }
    }
    Ok(())
}

/// The project as cargo finds it now. A folder that was moved or copied with its `target/` is not
/// compiled anew, so the place where it was compiled may be that of another copy.
fn project() -> Project {
    let book = env::var_os("CARGO_MANIFEST_DIR").unwrap_or(env!("CARGO_MANIFEST_DIR").into());
    Project::new(Path::new(&book).parent().expect("book/ is in the project"))
}

/// Opens the page where there is a desktop to open it on; says where it is in any case.
fn open(page: &Path) -> Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "The book is at {}", page.display())?;
    if !timeline::files::open(page) {
        writeln!(stdout, "Open that file in a browser, or serve the book on this machine:")?;
        writeln!(stdout, "  cargo run -p book -- serve")?;
    }
    Ok(())
}
