//! The `reliance` command: parse, do one thing, say how it ended.

use std::process::ExitCode;

use clap::Parser;
use reliance::cli::{self, Arguments, Verb};

fn main() -> ExitCode {
    cli::explain_bugs();
    cli::signals::hear_size_limits();
    let done = match Arguments::parse().verb {
        Verb::Run(run) => cli::run::run(run),
        Verb::Study(study) => cli::study::study(study),
        Verb::Check(check) => cli::check::check(check),
        Verb::Explain(explain) => cli::explain::explain(explain),
        Verb::Rules(rules) => cli::rules::rules(rules),
        #[cfg(feature = "chart")]
        Verb::Chart(chart) => cli::chart::chart(chart),
        #[cfg(feature = "chart")]
        Verb::Report(report) => cli::report::report(report),
        Verb::Schema(schema) => cli::schema::schema(schema),
        Verb::Dictionary(dictionary) => cli::dictionary::dictionary(dictionary),
        Verb::Completions(completions) => cli::completions::completions(completions),
        Verb::New(new) => cli::new::new(new),
    };
    cli::exit_code(done)
}
