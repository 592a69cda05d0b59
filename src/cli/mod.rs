//! The command line: one file per verb. The only code that talks to a terminal.
//!
//! Standard output holds only what is reproducible; times, rates, progress and warnings go to standard error.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::error::FileError;
use crate::scenario::plain::reason;
use crate::scenario::problems::Problems;

#[cfg(feature = "chart")]
pub mod chart;
pub mod check;
mod circumstances;
pub mod completions;
pub mod dictionary;
pub mod explain;
mod machine;
mod memory;
pub mod new;
mod progress;
mod replications;
#[cfg(feature = "chart")]
pub mod report;
pub mod rules;
pub mod run;
mod save;
pub mod schema;
pub mod signals;
pub mod study;
mod understood;

/// A discrete-event simulator of a trust-distributed compute market: which computations survive the cost of being verified?
#[derive(Parser, Debug)]
#[command(name = "reliance", version, about, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 done, 1 a run or a file failed, 2 bad usage or scenario, 101 a bug.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be done.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Run a scenario and write its tables
    Run(run::Run),
    /// Run many variants of a scenario and compare them
    Study(study::StudyArguments),
    /// Check scenarios and studies without running them: every problem at once, or what was understood
    Check(check::Check),
    /// Show every value of a scenario and where it comes from
    Explain(explain::Explain),
    /// Show every rule a scenario may choose, with its parameters, source and an example
    Rules(rules::Rules),
    /// Draw the charts of a run or of a study
    #[cfg(feature = "chart")]
    Chart(chart::Chart),
    /// Write a run as one HTML page
    #[cfg(feature = "chart")]
    Report(report::Report),
    /// Print the JSON Schema of scenario files or of study files, for editors
    Schema(schema::Schema),
    /// Print the data dictionary: every column of every table
    Dictionary(dictionary::Dictionary),
    /// Print completions for a shell
    Completions(completions::Completions),
    /// Write a scenario to begin with
    New(new::New),
}

/// Why a verb did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// Something could not be read, run or written: exit code 1.
    Failed(String),
    /// The command or the scenario is wrong: exit code 2.
    Wrong(String),
    /// The reader of the output has gone: exit code 0.
    Unheard,
}

/// How a verb ended.
pub type Done = Result<(), Failure>;

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        Failure::Wrong(problems.to_string())
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Failure {
        Failure::Failed(format!("error: {error}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Unheard,
            _ => Failure::Failed(format!("error: cannot print: {}", reason(&error))),
        }
    }
}

/// Says on standard error what went wrong, and gives the exit code.
pub fn exit_code(done: Done) -> ExitCode {
    match done {
        Ok(()) | Err(Failure::Unheard) => ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => {
            note(&message);
            ExitCode::from(1)
        }
        Err(Failure::Wrong(message)) => {
            note(&message);
            ExitCode::from(2)
        }
    }
}

/// A panic is a bug of ours: it says so, and which command brings it about again.
pub fn explain_bugs() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // A file's fault, which is about to be said as such.
        if crate::parquet::is_catching() {
            return;
        }
        usual(panic);
        note(&format!("this is a bug in reliance; it can be brought about again by:\n  {}", command().join(" ")));
    }));
}

/// The words of the command. What is not UTF-8 in them is shown, and no bar to a run.
fn command() -> Vec<String> {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect()
}

/// Writes to standard output.
fn say(text: &str) -> Done {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Writes a line to standard error; a line without a reader is no failure.
fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
