//! `parties`: one row per group of parties and tick.

use super::SharedNames;
use crate::domain::ids::{Id, IdVec, NodeGroupId, PartyId};
use crate::domain::party::PartyKind;
use crate::engine::time::Time;
use crate::record::columns::{Cell, Column, Table};
use crate::record::fact::{Fact, FactKind};
use crate::record::recorder::{Gauges, GroupGauge};

/// A group at a tick.
#[derive(Clone, Debug)]
pub struct PartiesRow {
    /// When.
    pub at: Time,
    /// What is there.
    pub gauge: GroupGauge,
    /// Parties that came and that left since the tick before.
    pub moved: [u32; 2],
    /// The names behind the ids.
    pub names: SharedNames,
}

type C = Column<PartiesRow>;

/// One row per group and tick.
pub static PARTIES: Table<PartiesRow> = Table {
    name: "parties",
    grain: "one row per group of parties and tick of `record.tick`; where parties come and go",
    columns: &[
        C::time("at_ns", "instant of the tick", |row| row.at.into()),
        C::text("party_group", "group of nodes, validators or provers", |row| {
            Cell::Text(&row.names.groups[row.gauge.group.index()])
        }),
        C::text("group_kind", "what parties of the group do", |row| Cell::Text(kind(row.gauge.kind))).words(&[
            ("node", " It computes."),
            ("validator", " It checks answers."),
            ("prover", " It makes proofs."),
        ]),
        C::count("parties", "number of parties of the group, there or not", |row| Cell::U64(row.gauge.parties.into())),
        C::count("present", "number of parties that are there: they have come and not left", |row| {
            Cell::U64(row.gauge.present.into())
        }),
        C::count("entered", "number of times that a party came since the tick before", |row| {
            Cell::U64(row.moved[0].into())
        }),
        C::count("departed", "number of times that a party left since the tick before", |row| {
            Cell::U64(row.moved[1].into())
        })
        .formula("present = present at the tick before + entered − departed"),
    ],
};

fn kind(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Validator => "validator",
        PartyKind::Prover => "prover",
        _ => "node",
    }
}

/// Counts who comes and who leaves, by group.
#[derive(Clone, Debug, Default)]
pub struct Comings {
    /// The group of each party, known from the first look on.
    groups: IdVec<PartyId, NodeGroupId>,
    moved: Vec<[u32; 2]>,
}

impl Comings {
    /// The facts it counts.
    pub const FACTS: &[FactKind] = &[FactKind::Entered, FactKind::Left];

    /// Takes note of a fact.
    pub fn note(&mut self, fact: &Fact) {
        let (party, which) = match fact {
            Fact::Entered { node } => (*node, 0),
            Fact::Left { node } => (*node, 1),
            _ => return,
        };
        self.moved[self.groups[party].index()][which] += 1;
    }

    /// The rows of a tick, by group; counting begins anew.
    pub fn look(&mut self, at: Time, gauges: &impl Gauges, names: &SharedNames, each: &mut dyn FnMut(&PartiesRow)) {
        if self.moved.is_empty() {
            gauges.nodes(at, &mut |party| {
                self.groups.push(party.group);
            });
        }
        gauges.groups(&mut |gauge| {
            let place = gauge.group.index();
            if self.moved.len() <= place {
                self.moved.resize(place + 1, [0; 2]);
            }
            let moved = std::mem::take(&mut self.moved[place]);
            each(&PartiesRow { at, gauge: *gauge, moved, names: names.clone() });
        });
    }
}
