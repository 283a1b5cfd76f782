//! The built book, over HTTP, to browsers on this machine.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result};
use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use tokio::net::TcpListener;
use tower_http::services::{ServeDir, ServeFile};

/// Serves the pages in `folder` on the loopback address until the program is stopped. `start` is
/// the path to which `/` leads, such as `/en/`. Port 0 asks the kernel for a free one.
///
/// The first line on stdout names the address. Fails if the port cannot be had.
pub fn serve(folder: &Path, start: &'static str, port: u16) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| {
            format!("cannot serve on 127.0.0.1:{port} (is it in use? try --port 0)")
        })?;
        // Whoever started us may have closed stdout; the pages are served all the same.
        let _ = writeln!(std::io::stdout(), "The book is at http://{}", listener.local_addr()?);
        let _ = writeln!(std::io::stdout(), "Ctrl-C stops it.");
        let not_found = ServeFile::new(folder.join(start.trim_matches('/')).join("404.html"));
        let pages = ServeDir::new(folder).not_found_service(not_found);
        let router = Router::new()
            .route("/", get(move || async move { Redirect::temporary(start) }))
            .fallback_service(pages);
        Ok(axum::serve(listener, router).await?)
    })
}
