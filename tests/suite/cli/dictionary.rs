//! What the dictionary says of jobs, held against the tables of a market in which everything happens.

use reliance::parquet;

use super::desk::Desk;

#[test]
fn the_words_for_declined_and_final_jobs_are_true() {
    let desk = Desk::new("dictionary");
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/verified.toml");
    desk.print(&format!("run {scenario} --out o"));
    let names = ["fate", "stage", "placed_ns", "answered_ns", "final_ns", "paid_ns"];
    let columns = parquet::read(&desk.path("o/jobs.parquet"), &names).expect("the jobs");
    let [fate, stage, placed, answered, r#final, paid] = columns.as_slice() else { panic!("six columns") };
    let (mut anew, mut paid_later) = (0, 0);
    for row in 0..fate.len() {
        if fate.text(row) == Some("declined") && placed.number(row).is_some() {
            anew += 1;
            let stage = stage.text(row).expect("a stage");
            assert!(["waiting", "retrying"].contains(&stage), "row {row}: declined while {stage}");
            assert_eq!(answered.number(row), None, "row {row}");
        }
        paid_later += usize::from(paid.number(row).zip(r#final.number(row)).is_some_and(|(paid, last)| paid > last));
    }
    assert!(
        anew > 0 && paid_later > 0,
        "{anew} declined after they were placed, {paid_later} paid after they were final"
    );
    let told = desk.print("dictionary");
    assert!(told.contains("took no offer, at first or when placed or priced anew"));
    assert!(told.contains("instant from which nothing can revoke the answer; a payment may follow"));
}
