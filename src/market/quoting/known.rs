//! What is known of methods before a job is looked at: it stays while the belief in the checkers does.

use super::canaries::Canaries;
use super::passing::{Belief, Passing};
use super::terms::Terms;
use crate::domain::acceptance::Acceptance;
use crate::domain::checking::Backtrack;
use crate::domain::ids::{Id, MethodId};
use crate::domain::money::Money;
use crate::domain::price::Price;
use crate::domain::work::Work;
use crate::scenario::Scenario;
use crate::scenario::verification::Method;

/// What is known of methods, as far as it was asked for, at one belief in the checkers.
#[derive(Clone, Debug, Default)]
pub struct Known {
    at: Option<Belief>,
    methods: Vec<KnownMethod>,
}

/// What is known of one method.
#[derive(Clone, Debug)]
pub struct KnownMethod {
    /// How often answers pass its checks.
    pub passing: Passing,
    /// Its terms, as far as no job changes them.
    pub terms: Terms,
}

impl KnownMethod {
    /// At this belief, for nodes under this scrutiny.
    pub fn new(scenario: &Scenario, id: MethodId, belief: Belief, scrutiny: f64) -> KnownMethod {
        let method = &scenario.verification.methods[id];
        let passing = Passing::new(method, &scenario.verification.kinds, belief, scrutiny);
        let terms = Terms::of_method(scenario, (id, method), &passing, scrutiny);
        KnownMethod { passing, terms }
    }
}

impl Terms {
    /// The terms of a method without checks, of which nothing is paid yet.
    pub const NONE: Terms = Terms {
        method: MethodId(0),
        overhead: Work::ZERO,
        checkers: Money::ZERO,
        checkers_most: Money::ZERO,
        gas: Price::ZERO,
        check: Price::ZERO,
        coordination: Money::ZERO,
        coordination_most: Money::ZERO,
        inclusion: 0.0,
        agreement: 0.0,
        blocking: 0.0,
        standing: 0.0,
        uncorrected: 0.0,
        acceptance: Acceptance::UNCHECKED,
        in_time: 1.0,
        copies: 1,
        paid_copies: 1.0,
        agree: 1,
        alike: 1.0,
        falls: false,
        scrutiny: f64::NAN,
        canaries: Canaries::NONE,
    };

    /// Those of a method, as far as no job changes them.
    pub fn of_method(
        scenario: &Scenario,
        (id, method): (MethodId, &Method),
        passing: &Passing,
        scrutiny: f64,
    ) -> Terms {
        Terms {
            method: id,
            acceptance: passing.acceptance,
            copies: method.copies,
            paid_copies: f64::from(method.copies),
            agree: method.agree,
            falls: scenario.verification.backtrack == Backtrack::Revoke && method.stands(),
            scrutiny: if method.by_standing { scrutiny } else { f64::NAN },
            alike: method.alike,
            canaries: Canaries::of(method, passing, scrutiny),
            ..Terms::NONE
        }
    }
}

impl Known {
    /// Nothing is known yet; with room for so many methods.
    pub fn with_room(methods: usize) -> Known {
        Known { at: None, methods: Vec::with_capacity(methods) }
    }

    /// From now on at this belief.
    #[inline]
    pub fn believe(&mut self, belief: &Belief) {
        if !self.at.as_ref().is_some_and(|at| at.is(belief)) {
            self.at = Some(*belief);
            self.methods.clear();
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.at = None;
        self.methods.clear();
    }

    /// What is known of a method; `own` is the belief where requesters may look at its answers themselves.
    #[inline]
    pub fn of(&mut self, scenario: &Scenario, id: MethodId, own: Option<Belief>) -> &KnownMethod {
        let place = id.index();
        let is_known = self.methods.get(place).is_some_and(|known| match own {
            None => !known.passing.belief().diligence[0].is_nan(),
            Some(own) => known.passing.belief() == own,
        });
        if !is_known {
            self.learn(scenario, id, own.or(self.at).expect("a belief"));
        }
        &self.methods[place]
    }

    #[inline(never)]
    fn learn(&mut self, scenario: &Scenario, id: MethodId, belief: Belief) {
        let place = id.index();
        // Of no number: never taken for what is known of a method.
        let nothing = Belief { diligence: [f64::NAN; 3], ..belief };
        let nothing = KnownMethod { passing: Passing::before(nothing), terms: Terms::NONE };
        self.methods.resize(self.methods.len().max(place + 1), nothing);
        self.methods[place] = KnownMethod::new(scenario, id, belief, 1.0);
    }
}
