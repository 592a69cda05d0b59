//! Which classes consume results of which.

use super::Compiler;
use crate::domain::count::thousands;
use crate::domain::ids::{ClassId, Id, IdVec};
use crate::engine::time::SimDuration;
use crate::scenario::consumption::{Consumption, Flow, INPUTS, Inputs};
use crate::scenario::document::key_text;
use crate::scenario::schema::{InputsTable, ScenarioTable};

/// The most results on offer to a class.
const KEEPS: u32 = 1 << 20;

/// What flows between the classes, if some class consumes.
pub(super) fn consumption(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> Option<Consumption> {
    let mut flows: IdVec<ClassId, Flow> = table.classes.iter().map(|_| Flow::default()).collect();
    let mut consuming = Vec::new();
    for (index, (name, written)) in table.classes.iter().enumerate().take(1 << 16) {
        let Some(written) = &written.inputs else { continue };
        let (class, place) = (ClassId::from_index(index), consuming.len() as u16);
        let path = format!("classes.{}.inputs", key_text(name));
        for source in sources(compiler, &path, written) {
            flows[source].feeds.push(place);
        }
        flows[class].inputs = Some(inputs(compiler, &path, written, place));
        consuming.push(class);
    }
    (!consuming.is_empty()).then_some(Consumption { flows, consuming })
}

/// The classes whose results are consumed.
fn sources(compiler: &mut Compiler<'_>, path: &str, written: &InputsTable) -> Vec<ClassId> {
    if written.from.is_empty() {
        let help = "name the classes whose results it consumes, such as `from = [\"chat\"]`";
        compiler.wrong(format!("{path}.from"), "inputs of no class", help);
    }
    compiler.listed_once(&format!("{path}.from"), written.from.iter().map(String::as_str));
    let known = compiler.names.classes.clone();
    let find = |(index, name): (usize, &String)| {
        compiler.find(format!("{path}.from[{index}]"), "class", name, &known).map(ClassId::from_index)
    };
    written.from.iter().enumerate().filter_map(find).collect()
}

fn inputs(compiler: &mut Compiler<'_>, path: &str, written: &InputsTable, place: u16) -> Inputs {
    let count = compiler.law_or(format!("{path}.count"), written.count.as_ref(), 1.0);
    if count.mean() > f64::from(INPUTS) {
        let message = format!("{} inputs of a job on the average", count.mean());
        compiler.wrong(format!("{path}.count"), message, format!("write a law with a mean of at most {INPUTS}"));
    } else if count.mean() == 0.0 {
        let help = "leave `inputs` out, or write a law of numbers above 0";
        compiler.wrong(format!("{path}.count"), "jobs that consume nothing", help);
    }
    if written.age == Some(SimDuration::ZERO) {
        compiler.wrong(format!("{path}.age"), "results that are on offer for no time", "leave it out for no limit");
    }
    if written.keeps == 0 || written.keeps > KEEPS {
        let message = format!("{} results on offer", thousands(written.keeps.into()));
        compiler.wrong(format!("{path}.keeps"), message, format!("write 1 to {}", thousands(KEEPS.into())));
    }
    let (choice, age, keeps) = (written.choice, written.age, written.keeps);
    Inputs { place, count, choice, age, keeps, inherits: written.inherits.get(), after: written.when_revoked }
}
