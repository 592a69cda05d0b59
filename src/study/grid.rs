//! A table of a study's results for people: at most 80 letters wide as text, or as Markdown.

use std::fmt::Write;

/// Letters of a line. A table that is wider is cut into blocks, each of which begins with what tells its rows apart.
pub(super) const WIDTH: usize = 80;

/// Rows that are shown; the rest is in the file.
const ROWS_MAX: usize = 100;

/// Letters between two columns.
const GAP: usize = 2;

/// A row: the cells that tell which it is, and those of each group of columns.
pub(super) type Row = (Vec<String>, Vec<Vec<String>>);

/// A table.
pub(super) struct Grid {
    /// What stands above it.
    pub(super) title: String,
    /// The name of the table that has all of it.
    pub(super) file: &'static str,
    /// The columns that tell which row it is.
    pub(super) head: Vec<String>,
    /// How many of them are enough to tell rows apart.
    pub(super) key: usize,
    /// The other columns, in groups that stay together.
    pub(super) groups: Vec<Vec<String>>,
    pub(super) rows: Vec<Row>,
    /// Measures that are not shown.
    pub(super) left_out: usize,
}

impl Grid {
    /// The table as aligned text, with its title.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for (place, columns) in self.blocks().iter().enumerate() {
            if place > 0 {
                text.push('\n');
            }
            aligned(&mut text, columns);
        }
        if self.rows.len() > ROWS_MAX {
            let _ = writeln!(text, "… and {} more rows in {}.parquet", self.rows.len() - ROWS_MAX, self.file);
        }
        if self.left_out > 0 {
            let measures = if self.left_out == 1 { "measure" } else { "measures" };
            let _ = writeln!(text, "… and {} more {measures} in {}.parquet", self.left_out, self.file);
        }
        text
    }

    /// The table in Markdown, with every row.
    pub(super) fn markdown(&self) -> String {
        let cells = |row: &[String], groups: &[Vec<String>]| {
            let all: Vec<String> =
                row.iter().chain(groups.iter().flatten()).map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", all.join(" | "))
        };
        let columns = self.head.len() + self.groups.iter().map(Vec::len).sum::<usize>();
        let mut text = format!("{}\n\n{}|", self.title, cells(&self.head, &self.groups));
        text.push_str(&"---:|".repeat(columns));
        text.push('\n');
        self.rows.iter().for_each(|(head, groups)| text.push_str(&cells(head, groups)));
        text
    }

    /// The columns of each block, from top to bottom.
    fn blocks(&self) -> Vec<Vec<Vec<String>>> {
        let shown = &self.rows[..self.rows.len().min(ROWS_MAX)];
        let column = |name: &String, cell: &dyn Fn(&Row) -> String| -> Vec<String> {
            std::iter::once(name.clone()).chain(shown.iter().map(cell)).collect()
        };
        let heads: Vec<Vec<String>> =
            self.head.iter().enumerate().map(|(at, name)| column(name, &|row| row.0[at].clone())).collect();
        let group = |(group, names): (usize, &Vec<String>)| -> Vec<Vec<String>> {
            names.iter().enumerate().map(|(at, name)| column(name, &|row| row.1[group][at].clone())).collect()
        };
        let groups: Vec<Vec<Vec<String>>> = self.groups.iter().enumerate().map(group).collect();
        let widest = groups.iter().map(|group| wide(group)).max().unwrap_or(0);
        if wide(&heads) + GAP + widest <= WIDTH {
            return packed(&heads, groups);
        }
        // Too wide even with one group: which row is which is told once, above the groups.
        let (key, others) = heads.split_at(self.key);
        let mut blocks = packed(key, others.iter().map(|column| vec![column.clone()]).collect());
        blocks.extend(packed(key, groups));
        blocks
    }
}

/// As many groups in each block as fit beside its head, at least one.
fn packed(head: &[Vec<String>], groups: Vec<Vec<Vec<String>>>) -> Vec<Vec<Vec<String>>> {
    let mut blocks: Vec<Vec<Vec<String>>> = Vec::new();
    for group in groups {
        match blocks.last_mut().filter(|block| wide(block) + GAP + wide(&group) <= WIDTH) {
            Some(block) => block.extend(group),
            None => blocks.push(head.iter().cloned().chain(group).collect()),
        }
    }
    blocks
}

fn letters(column: &[String]) -> usize {
    column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0)
}

fn wide(columns: &[Vec<String>]) -> usize {
    columns.iter().map(|column| letters(column)).sum::<usize>() + GAP * columns.len().saturating_sub(1)
}

/// Columns as wide as their widest cell, aligned to the right.
fn aligned(text: &mut String, columns: &[Vec<String>]) {
    let rows = columns.first().map_or(0, Vec::len);
    for row in 0..rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| {
                let width = letters(column);
                format!("{:>width$}", column[row])
            })
            .collect();
        let _ = writeln!(text, "{}", cells.join(&" ".repeat(GAP)).trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(axis: usize, measures: usize) -> Grid {
        let group = |at: usize| vec![format!("measure_number_{at}"), "±".to_owned(), "n".to_owned()];
        let row = |point: usize| {
            let cells = (0..measures).map(|at| vec![format!("{at}.25"), "µ".to_owned(), "4".to_owned()]);
            (vec![point.to_string(), "x".repeat(axis)], cells.collect())
        };
        Grid {
            title: "means".to_owned(),
            file: "means",
            head: vec!["point".to_owned(), "axis".to_owned()],
            key: 1,
            groups: (0..measures).map(group).collect(),
            rows: (0..101).map(row).collect(),
            left_out: 2,
        }
    }

    /// No line is wider than a terminal, every column is there once, and every block says which row is which.
    #[test]
    fn wide_tables_are_cut_into_blocks() {
        for (axis, measures) in [(4, 1), (4, 3), (4, 7), (50, 3), (77, 1), (300, 1)] {
            let grid = grid(axis, measures);
            let text = grid.text();
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= WIDTH || axis + 7 > WIDTH, "{widest} letters with an axis of {axis}");
            for measure in 0..measures {
                assert_eq!(text.matches(&format!("measure_number_{measure}")).count(), 1);
            }
            assert_eq!(
                text.matches("axis").count(),
                grid.blocks().iter().filter(|block| block[1][0] == "axis").count()
            );
            assert!(grid.blocks().iter().all(|block| block[0][0] == "point"));
            assert!(text.contains("… and 1 more rows in means.parquet\n… and 2 more measures in means.parquet\n"));
        }
        assert_eq!(grid(4, 1).blocks().len(), 1);
        assert_eq!(grid(4, 3).blocks().len(), 2);
        assert_eq!(grid(300, 1).blocks().len(), 2);
    }

    #[test]
    fn columns_line_up() {
        let mut text = String::new();
        aligned(&mut text, &[vec!["a".into(), "12".into()], vec!["long".into(), "µ".into()]]);
        assert_eq!(text, " a  long\n12     µ\n");
    }

    #[test]
    fn markdown_has_every_row() {
        let text = grid(4, 1).markdown();
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), 103);
        assert!(text.contains("| point | axis | measure_number_0 | ± | n |\n|---:|---:|---:|---:|---:|\n| 0 | xxxx |"));
    }
}
