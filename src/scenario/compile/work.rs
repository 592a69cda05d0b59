//! Models and classes.

use super::routing::amount;
use super::{Compiler, MODELS, credits};
use crate::domain::ids::{ClassId, IdVec, MethodId, ModelId};
use crate::domain::money::Money;
use crate::domain::share::Factor;
use crate::domain::work::Work;
use crate::engine::law::{Quantity, Sampler};
use crate::engine::time::SimDuration;
use crate::scenario::document::key_text;
use crate::scenario::model::{Class, Model, Slowdown, ValueByLength, WorkLaw, along};
use crate::scenario::schema::{ClassTable, ModelTable, ScenarioTable};

/// The models, in the order written.
pub(super) fn models(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> IdVec<ModelId, Model> {
    match table.models.len() {
        0 => compiler.wrong("models", "there is no model to ask for", "write at least one, such as `[models.small]`"),
        count if count > MODELS => {
            compiler.wrong("models", format!("{count} models"), format!("write at most {MODELS}"));
        }
        _ => {}
    }
    compiler.keyed("models", "models", table.models.keys());
    table.models.iter().take(MODELS).map(|(name, written)| model(compiler, name, written)).collect()
}

fn model(compiler: &mut Compiler<'_>, name: &str, written: &ModelTable) -> Model {
    let path = format!("models.{}", key_text(name));
    let prefill = prefill(compiler, &path, written);
    compiler.countable(format!("{path}.memory-gb"), written.memory_gb.get(), 1e9);
    compiler.brief(format!("{path}.decode"), written.decode);
    compiler.brief(format!("{path}.load"), written.load);
    Model {
        name: name.to_string(),
        rank: rank(name, &compiler.names.models),
        prefill,
        decode: Work::of_reference(written.decode),
        slowdown: slowdown(compiler, &path, written),
        memory_gb: written.memory_gb.get(),
        load: written.load,
    }
}

/// The points of the prefill, checked to be in order and above zero from the first token on.
fn prefill(compiler: &mut Compiler<'_>, path: &str, written: &ModelTable) -> Vec<(f64, f64)> {
    let points: Vec<(f64, f64)> =
        written.prefill.iter().map(|&(tokens, time)| (tokens as f64, time.0 as f64)).collect();
    for (index, (_, time)) in written.prefill.iter().enumerate() {
        compiler.brief(format!("{path}.prefill[{index}][1]"), *time);
    }
    for (index, pair) in written.prefill.windows(2).enumerate() {
        let [(fewer, sooner), (tokens, time)] = [pair[0], pair[1]];
        let at = format!("{path}.prefill[{}]", index + 1);
        if tokens <= fewer {
            let message = format!("the point at {tokens} tokens comes after the one at {fewer}");
            compiler.wrong(at, message, "write the points in the order of their tokens, each once");
            return points;
        } else if time < sooner {
            let message = format!("{tokens} tokens take `{time}`, less than {fewer} tokens, `{sooner}`");
            compiler.wrong(at, message, "more tokens never take less time: check the points");
            return points;
        }
    }
    if points.len() > 1 && along(&points, 0.0) < 0.0 {
        let ((x0, y0), (x1, y1)) = (points[0], points[1]);
        let zero = x0 - y0 * (x1 - x0) / (y1 - y0);
        let message = format!("the line through the first two points falls to no time at all at {zero:.0} tokens");
        compiler.wrong(format!("{path}.prefill[0]"), message, "add a point for fewer tokens, such as `[0, \"0\"]`");
    }
    points
}

/// The slowdown through its points, checked to begin with one job at its own pace and not to fall.
fn slowdown(compiler: &mut Compiler<'_>, path: &str, written: &ModelTable) -> Slowdown {
    let points: Vec<(u32, f64)> = written.slowdown.iter().map(|&(n, factor)| (n, factor.get())).collect();
    if points.first().is_some_and(|&first| first != (1, 1.0)) {
        let message = "the slowdown does not begin with one job at its own pace";
        compiler.wrong(format!("{path}.slowdown[0]"), message, "begin with `[1, 1.0]`");
        return Slowdown::None;
    }
    for (index, (_, factor)) in points.iter().enumerate() {
        compiler.countable(format!("{path}.slowdown[{index}][1]"), *factor, 1e6);
    }
    for (index, pair) in points.windows(2).enumerate() {
        let [(fewer, less), (n, factor)] = [pair[0], pair[1]];
        let at = format!("{path}.slowdown[{}]", index + 1);
        if n <= fewer {
            let message = format!("the point at {n} jobs comes after the one at {fewer}");
            compiler.wrong(at, message, "write the points in the order of their jobs, each once");
            return Slowdown::None;
        } else if factor < less {
            let message = format!("{n} jobs are slowed down by {factor}, less than {fewer} jobs, by {less}");
            compiler.wrong(at, message, "more jobs never slow each other down less: check the points");
            return Slowdown::None;
        }
    }
    Slowdown::through(&points)
}

/// The classes, in the order written.
pub(super) fn classes(
    compiler: &mut Compiler<'_>,
    table: &ScenarioTable,
    methods: &[Vec<MethodId>],
) -> IdVec<ClassId, Class> {
    if table.classes.is_empty() {
        compiler.wrong("classes", "there is no class of jobs", "write at least one, such as `[classes.chat]`");
    }
    compiler.keyed("classes", "classes", table.classes.keys());
    let classes = table.classes.iter().take(1 << 16).zip(methods);
    classes.map(|((name, written), methods)| class(compiler, name, written, methods)).collect()
}

fn class(compiler: &mut Compiler<'_>, name: &str, written: &ClassTable, methods: &[MethodId]) -> Class {
    let path = format!("classes.{}", key_text(name));
    let known = compiler.names.models.clone();
    let model = match &written.model {
        Some(model) => compiler.find(format!("{path}.model"), "model", model, &known).unwrap_or(0),
        None => {
            if let [first, _, ..] = &known[..] {
                let help = format!("there are several: add, for example, `model = \"{first}\"`");
                compiler.wrong(&path, format!("the class `{name}` does not say which model it asks for"), help);
            }
            0
        }
    };
    if written.deadline == Some(SimDuration::ZERO) {
        compiler.wrong(format!("{path}.deadline"), "a deadline of no time", "leave it out for none");
    }
    let noise = written.noise.as_ref().and_then(|law| compiler.law(format!("{path}.noise"), law));
    if let Some(noise) = noise.as_ref().filter(|noise| (noise.mean() - 1.0).abs() > 1e-6) {
        let help = "noise multiplies the work, so its mean must be 1: write `mean = 1.0` where the law takes one";
        compiler.wrong(format!("{path}.noise"), format!("noise with a mean of {:.6}", noise.mean()), help);
    }
    if written.discount.get() > 0.0 && written.delay_cost > Money::ZERO {
        let help = "keep `discount` (exponential) or `delay-cost` (linear)";
        compiler.wrong(format!("{path}.delay-cost"), "both say how the value of an answer fades", help);
    }
    amount(compiler, &format!("{path}.delay-cost"), written.delay_cost);
    compiler.countable(format!("{path}.harm"), written.harm.get(), 1e9);
    compiler.countable(format!("{path}.pass"), written.pass.map_or(0.0, Factor::get), 1e9);
    let work = work(compiler, &path, written);
    Class {
        name: name.to_string(),
        rank: rank(name, &compiler.names.classes),
        model: ModelId(model as u16),
        value_by: value_by(compiler, &path, written, &work),
        work,
        noise,
        value: compiler.law_or(format!("{path}.value"), written.value.as_ref(), credits(1)),
        harm: written.harm.get(),
        recovers: written.recovers.get(),
        discount: written.discount.get() * 1e-9,
        delay_cost: written.delay_cost.number() * 1e-9,
        use_at: written.use_at,
        methods: methods.to_vec(),
        deadline: written.deadline,
        patience: written.patience.as_ref().and_then(|law| compiler.law(format!("{path}.patience"), law)),
        priority: written.priority.get(),
        pass: None,
    }
}

/// The place of a name among all in alphabetical order. What is told of a run names classes and models by it, because the
/// tables of a file have no order.
fn rank(name: &str, all: &[String]) -> u16 {
    all.iter().filter(|other| other.as_str() < name).count() as u16
}

fn work(compiler: &mut Compiler<'_>, path: &str, written: &ClassTable) -> WorkLaw {
    let by_tokens = written.input_tokens.is_some() || written.output_tokens.is_some();
    if written.work.is_some() && by_tokens {
        let help = "keep `work`, or the tokens with the model's `prefill` and `decode`";
        compiler.wrong(format!("{path}.work"), "both `work` and tokens say how much work a job is", help);
    }
    if let Some(law) = &written.work {
        let law = compiler.law(format!("{path}.work"), law);
        match law.as_ref().map(Sampler::mean) {
            Some(0.0) => {
                compiler.wrong(format!("{path}.work"), "jobs that are no work", "write a law of spans above 0");
            }
            Some(mean) => compiler.brief(format!("{path}.work"), SimDuration::from_nanos(mean)),
            None => {}
        }
        return law.map_or(WorkLaw::Tokens { input: None, output: None }, WorkLaw::Law);
    }
    WorkLaw::Tokens {
        input: written.input_tokens.as_ref().and_then(|law| compiler.law(format!("{path}.input-tokens"), law)),
        output: written.output_tokens.as_ref().and_then(|law| compiler.law(format!("{path}.output-tokens"), law)),
    }
}

/// How the value grows with the work: about a length that is written, or else the mean of the laws of the class.
fn value_by(compiler: &mut Compiler<'_>, path: &str, written: &ClassTable, work: &WorkLaw) -> Option<ValueByLength> {
    let power = written.value_by_length.get();
    let key = format!("{path}.value-at-length");
    if let Some(at) = written.value_at_length {
        compiler.brief(&key, at);
        // A study may take the power down to a zero that is written.
        if compiler.document.value(&format!("{path}.value-by-length")).is_none() {
            let message = "a length at which a value is meant that does not go by length";
            compiler.wrong(&key, message, "add `value-by-length`, such as 1, or leave this out");
        } else if at == SimDuration::ZERO {
            compiler.wrong(&key, "a value of jobs of no length", "write the work of a usual job, such as \"2s\"");
        }
    }
    if power == 0.0 {
        return None;
    }
    let mean = match work {
        WorkLaw::Law(law) => Some(SimDuration::from_nanos(law.mean())),
        // The time of the prefill is no multiple of the tokens: its mean is not that of the mean input.
        WorkLaw::Tokens { .. } => None,
    };
    let at = written.value_at_length.or(mean);
    if at.is_none() {
        let message = "the value goes by length, and nothing says which length is worth `value`";
        let help = "add `value-at-length`, the work of a usual job on the reference GPU, such as \"2s\"";
        compiler.wrong(format!("{path}.value-by-length"), message, help);
    }
    at.map(|at| ValueByLength { power, at: Work::of_reference(at) })
}
