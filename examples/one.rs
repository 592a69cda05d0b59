use reliance::scenario::Scenario; use reliance::simulate::simulate;
fn main(){ let p=std::env::args().nth(1).unwrap(); let s=Scenario::load(std::path::Path::new(&p), &[]).unwrap(); println!("{}", simulate(&s, s.seed, &mut ()).events); }
