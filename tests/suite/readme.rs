//! The README's commands are run as they stand, so that what a newcomer types first works.
//!
//! In a fenced block marked `sh` every line is a command; in one marked `console` those after `$ `. A line that ends with `\`
//! goes on. `cargo run --release -- …` and `reliance …` are run in order, in one folder of their own; the other `cargo` lines
//! are checked for their verb. A block marked `no-test` takes long and is only read.

use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How a command of this project starts.
const RUN: &[&str] = &["cargo", "run", "--release", "--"];

/// The verbs of cargo that need no argument of ours checked.
const CARGO_VERBS: &[&str] = &["build", "check", "test", "bench", "clippy", "doc", "install", "add"];

/// Programs that a reader has, or is told to install.
const PROGRAMS: &[&str] =
    &["git", "cd", "bash", ".ci/run", "./.ci/run", "python", "python3", "pip", "source", "jupyter", "duckdb"];

/// Signs that the shell would act on; a README shows plain commands.
const SHELL_SIGNS: &[char] = &['|', '>', '<', '&', ';', '$', '*', '`'];

/// At most so many blocks may go unrun.
const UNTESTED_BLOCKS_MAX: usize = 2;

/// One command of the README.
#[derive(Debug, PartialEq)]
pub(super) struct Command {
    /// Its line, from one.
    pub(super) line: usize,
    /// Its words as the shell would part them.
    words: Vec<String>,
    /// Whether its block is run.
    tested: bool,
}

impl Command {
    /// What the command hands to the binary, if it is one of ours.
    pub(super) fn arguments(&self) -> Option<&[String]> {
        if self.words[0] == "reliance" {
            return Some(&self.words[1..]);
        }
        let ours = self.words.len() > RUN.len() && self.words.iter().zip(RUN).all(|(word, run)| word == run);
        ours.then(|| &self.words[RUN.len()..])
    }

    /// What is wrong with the command as it is written, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        // `NAME=value` before a command sets its environment.
        let own = self.words.iter().find(|word| !word.contains('='))?;
        let verb = self.words.iter().skip_while(|word| *word != "cargo").nth(1);
        match (own.as_str(), verb) {
            _ if self.arguments().is_some() => None,
            ("cargo", Some(verb)) if CARGO_VERBS.contains(&verb.as_str()) => None,
            ("cargo", _) => Some(format!("write it as `{} …` or as a known verb of cargo", RUN.join(" "))),
            (program, _) if PROGRAMS.contains(&program) => None,
            (program, _) => Some(format!("`{program}` is no program that the README may use")),
        }
    }
}

/// The commands of a page, and how many blocks are marked `no-test`; or what is wrong with the page.
pub(super) fn commands(page: &str) -> Result<(Vec<Command>, usize), String> {
    let (mut found, mut untested) = (Vec::new(), 0);
    let mut lines = page.lines().enumerate();
    while let Some((opening, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else { continue };
        let mut marks = info.split_whitespace();
        let (language, tested) = (marks.next().unwrap_or(""), !info.contains("no-test"));
        let is_shell = matches!(language, "sh" | "console");
        untested += usize::from(is_shell && !tested);
        let (mut command, mut closed) = (String::new(), false);
        for (index, line) in lines.by_ref() {
            if line.trim() == "```" {
                closed = true;
                break;
            }
            let goes_on = !command.is_empty();
            let typed =
                if language == "console" && !goes_on { line.trim_start().strip_prefix("$ ") } else { Some(line) };
            let Some(typed) = typed.filter(|_| is_shell) else { continue };
            command.push_str(typed.trim_end().trim_end_matches('\\'));
            if typed.trim_end().ends_with('\\') {
                command.push(' ');
                continue;
            }
            let words = words(&command).map_err(|problem| format!("README.md:{}: {problem}", index + 1))?;
            if !words.is_empty() {
                found.push(Command { line: index + 1, words, tested });
            }
            command.clear();
        }
        if !closed {
            return Err(format!("README.md:{}: the block is not closed", opening + 1));
        }
    }
    Ok((found, untested))
}

/// Parts a command as the shell would: quotes, `\`, and a comment at the end.
fn words(command: &str) -> Result<Vec<String>, String> {
    let (mut found, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, '#') if word.is_none() => break,
            (None, _) if c.is_whitespace() => found.extend(word.take()),
            (None, _) if SHELL_SIGNS.contains(&c) => {
                return Err(format!("`{c}` is for the shell; show a plain command"));
            }
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    found.extend(word);
    Ok(found)
}

/// The README's commands.
fn readme() -> (Vec<Command>, usize) {
    let page = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("a README.md beside Cargo.toml");
    commands(&page).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn every_command_is_one_we_know() {
    let (commands, untested) = readme();
    let problems: Vec<String> = commands
        .iter()
        .filter_map(|command| Some(format!("README.md:{}: {}", command.line, command.problem()?)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(untested <= UNTESTED_BLOCKS_MAX, "{untested} blocks are marked `no-test`, at most {UNTESTED_BLOCKS_MAX}");
    let run = commands.iter().filter(|command| command.tested && command.arguments().is_some()).count();
    assert!(run > 0, "the README runs nothing");
    let installs = ["cargo", "install", "--path", ".", "--locked"];
    assert!(commands.iter().any(|command| command.words == installs), "the README does not say how to install");
}

#[cfg(feature = "cli")]
#[test]
fn every_command_works() {
    let folder = visit("reliance-readme");
    for command in readme().0.iter().filter(|command| command.tested) {
        let Some(arguments) = command.arguments() else { continue };
        if let Err(problem) = run(&folder, arguments) {
            panic!("README.md:{}: {problem}", command.line);
        }
    }
    fs::remove_dir_all(&folder).expect("a folder of our own");
}

/// A folder where a relative path reads the repository and writes elsewhere: links to all that is in it but what is built or written.
#[cfg(feature = "cli")]
pub(super) fn visit(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
    // What a run that was killed left behind.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("output")).expect("a temporary folder");
    for entry in fs::read_dir(ROOT).expect("the repository").flatten() {
        let name = entry.file_name();
        if !["output", "target", ".git"].contains(&name.to_string_lossy().as_ref()) {
            std::os::unix::fs::symlink(entry.path(), folder.join(name)).expect("a link in a folder of our own");
        }
    }
    folder
}

/// Runs our binary in `folder` and gives what it said; the error shows all of it.
#[cfg(feature = "cli")]
pub(super) fn run(folder: &Path, arguments: &[String]) -> Result<String, String> {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reliance"));
    let out = command.args(arguments).current_dir(folder).output().expect("the binary that cargo built");
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
    }
    let said = [String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)].join("\n");
    Err(format!("`reliance {}` ended with {}\n{said}", arguments.join(" "), out.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A page\n\
        ```sh\n\
        cargo run --release -- run a.toml --set 'x=\"1 h\"' \\\n    --seed 2  # two\n\
        \n\
        # a remark\n\
        cargo test --release\n\
        ```\n\
        ```console\n\
        $ cargo run --release -- rules\n\
        choice  first | best\n\
        ```\n\
        ```sh no-test\n\
        reliance study run long.toml\n\
        ```\n\
        ```toml\n\
        $ no = \"command\" | at all\n\
        ```\n";

    fn command(text: &str) -> Command {
        Command { line: 1, words: words(text).unwrap(), tested: true }
    }

    #[test]
    fn the_commands_of_a_page_are_found() {
        let (found, untested) = commands(PAGE).unwrap();
        let shown: Vec<_> =
            found.iter().map(|command| (command.line, command.words.join("|"), command.tested)).collect();
        let expected = [
            (4, "cargo|run|--release|--|run|a.toml|--set|x=\"1 h\"|--seed|2", true),
            (7, "cargo|test|--release", true),
            (10, "cargo|run|--release|--|rules", true),
            (14, "reliance|study|run|long.toml", false),
        ];
        assert_eq!(shown, expected.map(|(line, words, tested)| (line, words.to_owned(), tested)));
        assert_eq!(untested, 1);
        assert_eq!(found[0].arguments().unwrap().len(), 6);
        assert_eq!(found[1].arguments(), None);
        assert_eq!(found[3].arguments().unwrap(), ["study", "run", "long.toml"]);
    }

    #[test]
    fn a_page_that_cannot_be_read_says_where() {
        for (page, expected) in [
            ("```sh\ncargo test | tail\n```", "README.md:2: `|` is for the shell; show a plain command"),
            ("\n```sh\ncargo test", "README.md:2: the block is not closed"),
            ("```sh\ncargo 'test\n```", "README.md:2: a quote is not closed"),
        ] {
            assert_eq!(commands(page).unwrap_err(), expected);
        }
    }

    #[test]
    fn commands_that_nothing_would_check_are_refused() {
        for text in
            ["cargo run -- rules", "cargo run --release", "cargo publsh", "relaince rules", "A=1 cargo xtask", "curl a"]
        {
            assert!(command(text).problem().is_some(), "{text}");
        }
        for text in [
            "cargo run --release -- rules",
            "RELIANCE_LONG=1 cargo test --release",
            "git clone a",
            ".ci/run core",
            "reliance",
        ] {
            assert_eq!(command(text).problem(), None, "{text}");
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_command_that_fails_is_an_error() {
        let folder = visit("reliance-readme-failing");
        let problem = run(&folder, &["no-such-verb".to_owned()]).unwrap_err();
        assert!(problem.starts_with("`reliance no-such-verb` ended with exit status: 2\n"), "{problem}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
