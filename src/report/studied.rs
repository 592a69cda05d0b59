//! A study as one HTML page that needs nothing else: its charts, its frontier or its means, what it is a result of.

use super::page::{self, Drawn};
use crate::chart::{Studied, numbers};

/// More rows than this are read in the table itself.
const ROWS_MAX: usize = 400;

/// The page of a study.
pub fn page(studied: &Studied, drawn: &Drawn) -> String {
    let source = &studied.source;
    let whole: serde_json::Value = serde_json::from_str(&source.manifest.identity.scenario).unwrap_or_default();
    let mut page = page::head(source, studied.said_title().as_deref());
    page::provenance(&mut page, source);
    page::pictures(&mut page, drawn);
    page.push_str("<h2>In numbers</h2>\n");
    let tables = [
        ("frontier", "Where the level is crossed"),
        ("differences", "Differences from the baseline, pair by pair"),
        ("differences_by_class", "Differences from the baseline by class"),
        ("means", "Means of every point"),
        ("means_by_class", "Means of every point by class"),
    ];
    for (name, called) in tables {
        if let Some((heads, rows)) = rows(studied, name) {
            page.push_str(&format!(
                "<details><summary>{called}: {} rows</summary>\n",
                numbers::count(rows.len() as u64)
            ));
            let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
            let left_out = rows.len().saturating_sub(ROWS_MAX);
            page::table(&mut page, &heads, rows.into_iter().take(ROWS_MAX));
            if left_out > 0 {
                page.push_str(&format!("<p>{left_out} more rows are in <code>{name}.parquet</code>.</p>\n"));
            }
            page.push_str("</details>\n");
        }
    }
    page::identity(&mut page, source, "The study and its base scenario, every value", &whole);
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// The heads and the rows of a table as texts, numbers with four digits; none where the study has no such table.
fn rows(studied: &Studied, name: &str) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let names = studied.source.columns(name).ok()?;
    let table = studied.source.table(name, &names.iter().map(String::as_str).collect::<Vec<_>>()).ok()?;
    let missing = || "–".to_string();
    let mut heads = Vec::new();
    let mut columns: Vec<Vec<String>> = Vec::new();
    for name in &names {
        let words = name.replace('_', " ");
        if let Ok((codes, texts)) = table.text(name) {
            heads.push(words);
            columns.push(
                codes.iter().map(|code| code.map_or_else(missing, |code| texts[code as usize].clone())).collect(),
            );
        } else if let Ok(values) = table.numbers(name) {
            heads.push(format!("#{words}"));
            let text = |value: f64| match value.fract() {
                0.0 => numbers::decimals(value, 0),
                _ => numbers::significant(value, 4),
            };
            columns.push(values.into_iter().map(|value| value.map_or_else(missing, text)).collect());
        }
    }
    let count = columns.first().map_or(0, Vec::len);
    let rows = (0..count).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect();
    Some((heads, rows))
}
