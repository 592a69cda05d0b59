//! `completions`: for the shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Done, say};

/// What `completions` is asked.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the completions of a shell.
pub fn completions(completions: Completions) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "reliance", &mut script);
    say(&String::from_utf8_lossy(&script))
}
