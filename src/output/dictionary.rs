//! The data dictionary: what every column of every table says, from the declarations the tables are written by.

use crate::record::columns::{ColumnDescription, TableDescription, Word};

/// A section per table, each with a row per column, as Markdown.
pub fn markdown(tables: &[TableDescription]) -> String {
    let mut text = String::new();
    for table in tables {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("## `{}`\n\n{}\n\n", table.name, capitalised(table.grain)));
        text.push_str("| column | type | unit | may be missing | meaning | formula |\n|---|---|---|---|---|---|\n");
        for column in &table.columns {
            text.push_str(&markdown_row(column));
        }
        for column in table.columns.iter().filter(|column| !column.words.is_empty()) {
            text.push_str(&format!("\nThe words of `{}`:\n\n", column.name));
            let line = |word: &Word| format!("- `{}`: {}.\n", word.word, word.meaning.trim_end_matches('.'));
            text.extend(column.words.iter().map(line));
        }
    }
    text
}

/// The tables with their columns, as JSON with two spaces and a line break at the end.
pub fn json(tables: &[TableDescription]) -> String {
    let mut text = serde_json::to_string_pretty(tables).expect("texts become JSON");
    text.push('\n');
    text
}

fn markdown_row(column: &ColumnDescription) -> String {
    let missing = if column.nullable { "yes" } else { "no" };
    let cells =
        [&format!("`{}`", column.name), column.kind.name(), column.unit, missing, column.meaning, column.formula];
    let mut row = String::from("|");
    for cell in cells {
        match cell {
            "" => row.push_str(" |"),
            cell => row.push_str(&format!(" {cell} |")),
        }
    }
    row.push('\n');
    row
}

/// A line of text as a sentence.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::columns::{Column, Table};

    static CALLS: Table<u64> = Table {
        name: "calls",
        grain: "one row per call",
        columns: &[
            Column::time("asked_ns", "instant the call was placed", |call| (*call).into()),
            Column::<u64>::span("held_ns", "time spent waiting", |call| (*call).into())
                .nullable()
                .formula("`answered_ns` − `asked_ns`"),
            Column::flag("lost", "whether the call had no answer", |call| (*call > 0).into()),
            Column::text("end", "how it ended", |_| "lost".into())
                .words(&[("lost", "no answer came"), ("held", " A talk.")]),
        ],
    };

    #[test]
    fn every_column_has_its_row() {
        let expected = "\
## `calls`

One row per call.

| column | type | unit | may be missing | meaning | formula |
|---|---|---|---|---|---|
| `asked_ns` | i64 | ns | no | instant the call was placed | |
| `held_ns` | i64 | ns | yes | time spent waiting | `answered_ns` − `asked_ns` |
| `lost` | bool | | no | whether the call had no answer | |
| `end` | text | | no | how it ended | |

The words of `end`:

- `lost`: no answer came.
- `held`: A talk.
";
        assert_eq!(markdown(&[CALLS.description()]), expected);
        let twice = markdown(&[CALLS.description(), CALLS.description()]);
        assert_eq!(twice, format!("{expected}\n{expected}"));
    }

    #[test]
    fn json_says_the_same() {
        let tables: serde_json::Value = serde_json::from_str(&json(&[CALLS.description()])).expect("JSON");
        assert_eq!(tables[0]["name"], "calls");
        assert_eq!(tables[0]["grain"], "one row per call");
        let column = serde_json::json!({
            "name": "held_ns", "type": "i64", "unit": "ns", "nullable": true,
            "meaning": "time spent waiting", "formula": "`answered_ns` − `asked_ns`",
        });
        assert_eq!(tables[0]["columns"][1], column);
        assert_eq!(tables[0]["columns"].as_array().map(Vec::len), Some(4));
        assert_eq!(tables[0]["columns"][3]["words"][1], serde_json::json!({ "word": "held", "meaning": "A talk." }));
    }
}
