//! What the pages of runs and of studies have in common: the head, pictures that open alone, tables, the command.

use std::fmt::Write;

use super::html::STYLE;
use crate::chart::svg::{self, escaped};
use crate::chart::{Drawing, Source, numbers};

/// A drawing by the name of its file, or what is lacking for it.
pub type Drawn = Vec<(String, Result<Drawing, String>)>;

/// The page up to its first heading.
pub fn head(source: &Source, question: Option<&str>) -> String {
    let identity = &source.manifest.identity;
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"reliance.id\" content=\"{id}\">\n<title>{name} · seed {seed}</title>\n<style>\n{font}\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1 id=\"top\">{name}</h1>\n",
        name = escaped(&source.name),
        id = source.manifest.id,
        seed = identity.seed,
        font = svg::font_face(),
    );
    if let Some(question) = question.filter(|question| !question.is_empty()) {
        let _ = writeln!(page, "<p class=\"question\">{}</p>", escaped(question));
    }
    page
}

/// The command that makes the output again, and the short name of what it is.
pub fn provenance(page: &mut String, source: &Source) {
    let identity = &source.manifest.identity;
    let (command, version) = (escaped(&command(&source.manifest.circumstances.command)), &identity.version);
    let _ = writeln!(
        page,
        "<p>Made by <code>{command}</code></p>\n<p class=\"soft\">seed {} · reliance {version} · identity {}</p>",
        identity.seed,
        identity.short()
    );
}

/// The words of a command without the machine's own paths: the program by its name, an absolute path by its last part, and
/// no word about where the output goes.
fn command(words: &[String]) -> String {
    let mut said = vec!["reliance".to_string()];
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--out" => {
                words.next();
            }
            word if word.starts_with("--out=") => {}
            word if word.starts_with('/') => said.push(word.rsplit('/').next().unwrap_or(word).to_string()),
            word => said.push(word.to_string()),
        }
    }
    said.join(" ")
}

/// Every picture, then what could not be drawn and why.
pub fn pictures(page: &mut String, drawn: &Drawn) {
    page.push_str("<h2>In pictures</h2>\n");
    let mut missing = String::new();
    for (name, drawing) in drawn {
        match drawing {
            Ok(drawing) => figure(page, name, drawing),
            Err(why) => {
                let _ = writeln!(missing, "<li><code>{}</code>: {}</li>", escaped(name), escaped(why));
            }
        }
    }
    if !missing.is_empty() {
        let _ = write!(
            page,
            "<details><summary>Charts that there is no data for</summary>\n<ul>\n{missing}</ul>\n</details>\n"
        );
    }
}

/// A picture, which a link shows alone at its full size. Title, result and what it rests on are in the picture itself.
fn figure(page: &mut String, name: &str, drawing: &Drawing) {
    let (name, picture) = (escaped(name), svg::inline(&drawing.sheet, &drawing.words));
    let _ = write!(
        page,
        "<figure id=\"{name}\">\n<div class=\"picture\">{picture}</div>\n<figcaption><a class=\"open\" href=\"#{name}\">Open \
         this chart alone</a><a class=\"close\" href=\"#top\">Back to the page</a></figcaption>\n</figure>\n"
    );
}

/// A table of texts; columns whose heads begin with a `#` hold numbers.
pub fn table(page: &mut String, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let class = |place: usize| if heads[place].starts_with('#') { " class=\"number\"" } else { "" };
    let cells = |tag: &str, texts: &[String]| -> String {
        let cell = |(place, text): (usize, &String)| format!("<{tag}{}>{}</{tag}>", class(place), escaped(text));
        texts.iter().enumerate().map(cell).collect()
    };
    let head: Vec<String> = heads.iter().map(|head| head.trim_start_matches('#').to_string()).collect();
    let _ = writeln!(page, "<div class=\"wide\"><table>\n<tr>{}</tr>", cells("th", &head));
    for row in rows {
        let _ = writeln!(page, "<tr>{}</tr>", cells("td", &row));
    }
    page.push_str("</table></div>\n");
}

/// What decides every byte of the output, folded away.
pub fn identity(page: &mut String, source: &Source, called: &str, scenario: &serde_json::Value) {
    let manifest = &source.manifest;
    page.push_str("<details><summary>What it is a result of: identity, inputs, digest, rows</summary>\n<table>\n");
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(page, "<tr><td>{name}</td><td><code>{}</code></td></tr>", escaped(value));
    };
    row("identity", &manifest.id);
    row("version", &manifest.identity.version);
    row("format of the output", &manifest.identity.format.to_string());
    row("seed", &manifest.identity.seed.to_string());
    for input in &manifest.identity.inputs {
        row("input", &format!("{} · {}", input.path, input.hash));
    }
    row("digest of all events", &manifest.circumstances.digest);
    for table in &manifest.circumstances.tables {
        row(&format!("rows of {}", table.name), &numbers::count(table.rows));
    }
    let _ = write!(page, "</table>\n</details>\n<details><summary>{called}</summary>\n<pre>");
    page.push_str(&escaped(&serde_json::to_string_pretty(scenario).expect("JSON becomes text")));
    page.push_str("</pre>\n</details>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_no_folder_of_the_machine() {
        let said = |text: &str| command(&text.split(' ').map(str::to_string).collect::<Vec<_>>());
        assert_eq!(said("/usr/bin/reliance run scenarios/a.toml --seed 3"), "reliance run scenarios/a.toml --seed 3");
        assert_eq!(said("reliance run /home/me/a.toml --out /tmp/b --set x=1"), "reliance run a.toml --set x=1");
        assert_eq!(said("reliance run a.toml --out=/tmp/b"), "reliance run a.toml");
    }
}
