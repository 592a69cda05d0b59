//! `new`: a scenario to begin with.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use clap::Args;

use super::{Done, Failure, say};

/// What `new` is asked.
#[derive(Args, Debug)]
pub struct New {
    /// The name of the scenario; it is written to NAME.toml
    name: String,
}

const BEGINNING: &str = include_str!("new.toml");

/// Writes the scenario, unless something of that name is there.
pub fn new(new: New) -> Done {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if new.name.is_empty() || !new.name.chars().all(plain) {
        let message = format!("error: `{}` cannot name a scenario\nhelp: use letters, digits, `-` and `_`", new.name);
        return Err(Failure::Wrong(message));
    }
    let name = format!("{}.toml", new.name);
    let path = Path::new(&name);
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::Wrong(format!("error: `{name}` is there already\nhelp: choose another name"))
        }
        _ => Failure::Failed(format!("error: cannot write `{name}`: {error}")),
    })?;
    file.write_all(BEGINNING.replace("NAME", &new.name).as_bytes())?;
    say(&format!("wrote {name}; run it with\n  reliance run {name}"))
}
