//! Replications of a scenario as one HTML page that needs nothing else: means with intervals, what they are a result of.

use std::fmt::Write;

use super::page;
use super::replications::{Written, class_rows, classes, legend, rows, written};
use crate::chart::Source;
use crate::chart::source::Columns;
use crate::chart::svg::escaped;
use crate::output::renamed;
use crate::stats::replicated::{Method, Replicated};
use crate::study::replications::Mean;

/// How many replications a folder holds; none where it is the output of one run or of a study.
pub fn count(source: &Source) -> Option<u64> {
    let scenario: serde_json::Value = serde_json::from_str(&source.manifest.identity.scenario).ok()?;
    scenario["replications"].as_u64()
}

/// The page of `count` replications. An error says what the folder lacks.
pub fn page(source: &Source, count: u64) -> Result<String, String> {
    let means = read(source)?;
    let resolved: serde_json::Value = serde_json::from_str(&source.manifest.identity.scenario).unwrap_or_default();
    let mut page = page::head(source, resolved["question"].as_str());
    let _ = writeln!(page, "<p class=\"result\">{count} replications, 0 to {}, of one seed.</p>", count - 1);
    page::provenance(&mut page, source);
    page.push_str("<h2>In numbers</h2>\n<table>\n");
    page.push_str("<tr><th></th><th class=\"number\">mean</th><th class=\"number\">95 % interval</th></tr>\n");
    rows(&means).iter().for_each(|(called, mean)| page.push_str(&row(called.trim_start(), &written(mean))));
    page.push_str("</table>\n");
    let _ = writeln!(page, "<p class=\"soft\">{}</p>", escaped(&legend(&means, count).join(" ")));
    by_class(&mut page, &means);
    every(&mut page, &means);
    page::identity(&mut page, source, "The scenario, every value", &resolved["scenario"]);
    page.push_str("</main>\n</body>\n</html>\n");
    Ok(page)
}

fn row(called: &str, Written { mean, interval }: &Written) -> String {
    let called = escaped(called);
    format!(
        "<tr><td>{called}</td><td class=\"number\">{mean}</td><td class=\"number\">{}</td></tr>\n",
        escaped(interval)
    )
}

fn by_class(page: &mut String, means: &[Mean]) {
    let classes = classes(means);
    let (heads, rows) = class_rows(means, &classes);
    page.push_str("<h2>By class of job</h2>\n<table>\n<tr><th>class</th>");
    heads.iter().for_each(|head| page.push_str(&format!("<th class=\"number\">{head}</th>")));
    page.push_str("</tr>\n");
    for (class, row) in classes.iter().zip(rows) {
        let _ = write!(page, "<tr><td>{}</td>", escaped(class));
        for cell in row {
            let cell = cell.map_or("–".to_string(), |Written { mean, interval }| {
                format!("{mean}<br><span class=\"soft\">{}</span>", escaped(&interval))
            });
            let _ = write!(page, "<td class=\"number\">{cell}</td>");
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
}

fn every(page: &mut String, means: &[Mean]) {
    page.push_str("<details><summary>Every measure</summary>\n<table>\n<tr><th>class</th><th>measure</th>");
    page.push_str(
        "<th class=\"number\">mean</th><th class=\"number\">95 % interval</th><th>runs</th><th>meaning</th></tr>\n",
    );
    for mean in means {
        let Written { mean: shown, interval } = written(mean);
        let (class, meaning) = (escaped(mean.class.as_deref().unwrap_or("")), escaped(&mean.meaning));
        let _ = writeln!(
            page,
            "<tr><td>{class}</td><td><code>{}</code></td><td class=\"number\">{shown}</td><td class=\"number\">{}</td>\
             <td>{}</td><td>{meaning}</td></tr>",
            mean.measure,
            escaped(&interval),
            mean.over.n
        );
    }
    page.push_str("</table>\n</details>\n");
}

/// The means of a folder, as they were written.
fn read(source: &Source) -> Result<Vec<Mean>, String> {
    let wanted = ["class", "measure", "mean", "half_width", "low", "high", "n", "interval_method", "unit", "meaning"];
    let table = source.table("intervals", &wanted)?;
    let [class, measure, method, unit, meaning] =
        ["class", "measure", "interval_method", "unit", "meaning"].map(|name| texts(&table, name));
    let [mean, half_width, low, high] = ["mean", "half_width", "low", "high"].map(|name| table.numbers(name));
    let (class, measure, method, unit, meaning) = (class?, measure?, method?, unit?, meaning?);
    let (mean, half_width, low, high, n) = (mean?, half_width?, low?, high?, table.whole("n")?);
    let text = |texts: &[Option<String>], row: usize| texts[row].clone().unwrap_or_default();
    let one = |row: usize| {
        let name = text(&method, row);
        let method =
            Method::from_name(&name).ok_or_else(|| format!("`{name}` in column `interval_method` is not known"))?;
        let mean = mean[row].ok_or("there is a missing mean")?;
        let over = Replicated { mean, half_width: half_width[row], low: low[row], high: high[row], n: n[row], method };
        let measure = renamed::measure(source.manifest.identity.format, &text(&measure, row));
        let (unit, meaning) = (text(&unit, row), text(&meaning, row));
        Ok(Mean { class: class[row].clone(), measure, unit, meaning, over })
    };
    (0..mean.len()).map(one).collect()
}

fn texts(table: &Columns, name: &str) -> Result<Vec<Option<String>>, String> {
    let (places, texts) = table.text(name)?;
    Ok(places.into_iter().map(|place| place.map(|place| texts[place as usize].clone())).collect())
}
