//! A run goes on under an amended scenario.

use std::sync::Arc;

use super::Run;
use crate::market::{Context, Derived};
use crate::scenario::Scenario;
use crate::scenario::amended::Refusals;

impl Run {
    /// The market goes on under an amended scenario from the present instant on: before the events that are due now, and after those
    /// of before. Rules that stay keep what they remember, and jobs under way keep the terms they agreed on. The amendments of the
    /// scenario that are due later are made then. `Err` says what of it a running market cannot take over; nothing has changed then.
    ///
    /// ```
    /// use reliance::{Run, Scenario, Set, Time};
    ///
    /// let text = r#"
    ///     name = "shop"
    ///     horizon = "10min"
    ///     [models.plain]
    ///     [classes.job]
    ///     work = { law = "exponential", mean = "1s" }
    ///     [[demand.sources]]
    ///     name = "all"
    ///     arrivals = { rule = "poisson", poisson = { rate = "0.8/s" } }
    ///     [[nodes]]
    ///     name = "server"
    ///     count = 1
    ///     [pricing.compute]
    ///     rule = "list"
    ///     list = { price = "0.001" }
    /// "#;
    /// let (cheap, dear) = (Scenario::from_text("shop", text).unwrap(), text.replace("0.001", "0.002"));
    /// let mut run = Run::open(cheap.clone(), cheap.seed);
    /// run.until(Time(300_000_000_000), &mut ());
    /// run.adopt(&Scenario::from_text("shop", &dear).unwrap()).unwrap();
    ///
    /// let larger = Scenario::from_text("shop", &text.replace("count = 1", "count = 2")).unwrap();
    /// assert!(run.adopt(&larger).is_err(), "nodes are numbered when the market opens");
    /// ```
    pub fn adopt(&mut self, scenario: &Scenario) -> Result<(), Refusals> {
        let amended = Arc::new(self.present.amended(scenario.present(self.state.now))?);
        self.become_amended(amended.clone());
        (self.scenario, self.state.amended) = (amended, 0);
        Ok(())
    }

    /// Makes the next amendment of the scenario, which is due now.
    pub(super) fn amend(&mut self) {
        let next = self.present.next.as_ref().expect("an amendment is due").scenario.clone();
        self.become_amended(next);
        self.state.amended += 1;
    }

    fn become_amended(&mut self, scenario: Arc<Scenario>) {
        let (now, state) = (self.state.now, &mut self.state);
        let derived = Arc::new(Derived::of(&scenario, state.seed));
        state.facts.begin(now);
        let (queue, facts) = (&mut state.queue, &mut state.facts);
        let mut at = Context { scenario: &scenario, derived: &derived, now, queue, facts };
        state.market.adopt((&self.present, &self.derived), &mut at);
        (self.present, self.derived) = (scenario, derived);
    }
}
