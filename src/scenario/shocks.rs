//! Shocks as the market suffers them: what befalls it from outside, when, and for how long (model §15.3).

use std::fmt;
use std::sync::Arc;

use super::Scenario;
use super::amended::{Amendment, alike};
use crate::domain::ids::{NodeGroupId, RegionId, SourceId};
use crate::domain::service::RevokedWork;
use crate::domain::share::Share;
use crate::engine::time::{SimDuration, Time};

/// Something that befalls the market from outside.
#[derive(Clone, Debug)]
pub struct Shock {
    /// What it is called.
    pub name: String,
    /// What its draws are keyed by: a hash of its name, so that another shock beside it changes none of them.
    pub key: u64,
    /// When it begins.
    pub begins: Begins,
    /// How long it lasts; `None`: for good.
    pub lasts: Option<SimDuration>,
    /// Who goes down.
    pub outage: Option<Outage>,
    /// How much more is asked for, or less.
    pub surge: Option<Surge>,
    /// What is left of whose stakes.
    pub stake: Option<(Parties, Share)>,
    /// Whether it strikes as many parties at random, of the same kinds, in the place of those it names: as a placebo does.
    pub at_random: bool,
    /// Whose costs are how many times as high.
    pub cost: Option<(Vec<NodeGroupId>, f64)>,
    /// The number of the vendor that is broken.
    pub vendor: Option<u8>,
    /// Nodes of which image are taken off the lists.
    pub image: Option<Revocation>,
    /// Who comes, of those that are away.
    pub entry: Option<Outage>,
}

/// Nodes that are taken off the lists together.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// Which, and how many of them.
    pub struck: Outage,
    /// What becomes of their work.
    pub work: RevokedWork,
    /// How long after one another they are listed again.
    pub relist: SimDuration,
}

/// When a shock begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Begins {
    /// When the scenario begins to hold.
    AtOnce,
    /// At an instant. It is under way where a market comes to it later, and before its end.
    At(Time),
    /// Again and again by chance: so many nanoseconds after its last end on the average, by exponential gaps.
    After(f64),
}

/// More jobs than otherwise, or fewer.
#[derive(Clone, Copy, Debug)]
pub struct Surge {
    /// Of which source; `None`: of all.
    pub source: Option<SourceId>,
    /// How many times as many.
    pub factor: f64,
}

/// Parties that go down together, and come back together; or that come in together.
#[derive(Clone, Debug)]
pub struct Outage {
    /// Among whom.
    pub parties: Parties,
    /// How many of them, rounded.
    pub share: Share,
}

/// Parties that a shock names.
#[derive(Clone, Debug)]
pub enum Parties {
    /// All of these groups.
    Groups(Vec<NodeGroupId>),
    /// Whoever is in a region.
    Region(RegionId),
}

impl fmt::Display for Shock {
    /// Its name, when it begins, and how long it lasts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: ", self.name)?;
        match self.begins {
            Begins::AtOnce => f.write_str("when the scenario begins to hold")?,
            Begins::At(at) => write!(f, "at {at}")?,
            Begins::After(mean) => {
                write!(f, "{} after its last end on the average", SimDuration::from_nanos(mean).rounded())?;
            }
        }
        match self.lasts {
            Some(lasts) => write!(f, ", for {lasts}"),
            None => f.write_str(", for good"),
        }
    }
}

impl Parties {
    /// Whether a party of this group and region is one of them.
    pub fn holds(&self, group: NodeGroupId, region: RegionId) -> bool {
        match self {
            Parties::Groups(groups) => groups.contains(&group),
            Parties::Region(named) => *named == region,
        }
    }
}

impl Surge {
    /// Whether it is of a source.
    pub fn strikes(self, source: SourceId) -> bool {
        self.source.is_none_or(|named| named == source)
    }
}

impl Outage {
    /// How many of so many parties it strikes: their share, rounded half up.
    pub fn count(&self, parties: usize) -> usize {
        (self.share.get() * parties as f64 + 0.5) as usize
    }
}

impl Shock {
    /// Those among whom it strikes, and how many of them.
    pub fn struck(&self) -> Option<&Outage> {
        self.outage.as_ref().or(self.image.as_ref().map(|image| &image.struck))
    }

    /// Whether it chooses parties, by what they are.
    fn chooses(&self) -> bool {
        self.struck().is_some() || self.stake.is_some()
    }
}

impl Scenario {
    /// This branch of `trunk` as a placebo of its choice of parties: each shock that it adds strikes as many parties at random, of the
    /// same kinds. `None` where it adds none that chooses parties.
    pub fn struck_at_random(&self, trunk: &Scenario) -> Option<Scenario> {
        let is_new = |shock: &&Shock| shock.chooses() && trunk.shocks.iter().all(|other| !alike(other, *shock));
        let new: Vec<Shock> = self.shocks.iter().filter(is_new).cloned().collect();
        (!new.is_empty()).then(|| self.with_at_random(&new))
    }

    /// With these shocks at random, also where they go on under a later amendment.
    fn with_at_random(&self, new: &[Shock]) -> Scenario {
        let mut changed = self.clone();
        for shock in changed.shocks.iter_mut().filter(|shock| new.iter().any(|other| alike(other, *shock))) {
            shock.at_random = true;
        }
        let later =
            |next: &Amendment| Amendment { scenario: Arc::new(next.scenario.with_at_random(new)), ..next.clone() };
        changed.next = self.next.as_ref().map(later);
        changed
    }
}
