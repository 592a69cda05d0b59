//! What a page says of its claims is what its study said: each "false if" of the page is a line of `verdicts.txt` beside its charts, with
//! the same verdict and the same numbers. The whole studies print these lines again in `charts_again`.

use std::fs;
use std::path::Path;

use reliance::maths::pow;

use super::trial::ROOT;

/// What a study prints of one claim.
struct Said<'a> {
    when: &'a str,
    verdict: &'a str,
    /// The estimate, and the ends of its interval.
    numbers: [f64; 3],
}

/// `false if WHEN at PLACE: VERDICT, A in (B, C), n = N`.
fn said(line: &str) -> Said<'_> {
    let read = || {
        let (claim, rest) = line.strip_prefix("false if ")?.split_once(": ")?;
        let when = claim.split_once(" at ").map_or(claim, |(when, _)| when);
        let (verdict, rest) = rest.split_once(", ")?;
        let (estimate, rest) = rest.split_once(" in (")?;
        let (low, rest) = rest.split_once(", ")?;
        let (high, _) = rest.split_once(')')?;
        let number = |text: &str| text.parse().ok();
        Some(Said { when, verdict, numbers: [number(estimate)?, number(low)?, number(high)?] })
    };
    read().unwrap_or_else(|| panic!("`{line}` is no verdict"))
}

/// A row of a page's table of claims: the condition, what was found, and the verdict.
fn rows(page: &str) -> Vec<[&str; 3]> {
    let table = page.lines().skip_while(|line| !line.starts_with("| claim |")).skip(2);
    table
        .take_while(|line| line.starts_with('|'))
        .map(|line| match line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>()[..] {
            [_, when, .., found, verdict] => [when.trim_matches('`'), found, verdict.trim_matches('*')],
            _ => panic!("`{line}` is no claim"),
        })
        .collect()
}

/// The numbers of a cell, as they are written and as their value.
fn numbers(cell: &str) -> Vec<(usize, f64)> {
    let cell = cell.replace('−', "-");
    cell.split([' ', '(', ')', '+'])
        .filter_map(|word| {
            let decimals = word.split_once('.').map_or(0, |(_, tail)| tail.len());
            word.parse().ok().map(|value| (decimals, value))
        })
        .collect()
}

/// Whether a number, rounded to as many decimals as are shown, is what is shown.
fn rounds(number: f64, (decimals, shown): (usize, f64)) -> bool {
    (number - shown).abs() <= 0.5 * pow(10.0, -(decimals as f64)) * (1.0 + 1e-9)
}

/// Whether a row speaks of this claim: its condition, its verdict and its numbers. A row that says "each" shows the range of several.
fn speaks_of([when, found, verdict]: [&str; 3], claim: &Said<'_>) -> bool {
    let (word, each) = verdict.split_once(',').map_or((verdict, false), |(word, rest)| (word, rest.trim() == "each"));
    let scale = if found.contains("points") { 100.0 } else { 1.0 };
    let numbers_said = claim.numbers.map(|number| scale * number);
    let same = match (each, &numbers(found)[..]) {
        (true, &[(decimals, low), (_, high), ..]) => {
            let half = 0.5 * pow(10.0, -(decimals as f64));
            (low - half..=high + half).contains(&numbers_said[0])
        }
        (false, &[estimate, low, high, ..]) => {
            numbers_said.iter().zip([estimate, low, high]).all(|(number, shown)| rounds(*number, shown))
        }
        _ => false,
    };
    claim.when == when && claim.verdict == word && same
}

/// The pages that make claims, with the name of the study behind each.
fn pages() -> Vec<(String, String)> {
    let folder = Path::new(ROOT).join("docs/pages");
    let entries = fs::read_dir(&folder).expect("the pages").map(|entry| entry.expect("an entry").path());
    let page = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a page"))
    };
    entries.map(page).filter(|(_, text)| text.contains("| claim |")).collect()
}

#[test]
fn pages_say_of_their_claims_what_their_studies_say() {
    let pages = pages();
    assert!(pages.len() >= 4, "the pages were found");
    for (name, page) in &pages {
        let path = Path::new(ROOT).join("docs/charts").join(format!("{name}-1/verdicts.txt"));
        let text = fs::read_to_string(&path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        let claims: Vec<Said<'_>> = text.lines().map(said).collect();
        let rows = rows(page);
        let unsaid: Vec<_> = rows.iter().filter(|row| !claims.iter().any(|claim| speaks_of(**row, claim))).collect();
        assert!(unsaid.is_empty(), "docs/pages/{name}.md shows what its study does not say: {unsaid:?}");
        // What does not hold is in the table; what holds may stand in the text.
        for (claim, line) in claims.iter().zip(text.lines()) {
            let shown = rows.iter().any(|row| speaks_of(*row, claim));
            assert!(shown || claim.verdict == "holds", "docs/pages/{name}.md leaves out: {line}");
            assert!(page.contains(&format!("`{}`", claim.when)), "docs/pages/{name}.md leaves out: {line}");
        }
    }
}

/// The test can fail: at another verdict, another number, another condition.
#[test]
fn a_claim_that_says_otherwise_is_found() {
    let line = "false if right_share > -0.1 at branch crash: holds, -0.317 in (-0.32, -0.3134), n = 12";
    let row = |when, found, verdict| speaks_of([when, found, verdict], &said(line));
    assert!(row("right_share > -0.1", "−31.7 points (−32.0 to −31.3)", "holds"));
    assert!(!row("right_share > -0.1", "−31.7 points (−32.0 to −31.3)", "false"));
    assert!(!row("right_share > -0.1", "−31.6 points (−32.0 to −31.3)", "holds"));
    assert!(!row("right_share > -0.2", "−31.7 points (−32.0 to −31.3)", "holds"));
}
