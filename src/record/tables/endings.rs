//! The columns that count fates and causes of death: the same in every table that counts jobs.

/// A column for each fate, of rows that have a function `fate`.
macro_rules! fates {
    ($row:ty) => {
        $crate::record::tables::endings::counted! { $row, fate, Fate;
            "fate_declined" Declined "jobs whose requester took no offer, when it asked or when the job was to be placed or priced anew";
            "fate_abandoned" Abandoned "jobs whose requester lost patience while waiting";
            "fate_lost" Lost "jobs whose node left or failed and whose retries were spent";
            "fate_rejected_right" RejectedRight "right answers that verification refused";
            "fate_rejected_wrong" RejectedWrong "wrong answers that verification refused";
            "fate_unresolved" Unresolved "jobs without a verdict in time";
            "fate_late" Late "jobs whose verdict came after the deadline";
            "fate_revoked_right" RevokedRight "right answers that were accepted and revoked";
            "fate_revoked_wrong" RevokedWrong "wrong answers that were accepted and revoked";
            "fate_final_right" FinalRight "right answers that became final";
            "fate_final_wrong" FinalWrong "wrong answers that became final";
            "fate_censored" Censored "jobs still open when the run ended";
        }
    };
}

/// A column for each cause of death, of rows that have a function `cause`.
macro_rules! causes {
    ($row:ty) => {
        $crate::record::tables::endings::counted! { $row, cause, Cause;
            "cause_no_supply" NoSupply "declined because no node made an offer";
            "cause_compute" Compute "declined because computing cost more than the answer was worth";
            "cause_coordination" Coordination "declined because of what coordination cost";
            "cause_latency" Latency "declined because the answer would have come too late";
            "cause_verification" Verification "declined because of what verification cost and delayed";
            "cause_distrust" Distrust "declined because the answer was not likely enough to be right";
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
