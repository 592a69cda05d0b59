//! The cases: which scenario, which formula, which measure.

mod admission;
mod agreement;
mod arrivals;
mod audits;
mod batches;
mod canaries;
mod checking;
mod choices;
mod copies;
mod days;
mod deterrence;
mod disputes;
mod failures;
mod fees;
mod games;
mod groups;
mod guards;
mod inputs;
mod jackpots;
mod many_servers;
mod methods;
mod one_server;
mod opinions;
mod participation;
mod pulling;
mod reliance;
mod series;
mod sharing;
mod shocks;
mod standing;
mod votes;
mod welfare;

use super::case::Chapter;

/// All of them, in the order of the page.
pub fn all() -> Vec<Chapter> {
    let mut chapters = one_server::chapters();
    chapters.extend(many_servers::chapters());
    chapters.extend([sharing::chapter(), choices::chapter(), batches::chapter(), failures::chapter(), days::chapter()]);
    chapters.push(arrivals::chapter());
    chapters.extend([copies::chapter(), audits::chapter()]);
    chapters.extend(votes::chapters());
    chapters.extend([groups::chapter(), pulling::chapter()]);
    chapters.push(checking::chapter());
    chapters.extend([
        methods::chapter(),
        admission::chapter(),
        deterrence::chapter(),
        disputes::chapter(),
        games::chapter(),
        fees::chapter(),
        opinions::chapter(),
        standing::chapter(),
        canaries::chapter(),
        guards::chapter(),
        jackpots::chapter(),
        welfare::chapter(),
        shocks::chapter(),
        series::chapter(),
        participation::chapter(),
        agreement::chapter(),
        reliance::chapter(),
        inputs::chapter(),
    ]);
    chapters
}
