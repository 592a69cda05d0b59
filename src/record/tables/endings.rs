//! The columns that count fates and causes: the same in every table that counts jobs.

/// A column for each fate, of rows that have a function `fate`.
macro_rules! fates {
    ($row:ty) => {
        $crate::record::tables::endings::counted! { $row, fate, Fate;
            "fate_declined" Declined "number of jobs whose requester took no offer, at first or when placed or priced anew";
            "fate_abandoned" Abandoned "number of jobs whose requester lost patience while the job waited";
            "fate_lost" Lost "number of jobs whose node left or failed and whose retries were spent";
            "fate_rejected_right" RejectedRight "number of right answers that verification refused";
            "fate_rejected_wrong" RejectedWrong "number of wrong answers that verification refused";
            "fate_unresolved" Unresolved "number of jobs on which verification reached no verdict in time";
            "fate_late" Late "number of jobs whose verdict came after the deadline";
            "fate_revoked_right" RevokedRight "number of right answers that were accepted and revoked";
            "fate_revoked_wrong" RevokedWrong "number of wrong answers that were accepted and revoked";
            "fate_final_right" FinalRight "number of right answers that became final";
            "fate_final_wrong" FinalWrong "number of wrong answers that became final";
            "fate_censored" Censored "number of jobs still in the market when the run ended";
        }
    };
}

/// A column for each cause, of rows that have a function `cause`.
macro_rules! causes {
    ($row:ty) => {
        $crate::record::tables::endings::counted! { $row, cause, Cause;
            "cause_no_supply" NoSupply "number of jobs declined because no node made an offer";
            "cause_compute" Compute "number of jobs declined because computing cost more than the answer was worth";
            "cause_coordination" Coordination "number of jobs declined because computing and coordination together cost more than the answer was worth";
            "cause_latency" Latency "number of jobs declined because the answer would have come too late";
            "cause_verification" Verification "number of jobs declined because verification would have cost or delayed too much";
            "cause_distrust" Distrust "number of jobs declined because the answer was too likely to be wrong";
        }
    };
}

/// A column for each variant that a function of the rows counts.
macro_rules! counted {
    ($row:ty, $function:ident, $kind:ident; $($name:literal $variant:ident $meaning:literal;)*) => {
        [$($crate::record::columns::Column::<$row>::count($name, $meaning, |row| {
            $crate::record::columns::Cell::U64(row.$function($crate::domain::fate::$kind::$variant))
        }),)*]
    };
}

pub(super) use {causes, counted, fates};
