//! Models and classes.

use super::{Compiler, MODELS, credits};
use crate::domain::ids::{ClassId, IdVec, ModelId};
use crate::engine::time::Span;
use crate::scenario::model::{Class, Model, Slowdown, Work};
use crate::scenario::schema::{ClassTable, ModelTable, ScenarioTable};

/// The models, in the order written.
pub(super) fn models(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> IdVec<ModelId, Model> {
    if table.models.is_empty() || table.models.len() > MODELS {
        let message = format!("a scenario of {} models", table.models.len());
        compiler.wrong("models", message, format!("write 1 to {MODELS} models"));
    }
    table.models.iter().map(|(name, written)| model(compiler, name, written)).collect()
}

fn model(compiler: &mut Compiler<'_>, name: &str, written: &ModelTable) -> Model {
    let path = format!("models.{name}");
    if !written.prefill.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1) {
        let help = "order the points by tokens, each once, with times that do not fall";
        compiler.wrong(format!("{path}.prefill"), "the points are out of order", help);
    }
    let slowdown: Vec<(u32, f64)> = written.slowdown.iter().map(|&(n, factor)| (n, factor.get())).collect();
    let starts_at_one = slowdown.first().is_none_or(|&first| first == (1, 1.0));
    let rises = slowdown.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
    if !starts_at_one || !rises {
        let help = "begin with `[1, 1.0]` and go on in order of n, with factors that do not fall";
        compiler.wrong(format!("{path}.slowdown"), "not a slowdown table", help);
    }
    Model {
        name: name.to_string(),
        prefill: written.prefill.iter().map(|&(tokens, time)| (tokens as f64, time.0 as f64)).collect(),
        decode: written.decode,
        slowdown: if starts_at_one && rises { Slowdown::through(&slowdown) } else { Slowdown::None },
        memory_gb: written.memory_gb.get(),
        load: written.load,
    }
}

/// The classes, in the order written.
pub(super) fn classes(compiler: &mut Compiler<'_>, table: &ScenarioTable) -> IdVec<ClassId, Class> {
    if table.classes.is_empty() {
        compiler.wrong("classes", "a scenario without a class of jobs", "write at least one, such as `[classes.chat]`");
    }
    table.classes.iter().map(|(name, written)| class(compiler, name, written)).collect()
}

fn class(compiler: &mut Compiler<'_>, name: &str, written: &ClassTable) -> Class {
    let path = format!("classes.{name}");
    let known = compiler.names.models.clone();
    let model = match &written.model {
        Some(model) => compiler.find(format!("{path}.model"), "model", model, &known).unwrap_or(0),
        None if known.len() == 1 => 0,
        None => {
            compiler.wrong(&path, format!("the class `{name}` names no model"), "there are several; add `model = …`");
            0
        }
    };
    if written.priority > 7 {
        let message = format!("a priority of {}", written.priority);
        compiler.wrong(format!("{path}.priority"), message, "write 0 (first) to 7 (last)");
    }
    if written.deadline == Some(Span::ZERO) {
        compiler.wrong(format!("{path}.deadline"), "a deadline of no time", "leave it out for none");
    }
    let noise = written.noise.as_ref().and_then(|law| compiler.law(format!("{path}.noise"), law));
    if let Some(noise) = &noise {
        if (noise.mean() - 1.0).abs() > 1e-6 {
            let message = format!("noise with mean {}", noise.mean());
            compiler.wrong(format!("{path}.noise"), message, "noise multiplies the work; its mean must be 1");
        }
    }
    Class {
        name: name.to_string(),
        model: ModelId(model as u16),
        work: work(compiler, &path, written),
        noise,
        value: compiler.law_or(format!("{path}.value"), written.value.as_ref(), credits(1)),
        deadline: written.deadline,
        patience: written.patience.as_ref().and_then(|law| compiler.law(format!("{path}.patience"), law)),
        priority: written.priority,
    }
}

fn work(compiler: &mut Compiler<'_>, path: &str, written: &ClassTable) -> Work {
    let tokens = written.input_tokens.is_some() || written.output_tokens.is_some();
    match &written.work {
        Some(_) if tokens => {
            let help = "keep `work`, or the tokens with the model's service times";
            compiler.wrong(format!("{path}.work"), "both a work law and token laws", help);
            Work::Tokens { input: None, output: None }
        }
        Some(law) => match compiler.law(format!("{path}.work"), law) {
            Some(law) => Work::Law(law),
            None => Work::Tokens { input: None, output: None },
        },
        None => Work::Tokens {
            input: written.input_tokens.as_ref().and_then(|law| compiler.law(format!("{path}.input-tokens"), law)),
            output: written.output_tokens.as_ref().and_then(|law| compiler.law(format!("{path}.output-tokens"), law)),
        },
    }
}
